//! Services of OpenRC.
