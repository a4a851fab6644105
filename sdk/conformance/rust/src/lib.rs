//! The conformance pack in Rust: what every SDK must be able to say. See ../../README.md.

mod facts;
mod operations;

use facts::{Answer, Kernel, Kind, Setting, Settings, Sum};
use operations::{account, copy, echo, fail, hidden, setting, settings, tree, various};

windlass_sdk::export! {
    namespace: "example",
    operations: [settings, setting, account, copy, tree, various, echo, hidden, fail],
    facts: [Settings, Setting, Kernel, Kind, Answer, Sum],
}
