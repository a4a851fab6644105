//! Giving a template a pack's name.

use crate::manifest::PackName;

/// The template's own name.
const FULL: &str = "example:motd";
const SHORT: &str = "motd";
/// The name of its crate or package.
const PACKAGE: &str = "my-pack";

/// A template's text with a pack's name for its own.
pub(super) fn named(text: &str, name: &PackName) -> String {
    let text = text.replace(FULL, &name.to_string());
    let text = text.replace(PACKAGE, name.name());
    replace_word(&text, &namespace(name))
}

/// The namespace of a new pack's operations: names there have no dashes.
pub(super) fn namespace(name: &PackName) -> String {
    name.name().replace('-', "_")
}

fn replace_word(text: &str, by: &str) -> String {
    let part = |c: char| c.is_alphanumeric() || "/_-:".contains(c);
    let (mut made, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once(SHORT) {
        made.push_str(before);
        // The name of a file of the pack: `src/motd.py`.
        let file = after.strip_prefix('.').unwrap_or_default();
        let file = made.ends_with('/') && file.starts_with(char::is_alphanumeric);
        let begins = file || !made.ends_with(part);
        let ends = !after.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        made.push_str(if begins && ends { by } else { SHORT });
        rest = after;
    }
    made + rest
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_the_word_is_replaced() {
        let name: PackName = "labs:web-page".parse().unwrap();
        let text = "name = \"example:motd\" my-pack motd.set `motd.Text` \"motd\" /etc/motd motdx cases/motd.jsonl motd, /etc/motd.";
        assert_eq!(
            named(text, &name),
            "name = \"labs:web-page\" web-page web_page.set `web_page.Text` \"web_page\" /etc/motd motdx cases/web_page.jsonl web_page, /etc/motd."
        );
    }
}
