//! The public keys that users may log in with.

use serde_json::{Value as Json, json};
use windlass_sdk::argument::{schema_any_of, schema_with_format};
use windlass_sdk::prelude::*;

use crate::facts::{AuthorizedKeys, Home};

/// A public key, or the path of a file on the controller with some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyOrFile(pub String);

impl Argument for KeyOrFile {
    fn schema() -> Json {
        schema_any_of(vec![
            String::schema(),
            schema_with_format("string", "local-path"),
        ])
    }

    fn decode(value: Json) -> Result<Self> {
        String::decode(value).map(Self)
    }

    fn encode(&self) -> Json {
        Json::from(self.0.as_str())
    }
}

impl KeyOrFile {
    /// The keys themselves.
    fn keys(&self) -> Result<Vec<String>> {
        // A key has its type and its data, with a blank between them; a path rarely has one.
        let text = if !self.0.trim().contains(' ') && local_files::stat(&self.0)?.is_some() {
            String::from_utf8_lossy(&local_files::read(&self.0)?).into_owned()
        } else {
            self.0.clone()
        };
        let lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        Ok(lines.map(str::to_owned).collect())
    }
}

/// Set the public keys that a user may log in with.
#[operation(
    example = r#"server.user_authorized_keys(user = "deploy", public_keys = ["ssh-ed25519 AAAA… alice"], _sudo = True)"#,
    uses = ["files.directory", "files.file", "files.line", "files.put"]
)]
pub fn user_authorized_keys(
    plan: &mut Plan,
    /// The user.
    user: String,
    /// The keys, or paths of files on the controller that hold some.
    public_keys: OneOrMany<KeyOrFile>,
    /// The group of the files; the user's own when left out.
    group: Option<String>,
    /// Whether other keys are removed.
    #[default(false)]
    delete_keys: bool,
    /// The folder of the file; `.ssh` in the user's home folder when left out.
    authorized_key_directory: Option<String>,
    /// The file's name; `authorized_keys` when left out.
    authorized_key_filename: Option<String>,
) -> Result<()> {
    let group = group.unwrap_or_else(|| user.clone());
    let folder = match authorized_key_directory {
        Some(folder) => RemotePath::new(folder),
        None => {
            let home = get(&Home { user: user.clone() })?;
            let home = home
                .ok_or_else(|| Error::operation(format!("the user {user} has no home folder")))?;
            RemotePath::new(home).join(".ssh")
        }
    };
    let path = folder.join(
        authorized_key_filename
            .as_deref()
            .unwrap_or("authorized_keys"),
    );
    let mut wanted: Vec<String> = Vec::new();
    for key in public_keys.0.iter().map(KeyOrFile::keys) {
        for key in key? {
            if !wanted.contains(&key) {
                wanted.push(key);
            }
        }
    }
    let fact = AuthorizedKeys {
        user: user.clone(),
        path: Some(path.clone()),
    };
    let present = get(&fact)?;
    plan.nested(
        "files.directory",
        json!({"path": folder.as_str(), "user": user, "group": group, "mode": "700"}),
    );

    let path = path.as_str();
    let same = wanted.len() == present.len() && wanted.iter().all(|key| present.contains(key));
    if delete_keys && !same {
        let content: String = wanted.iter().map(|key| format!("{key}\n")).collect();
        let put = json!({"src": {"$content": content}, "dest": path, "user": user, "group": group, "mode": "600"});
        plan.nested("files.put", put)
            .predict(Prediction::value(&fact, wanted));
        return Ok(());
    }
    plan.nested(
        "files.file",
        json!({"path": path, "user": user, "group": group, "mode": "600"}),
    );
    let mut after = present.clone();
    for key in wanted.into_iter().filter(|key| !present.contains(key)) {
        after.push(key.clone());
        // Keys have no such characters; comments after them may.
        let special = key.contains(['*', '[', ']', '\\', '^', '$']);
        let line = json!({"path": path, "line": key, "ensure_newline": true, "escape_regex_characters": special});
        plan.nested("files.line", line)
            .predict(Prediction::value(&fact, after.clone()));
    }
    Ok(())
}
