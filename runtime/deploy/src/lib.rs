//! windlass-deploy
