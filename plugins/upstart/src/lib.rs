//! Jobs of Upstart.
