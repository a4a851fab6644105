//! windlass-connectors
