//! What steps that make, change and remove paths will have changed: the predictions that they share.

use serde_json::{Map, Value as Json, json};
use windlass_sdk::prelude::*;

use crate::requests::{
    Directory, File, FileContents, FindInFile, Link, Md5File, Sha1File, Sha256File, Sha384File,
    Socket,
};
use crate::stat::{Kind, Stat};

/// What will be known of a path.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// Its owner, if that is known.
    pub user: Option<String>,
    /// Its group, if that is known.
    pub group: Option<String>,
    /// Its mode, if that is known.
    pub mode: Option<Mode>,
    /// Where a link will point.
    pub link_target: Option<String>,
}

impl Known {
    /// Owner, group and mode as far as they are given.
    #[must_use]
    pub fn new(user: Option<&str>, group: Option<&str>, mode: Option<Mode>) -> Self {
        Self {
            user: user.map(str::to_owned),
            group: group.map(str::to_owned),
            mode,
            link_target: None,
        }
    }

    /// With what is left as it is now.
    #[must_use]
    pub fn or(mut self, now: Option<&Stat>) -> Self {
        if let Some(now) = now {
            self.user = self.user.or_else(|| now.user.clone());
            self.group = self.group.or_else(|| now.group.clone());
            self.mode = self
                .mode
                .or_else(|| now.mode.and_then(|digits| Mode::from_digits(digits.into())));
        }
        self
    }

    fn value(&self) -> Json {
        let mut value = Map::new();
        let mut put = |name: &str, part: Option<Json>| {
            if let Some(part) = part {
                value.insert(name.to_owned(), part);
            }
        };
        put("user", self.user.clone().map(Json::from));
        put("group", self.group.clone().map(Json::from));
        put("mode", self.mode.map(|mode| Json::from(mode.digits())));
        put("link_target", self.link_target.clone().map(Json::from));
        Json::Object(value)
    }

    fn unknown_parts(&self) -> impl Iterator<Item = &'static str> {
        let parts = [
            ("/user", self.user.is_none()),
            ("/group", self.group.is_none()),
            ("/mode", self.mode.is_none()),
        ];
        let times = ["/atime", "/mtime", "/ctime", "/size"];
        parts
            .into_iter()
            .filter(|(_, unknown)| *unknown)
            .map(|(part, _)| part)
            .chain(times)
    }
}

fn fact_of(kind: Kind) -> &'static str {
    match kind {
        Kind::File => "files.File",
        Kind::Directory => "files.Directory",
        Kind::Link => "files.Link",
        Kind::Socket => "files.Socket",
    }
}

/// A path will be of a kind, with what is known of it, and of no other.
#[must_use]
pub fn becomes(path: &RemotePath, kind: Kind, known: &Known) -> Vec<Prediction> {
    let of = |is: Kind| {
        if is == kind {
            known.value()
        } else {
            json!(false)
        }
    };
    let path = || path.clone();
    let mut predictions = vec![
        Prediction::value(&File { path: path() }, of(Kind::File)),
        Prediction::value(&Directory { path: path() }, of(Kind::Directory)),
        Prediction::value(&Link { path: path() }, of(Kind::Link)),
        Prediction::value(&Socket { path: path() }, of(Kind::Socket)),
    ];
    let name = fact_of(kind);
    let args = json!({"path": path().as_str()});
    predictions.extend(known.unknown_parts().map(|part| Prediction {
        fact: name.to_owned(),
        args: args.clone(),
        partial: false,
        at: part.to_owned(),
        value: None,
    }));
    predictions
}

/// Owner, group and mode of what stands at a path will be as given; what is not given stays.
#[must_use]
pub fn changes(
    path: &RemotePath,
    kind: Kind,
    user: Option<&str>,
    group: Option<&str>,
    mode: Option<Mode>,
) -> Vec<Prediction> {
    let name = fact_of(kind);
    let part = |at: &str, value: Option<Json>| Prediction {
        fact: name.to_owned(),
        args: json!({"path": path.as_str()}),
        partial: false,
        at: at.to_owned(),
        value,
    };
    let mut predictions = Vec::new();
    if let Some(user) = user {
        predictions.push(part("/user", Some(json!(user))));
    }
    if let Some(group) = group {
        predictions.push(part("/group", Some(json!(group))));
    }
    if let Some(mode) = mode {
        predictions.push(part("/mode", Some(json!(mode.digits()))));
    }
    predictions.push(part("/ctime", None));
    predictions
}

