//! Services and other units of systemd.
