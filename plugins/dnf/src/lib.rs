//! Packages of Fedora and its relatives.
