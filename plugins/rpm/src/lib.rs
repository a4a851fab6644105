//! What rpm knows.
