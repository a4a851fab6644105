//! OpenPGP keys and keyrings.
