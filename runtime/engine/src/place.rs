//! Where an operation stands in the deploy: what its identity and its order are made from.

use serde::{Deserialize, Serialize};

/// One frame of the deploy's call stack.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Frame {
    /// The file, as the user named it, relative to the deploy's folder.
    pub file: String,
    /// The line, counted from 1; 0 where there is none.
    pub line: u32,
    /// A key where lines do not tell two calls apart (several calls on one line, components without lines).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,
}

/// The place of a call: the call stack from the deploy file inwards.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The outermost frame first.
    pub frames: Vec<Frame>,
    /// The source text of the innermost frame's line, for reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Place {
    /// A place of one frame.
    #[must_use]
    pub fn at(file: impl Into<String>, line: u32) -> Self {
        Self {
            frames: vec![Frame {
                file: file.into(),
                line,
                key: String::new(),
            }],
            source: None,
        }
    }

    /// The innermost frame as `file:line`, which is what messages show.
    #[must_use]
    pub fn short(&self) -> String {
        match self.frames.last() {
            Some(frame) if frame.line > 0 => format!("{}:{}", frame.file, frame.line),
            Some(frame) => frame.file.clone(),
            None => String::from("(no place)"),
        }
    }
}
