//! Packages of Alpine.
