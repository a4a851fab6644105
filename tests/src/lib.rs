//! windlass-tests