/// Nothing will stand at a path, nor below it.
#[must_use]
pub fn vanishes(path: &RemotePath) -> Vec<Prediction> {
    let mut predictions = Vec::new();
    for args in [json!({"path": path.as_str()}), below(path)] {
        for fact in KINDS {
            predictions.push(Prediction::value_where(fact, args.clone(), Json::Null));
        }
        for fact in CONTENT {
            let empty = if fact == "files.Flags" {
                json!([])
            } else {
                Json::Null
            };
            predictions.push(Prediction::value_where(fact, args.clone(), empty));
        }
    }
    predictions
}

/// Arguments of a partial prediction that speak of all paths below one.
fn below(path: &RemotePath) -> Json {
    json!({"path": {"$below": path.as_str()}})
}

/// Owner, group or mode of all that stands below a path will be known at execution only.
#[must_use]
pub fn changes_below(path: &RemotePath, part: &str) -> Vec<Prediction> {
    KINDS
        .into_iter()
        .map(|fact| Prediction::unknown_where(fact, below(path)).at(part))
        .collect()
}

/// The folders above a path will be there. Those that are there already keep what is known of them, as far as one can
/// tell: a folder that is made on the way has the owner and mode of the day.
#[must_use]
pub fn parents_exist(path: &RemotePath) -> Vec<Prediction> {
    let mut predictions = Vec::new();
    let mut folder = path.parent();
    while let Some(path) = folder.filter(|folder| folder.as_str() != "/") {
        let fact = Directory { path: path.clone() };
        predictions.push(Prediction::value(&fact, true).at("/exists"));
        predictions
            .extend(["/user", "/group", "/mode"].map(|part| Prediction::unknown(&fact).at(part)));
        folder = path.parent();
    }
    predictions
}

/// Whatever stands at a path, or below it, will have changed in ways that are known at execution only.
#[must_use]
pub fn unknown_at(path: &RemotePath) -> Vec<Prediction> {
    let mut predictions = Vec::new();
    for args in [json!({"path": path.as_str()}), below(path)] {
        let facts = KINDS.into_iter().chain(CONTENT);
        predictions.extend(facts.map(|fact| Prediction::unknown_where(fact, args.clone())));
    }
    predictions
}

/// A file will have content that is known at execution only; its owner and mode stay.
#[must_use]
pub fn content_changes(path: &RemotePath) -> Vec<Prediction> {
    let args = json!({"path": path.as_str()});
    let mut predictions: Vec<_> = CONTENT
        .into_iter()
        .map(|fact| Prediction::unknown_where(fact, args.clone()))
        .collect();
    for part in ["/atime", "/mtime", "/ctime", "/size"] {
        predictions.push(Prediction::unknown(&File { path: path.clone() }).at(part));
    }
    predictions
}

/// A file will have content with this SHA-1; what is known of it otherwise is not known of the new content.
#[must_use]
pub fn content_becomes(path: &RemotePath, sha1: Option<&str>) -> Vec<Prediction> {
    let mut predictions = content_changes(path);
    if let Some(sha1) = sha1 {
        predictions.push(Prediction::value(&Sha1File { path: path.clone() }, sha1));
    }
    predictions
}

/// A file will be empty, or rather: made by `touch`.
#[must_use]
pub fn content_is_empty(path: &RemotePath) -> Vec<Prediction> {
    let of = || path.clone();
    vec![
        Prediction::value(
            &Sha1File { path: of() },
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        ),
        Prediction::value(&Md5File { path: of() }, "d41d8cd98f00b204e9800998ecf8427e"),
        Prediction::value(
            &Sha256File { path: of() },
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        Prediction::unknown(&Sha384File { path: of() }),
        Prediction::value(&FileContents { path: of() }, json!([])),
        Prediction::value_where(
            FindInFile::name(),
            json!({"path": path.as_str()}),
            json!([]),
        ),
        Prediction::value_where("files.Block", json!({"path": path.as_str()}), json!([])),
    ]
}

const KINDS: [&str; 4] = [
    "files.File",
    "files.Directory",
    "files.Link",
    "files.Socket",
];

const CONTENT: [&str; 8] = [
    "files.Sha1File",
    "files.Sha256File",
    "files.Sha384File",
    "files.Md5File",
    "files.FileContents",
    "files.FindInFile",
    "files.Block",
    "files.Flags",
];
