//! Runs case files against a namespace, natively.
