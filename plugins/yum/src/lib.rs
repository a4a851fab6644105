//! Packages of older relatives of Fedora.
