//! Services started by /etc/init.d.
