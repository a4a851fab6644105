//! Services of runit.
