//! Files on the controller, as plugins and uploads may see them.

use std::io::Read;

use serde::{Deserialize, Serialize};

use crate::contract::OperationInfo;
use crate::json::Json;
use crate::plugins::GuestError;

/// What a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Directory,
    /// A symbolic link.
    Link,
    /// Anything else.
    Other,
}

impl EntryKind {
    /// The contract's name of the kind.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Directory => "dir",
            Self::Link => "link",
            Self::Other => "other",
        }
    }
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// Permission bits.
    pub mode: u32,
    /// Size in bytes.
    pub size: u64,
    /// Where a link points.
    pub target: Option<String>,
}

/// What may be read of the controller's files, and by whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readable {
    /// Paths that stand in a call's arguments, or folders that were granted.
    pub paths: Vec<String>,
    /// The deploy, a component, that reads for itself; none where a call of an operation does.
    pub deploy: Option<String>,
    /// Absolute folders that none of the paths may lead out of, by no link; none: they lead where they lead.
    pub ceiling: Option<Vec<String>>,
}

impl Readable {
    /// What stands in a call's arguments.
    #[must_use]
    pub fn named(paths: &[String]) -> Self {
        Self {
            paths: paths.to_vec(),
            ..Self::default()
        }
    }
}

/// Read access to the controller's files. Every method refuses paths that were not granted with kind `denied`,
/// and answers kind `io` for what the system refuses.
pub trait LocalFiles: Send + Sync {
    /// What stands at a path, links followed; none when there is nothing.
    ///
    /// # Errors
    /// Kinds `denied` and `io`.
    fn stat(&self, path: &str) -> Result<Option<Entry>, GuestError>;

    /// Access and modification times, in microseconds since 1970 (UTC).
    ///
    /// # Errors
    /// Kinds `denied` and `io`.
    fn times(&self, path: &str) -> Result<(i64, i64), GuestError>;

    /// A file's digest in lower-case hexadecimal. `algorithm`: `md5`, `sha1`, `sha256`, `sha384`.
    ///
    /// # Errors
    /// Kinds `denied` and `io`; `invalid-value` for an unknown algorithm.
    fn digest(&self, path: &str, algorithm: &str) -> Result<String, GuestError>;

    /// Everything below a folder, relative paths, sorted; links are not followed.
    ///
    /// # Errors
    /// Kinds `denied` and `io`.
    fn walk(&self, path: &str) -> Result<Vec<(String, Entry)>, GuestError>;

    /// Opens a file for reading.
    ///
    /// # Errors
    /// Kinds `denied` and `io`.
    fn open(&self, path: &str) -> Result<Box<dyn Read + Send>, GuestError>;

    /// Up to `limit` bytes from `offset`.
    ///
    /// # Errors
    /// Kinds `denied` and `io`.
    fn read(&self, path: &str, offset: u64, limit: u32) -> Result<Vec<u8>, GuestError>;
}

/// The values of an operation's arguments whose schema has the format `local-path`: what a call of it may read.
#[must_use]
pub fn local_path_arguments(info: &OperationInfo, args: &Json) -> Vec<String> {
    let mut found = Vec::new();
    for parameter in &info.parameters {
        if let Some(value) = args.get(&parameter.name) {
            collect_paths(&parameter.schema, value, &mut found);
        }
    }
    found
}

fn collect_paths(schema: &Json, value: &Json, found: &mut Vec<String>) {
    let format = schema.get("format").and_then(Json::as_str);
    if let (Some("local-path"), Some(path)) = (format, value.as_str()) {
        found.push(path.to_owned());
    }
    for several in ["anyOf", "oneOf", "allOf"] {
        let schemas = schema.get(several).and_then(Json::as_array);
        for schema in schemas.into_iter().flatten() {
            collect_paths(schema, value, found);
        }
    }
    if let (Some(schema), Some(items)) = (schema.get("items"), value.as_array()) {
        for item in items {
            collect_paths(schema, item, found);
        }
    }
    if let (Some(schema), Some(map)) = (schema.get("additionalProperties"), value.as_object()) {
        for item in map.values() {
            collect_paths(schema, item, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Parameter, ParameterKind};
    use crate::json::json;

    #[test]
    fn paths_among_arguments_are_found_by_their_schema() {
        let parameter = |name: &str, schema: Json| Parameter {
            name: name.to_owned(),
            kind: ParameterKind::Either,
            schema,
            default: None,
            doc: String::new(),
            secret: false,
            more: Json::Null,
        };
        let path = json!({"type": ["string", "object"], "format": "local-path"});
        let info = OperationInfo {
            name: String::from("demo.put"),
            doc: String::new(),
            parameters: vec![
                parameter("src", path.clone()),
                parameter("dest", json!({"type": "string", "format": "path"})),
                parameter(
                    "many",
                    json!({"anyOf": [path.clone(), {"type": "array", "items": path.clone()}]}),
                ),
                parameter(
                    "named",
                    json!({"type": "object", "additionalProperties": path}),
                ),
            ],
            idempotent: true,
            hidden: false,
            alias_of: None,
            more: Json::Null,
        };
        let args =
            json!({"src": "a", "dest": "b", "many": ["c", {"$content": "x"}], "named": {"k": "d"}});
        assert_eq!(local_path_arguments(&info, &args), ["a", "c", "d"]);
        let args = json!({"src": {"$content": "text"}, "many": "e"});
        assert_eq!(local_path_arguments(&info, &args), ["e"]);
    }
}
