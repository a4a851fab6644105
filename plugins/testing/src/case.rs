//! Reading case files.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::Value as Json;

/// A case: one JSON object of a case file.
#[derive(Clone, Debug)]
pub struct Case {
    pub(crate) json: Json,
}

impl Case {
    /// A case of a JSON object.
    #[must_use]
    pub fn new(json: Json) -> Self {
        Self { json }
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> &str {
        self.json["id"].as_str().unwrap_or_default()
    }

    /// The operation or fact that it is about.
    #[must_use]
    pub fn subject(&self) -> &str {
        let name = self.json.get("op").or_else(|| self.json.get("fact"));
        name.and_then(Json::as_str).unwrap_or_default()
    }

    /// Whether it is about an operation.
    #[must_use]
    pub fn is_operation(&self) -> bool {
        self.json.get("op").is_some()
    }
}

/// The cases of a file, or of the `.jsonl` files in a folder, that are about these operations and facts.
///
/// # Errors
/// What cannot be read, or is no JSON.
pub fn read_cases(path: &Path, about: &dyn Fn(&str) -> bool) -> io::Result<Vec<Case>> {
    let mut files = vec![path.to_owned()];
    if path.is_dir() {
        files = fs::read_dir(path)?
            .map(|entry| Ok(entry?.path()))
            .collect::<io::Result<_>>()?;
        files.retain(|file| {
            file.extension()
                .is_some_and(|extension| extension == "jsonl")
        });
        files.sort();
    }
    let mut cases = Vec::new();
    for file in files {
        for line in fs::read_to_string(&file)?
            .lines()
            .filter(|line| !line.trim().is_empty())
        {
            let case = Case::new(serde_json::from_str(line)?);
            if about(case.subject()) {
                cases.push(case);
            }
        }
    }
    Ok(cases)
}

/// Arguments as a host binds them: paths as their text, in-memory files as content.
pub(crate) fn bound(value: &Json) -> Json {
    match value {
        Json::Array(items) => items.iter().map(bound).collect(),
        Json::Object(map) => {
            if let (1, Some((key, inner))) = (map.len(), map.iter().next()) {
                match key.as_str() {
                    "$path" => return inner.clone(),
                    "$io" => return serde_json::json!({"$content": inner}),
                    _ => {}
                }
            }
            map.iter()
                .map(|(key, item)| (key.clone(), bound(item)))
                .collect()
        }
        other => other.clone(),
    }
}
