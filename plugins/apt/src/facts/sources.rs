//! Where apt gets packages from: one-line lists and deb822 stanzas (sources.list(5)).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use windlass_sdk::prelude::*;

/// What stands before each file's path in the output.
const FILE_MARK: &str = "##WINDLASS_FILE ";

/// One source of packages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AptSource {
    /// `deb` or `deb-src`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it is.
    pub url: String,
    /// Its suite, or a path that ends in `/`.
    pub distribution: String,
    /// Its components; none for a path.
    pub components: Vec<String>,
    /// Options by lower-case name: text, or a list where there are several values.
    pub options: BTreeMap<String, Json>,
}

impl AptSource {
    /// True when both name the same packages in the same way.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let url = |source: &Self| source.url.trim_end_matches('/').to_owned();
        let components = |source: &Self| {
            let mut sorted = source.components.clone();
            sorted.sort();
            sorted
        };
        self.kind == other.kind
            && url(self) == url(other)
            && self.distribution == other.distribution
            && components(self) == components(other)
            && self.options == other.options
    }
}

/// Sources of packages, from `sources.list` and the files beside it.
#[fact(requires = "apt", default = [])]
pub fn AptSources() -> Source<Vec<AptSource>> {
    let command = shell!(
        "sh -c 'for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do \
         [ -e \"$f\" ] || continue; echo \"{FILE_MARK:raw}$f\"; cat \"$f\"; echo; done'"
    );
    Source::shell(command, |output| {
        let mut sources = Vec::new();
        let text = output.text();
        for file in text.split(FILE_MARK).skip(1) {
            let (path, content) = file.split_once('\n').unwrap_or((file, ""));
            if path.trim().ends_with(".sources") {
                sources.extend(content.split("\n\n").flat_map(stanza));
            } else {
                sources.extend(content.lines().filter_map(parse_line));
            }
        }
        Ok(sources)
    })
}

/// Reads a line of a list: `deb [arch=amd64] URL SUITE COMPONENT…`. None for comments and what is no source.
#[must_use]
pub fn parse_line(line: &str) -> Option<AptSource> {
    let line = line.split_once('#').map_or(line, |(line, _)| line).trim();
    let (kind, rest) = line.split_once(char::is_whitespace)?;
    if !matches!(kind, "deb" | "deb-src") {
        return None;
    }
    let (options, rest) = match rest.trim_start().strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => ("", rest),
    };
    let mut words = rest.split_whitespace().map(str::to_owned);
    let (url, distribution) = (words.next()?, words.next()?);
    let option = |option: &str| {
        let (name, value) = option.split_once('=')?;
        Some((name.to_lowercase(), one_or_list(value.split(','))))
    };
    Some(AptSource {
        kind: kind.to_owned(),
        url,
        distribution,
        components: words.collect(),
        options: options.split_whitespace().filter_map(option).collect(),
    })
}

/// Reads a stanza: every type at every URI in every suite is a source. Nothing for one that is incomplete or switched off.
pub(crate) fn stanza(text: &str) -> Vec<AptSource> {
    let fields = fields(text);
    let words = |name: &str| -> Vec<String> {
        fields
            .get(name)
            .map(|value| value.split_whitespace().map(str::to_owned).collect())
            .unwrap_or_default()
    };
    if fields
        .get("enabled")
        .is_some_and(|value| matches!(value.trim(), "no" | "false" | "0"))
    {
        return Vec::new();
    }
    let options: BTreeMap<String, Json> = fields
        .iter()
        .filter_map(|(name, value)| option(name, value))
        .collect();
    let mut sources = Vec::new();
    for kind in words("types") {
        for url in words("uris") {
            for distribution in words("suites") {
                sources.push(AptSource {
                    kind: kind.clone(),
                    url: url.clone(),
                    distribution,
                    components: words("components"),
                    options: options.clone(),
                });
            }
        }
    }
    sources
}

/// The fields of a stanza by lower-case name. Lines that begin with a blank go on with the field before them.
fn fields(text: &str) -> BTreeMap<String, String> {
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    let mut current: Option<String> = None;
    for line in text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
    {
        if line.starts_with([' ', '\t']) {
            if let Some(value) = current.as_ref().and_then(|name| fields.get_mut(name)) {
                value.push('\n');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            let name = name.trim().to_lowercase();
            fields.insert(name.clone(), value.trim().to_owned());
            current = Some(name);
        }
    }
    fields
}

/// A field that is an option of its sources, by the name that one-line lists give it.
fn option(name: &str, value: &str) -> Option<(String, Json)> {
    let name = match name {
        "types" | "uris" | "suites" | "components" | "enabled" => return None,
        "architectures" => "arch",
        "languages" => "lang",
        "targets" => "target",
        "trusted"
        | "signed-by"
        | "by-hash"
        | "pdiffs"
        | "check-valid-until"
        | "allow-insecure"
        | "allow-weak"
        | "allow-downgrade-to-insecure"
        | "valid-until-min"
        | "valid-until-max"
        | "check-date"
        | "date-max-future"
        | "inrelease-path"
        | "snapshot" => name,
        _ => return None,
    };
    let value = value.trim();
    // A whole key may stand there instead of paths.
    let value = if value.starts_with("-----BEGIN") {
        Json::from(value)
    } else {
        one_or_list(value.split_whitespace())
    };
    Some((name.to_owned(), value))
}

fn one_or_list<'a>(values: impl Iterator<Item = &'a str>) -> Json {
    let values: Vec<&str> = values.collect();
    match values.as_slice() {
        [one] => Json::from(*one),
        many => Json::from(many.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_stanza_that_is_switched_off_gives_nothing() {
        let text = "Types: deb\nURIs: http://a\nSuites: b\n";
        assert_eq!(stanza(text).len(), 1);
        assert!(stanza(&format!("{text}Enabled: no\n")).is_empty());
    }

    #[test]
    fn the_same_source_may_be_written_differently() {
        let one = parse_line("deb http://a/debian/ stable main contrib").unwrap();
        let other = parse_line("deb  http://a/debian stable contrib main # comment").unwrap();
        assert!(one.is_same(&other));
        assert!(
            !one.is_same(
                &parse_line("deb [arch=amd64] http://a/debian stable main contrib").unwrap()
            )
        );
        assert_eq!(parse_line("# deb http://a b"), None);
    }
}
