//! Services of the BSDs' /etc/rc.d.
