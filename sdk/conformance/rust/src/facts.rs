//! Facts: by command, by probe, derived from another, and several at once.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use windlass_sdk::fact::Probe;
use windlass_sdk::prelude::*;

/// The settings in a file of lines `name = value`.
///
/// What begins with `#` is no setting.
#[fact(default = {}, example = "example.Settings path=/etc/app.conf")]
pub fn Settings(
    /// The file; one that is not there has none.
    path: RemotePath,
) -> Source<BTreeMap<String, String>> {
    Source::shell(shell!("cat {path} 2> /dev/null || true"), |output| {
        let lines = output.lines();
        let settings = lines.iter().filter(|line| !line.starts_with('#'));
        let settings = settings.filter_map(|line| line.split_once('='));
        let trimmed = |text: &str| text.trim().to_owned();
        Ok(settings
            .map(|(name, value)| (trimmed(name), trimmed(value)))
            .collect())
    })
}

/// One setting of a file; null when it is not there.
#[fact]
pub fn Setting(path: RemotePath, name: String) -> Source<Option<String>> {
    Source::derived(&Settings { path }, move |settings| {
        Ok(settings.get(&name).cloned())
    })
}

/// The kernel's name and version.
#[fact(stability = immutable, requires = "uname")]
pub fn Kernel() -> Source<Json> {
    Source::shell(shell!("uname -sr"), |output| {
        let text = output.text();
        match text.split_whitespace().collect::<Vec<_>>()[..] {
            [name, version] => Ok(json!({"name": name, "version": version})),
            _ => Err(Error::new(
                ErrorKind::MissingFact,
                format!("uname wrote {}", text.trim()),
            )),
        }
    })
}

/// What stands at a path; null when there is nothing.
#[fact(user_dependent)]
pub fn Kind(path: RemotePath) -> Source<Json> {
    let probe = Probe {
        kind: "stat",
        args: json!({"path": path.as_str()}),
    };
    Source::new(Origin::Probe(probe), |output| {
        let found = output.values.first().and_then(|found| found.get("kind"));
        Ok(found.cloned().unwrap_or_default())
    })
}

/// What a command answers.
#[fact(stability = volatile, globals = {"_sudo": true}, user_dependent, takes_command)]
pub fn Answer(
    command: String,
    #[keyword]
    #[default([])]
    words: Vec<String>,
) -> Source<Json> {
    let count = words.len();
    let list = words.join("\n");
    let atoms = vec![
        Atom::Text("a".to_owned()),
        Atom::Bytes(vec![0]),
        Atom::Text("b".to_owned()),
    ];
    let command = Shell::new(shell!("{command:raw} {words:words} -- {count}"))
        .stdin(Content::Inline(atoms))
        .env("LC_ALL", vec![Atom::Text("C".to_owned())])
        .file("LIST", Content::text(list));
    Source::shell(command, |output| {
        let error = output.stderr.len();
        Ok(json!({"status": output.status, "text": output.text(), "error": error}))
    })
}

/// A file's digest; null when there is no file.
#[fact(batch = 16, together = sums)]
pub fn Sum(path: RemotePath) -> Source<Option<String>> {
    Source::shell(shell!("sha256sum {path} 2> /dev/null || true"), |output| {
        Ok(output.text().get(..64).map(str::to_owned))
    })
}

fn sums(asked: Vec<Sum>) -> Result<Source<Vec<Option<String>>>> {
    let count = asked.len();
    let paths: Vec<_> = asked.into_iter().map(|one| one.path).collect();
    Ok(Source::shell(
        shell!("sha256sum {paths:words}"),
        move |output| {
            let lines = output.lines();
            if lines.len() != count {
                let message = "some of the files are not there";
                return Err(Error::new(ErrorKind::MissingFact, message));
            }
            let digest = |line: &String| line.get(..64).map(str::to_owned);
            Ok(lines.iter().map(digest).collect())
        },
    ))
}
