//! What lies below a folder, by name, size and depth.

use windlass_sdk::argument::{kind_of, schema_any_of, schema_of};
use windlass_sdk::prelude::*;
use windlass_sdk::reexport::serde_json::Value as Json;

/// A size in bytes: a number, or text such as `10KB` (a thousand each) and `10KiB` (1024 each).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(u64);

impl Size {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let split = text
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(text.len());
        let (number, unit) = text.split_at(split);
        let unit = unit.trim().to_ascii_uppercase();
        let (letter, base) = match unit.trim_end_matches('B') {
            letters if letters.ends_with('I') => (letters.trim_end_matches('I'), 1024.0f64),
            letters => (letters, 1000.0),
        };
        let power = ["", "K", "M", "G", "T", "P"]
            .iter()
            .position(|known| *known == letter)?;
        let bytes = number.parse::<f64>().ok()? * base.powi(i32::try_from(power).ok()?);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked against the range"
        )]
        (0.0..9.0e18).contains(&bytes).then_some(Self(bytes as u64))
    }
}

impl Argument for Size {
    fn schema() -> Json {
        schema_any_of(vec![schema_of("integer"), schema_of("string")])
    }

    fn decode(value: Json) -> Result<Self> {
        let wrong =
            || Error::invalid_value("expected a size in bytes, as in 512, \"10KB\" or \"10KiB\"");
        match &value {
            Json::Number(number) => number.as_u64().map(Self).ok_or_else(wrong),
            Json::String(text) => Self::parse(text).ok_or_else(wrong),
            other => Err(Error::invalid_type(format!(
                "expected a size in bytes, found {}",
                kind_of(other)
            ))),
        }
    }

    fn encode(&self) -> Json {
        Json::from(self.0)
    }
}

/// What is looked for, besides its kind.
struct Search {
    path: RemotePath,
    size: Option<Size>,
    min_size: Option<Size>,
    max_size: Option<Size>,
    maxdepth: Option<u32>,
    fname: Option<String>,
    iname: Option<String>,
    regex: Option<String>,
    path_match: Option<String>,
    args: Option<Vec<String>>,
    quote_path: bool,
}

impl Search {
    fn source(self, kind: &str) -> Source<Vec<String>> {
        let mut text = if self.quote_path {
            let path = &self.path;
            shell!("find {path} -type {kind:raw}")
        } else {
            let path = self.path.as_str();
            shell!("find {path:raw} -type {kind:raw}")
        };
        let numbers = [("-maxdepth ", self.maxdepth.map(|depth| depth.to_string()))]
            .into_iter()
            .chain([
                ("-size ", self.size.map(|size| format!("{}c", size.0))),
                ("-size +", self.min_size.map(|size| format!("{}c", size.0))),
                ("-size -", self.max_size.map(|size| format!("{}c", size.0))),
            ]);
        for (option, value) in numbers {
            if let Some(value) = value {
                text = text.raw(" ").raw(option).raw(value);
            }
        }
        let patterns = [
            ("-name", self.fname),
            ("-iname", self.iname),
            ("-regex", self.regex),
            ("-path", self.path_match),
        ];
        for (option, pattern) in patterns {
            if let Some(pattern) = pattern {
                text = text.text(shell!(" {option:raw} {pattern}"));
            }
        }
        if let Some(args) = self.args.filter(|args| !args.is_empty()) {
            text = text.text(shell!(" {args:words}"));
        }
        Source::shell(shell!("{text:text} || true"), |output| Ok(output.lines()))
    }
}

macro_rules! find_fact {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[fact(default = [])]
        pub fn $name(
            /// The folder to look below.
            path: RemotePath,
            /// Exactly so many bytes, as in 512, "10KB" or "10KiB".
            size: Option<Size>,
            /// More than so many bytes.
            min_size: Option<Size>,
            /// Fewer than so many bytes.
            max_size: Option<Size>,
            /// How many folders deep at most; 1 is the folder itself.
            maxdepth: Option<u32>,
            /// A shell pattern for the name.
            fname: Option<String>,
            /// The same, letter case aside.
            iname: Option<String>,
            /// A regular expression for the whole path.
            regex: Option<String>,
            /// A shell pattern for the whole path.
            path_match: Option<String>,
            /// More arguments for `find`, each one word.
            args: Option<Vec<String>>,
            /// Whether the path is quoted; false lets the shell expand it.
            #[default(true)]
            quote_path: bool,
        ) -> Source<Vec<String>> {
            Search { path, size, min_size, max_size, maxdepth, fname, iname, regex, path_match, args, quote_path }
                .source($kind)
        }
    };
}

find_fact! {
    /// The files below a folder, at any depth, as paths that begin with the folder's.
    FindFiles, "f"
}

find_fact! {
    /// The links below a folder, at any depth, as paths that begin with the folder's.
    FindLinks, "l"
}

find_fact! {
    /// The folders below a folder (itself among them), at any depth, as paths that begin with the folder's.
    FindDirectories, "d"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units_of_a_thousand_and_of_1024() {
        let bytes = |text| Size::parse(text).map(|size| size.0);
        assert_eq!(bytes("512"), Some(512));
        assert_eq!(bytes("10KB"), Some(10_000));
        assert_eq!(bytes("1.5 KiB"), Some(1536));
        assert_eq!(bytes("2g"), Some(2_000_000_000));
        assert_eq!(bytes("many"), None);
    }
}
