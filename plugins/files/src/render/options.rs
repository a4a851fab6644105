//! Options of Jinja that a deploy may set, under the names that Jinja2 has for them.

use minijinja::syntax::SyntaxConfig;
use windlass_sdk::argument::{schema_of, wrong_type};
use windlass_sdk::prelude::*;
use windlass_sdk::reexport::serde_json::{Map, Value as Json};

const KNOWN: &str = "trim_blocks, lstrip_blocks, keep_trailing_newline, block_start_string, block_end_string, \
                     variable_start_string, variable_end_string, comment_start_string, comment_end_string";

/// How templates are read.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    pub(crate) trim_blocks: bool,
    pub(crate) lstrip_blocks: bool,
    pub(crate) keep_trailing_newline: bool,
    pub(crate) block: (String, String),
    pub(crate) variable: (String, String),
    pub(crate) comment: (String, String),
}

impl Default for Options {
    fn default() -> Self {
        let pair = |start: &str, end: &str| (start.to_owned(), end.to_owned());
        Self {
            trim_blocks: false,
            lstrip_blocks: false,
            keep_trailing_newline: true,
            block: pair("{%", "%}"),
            variable: pair("{{", "}}"),
            comment: pair("{#", "#}"),
        }
    }
}

impl Options {
    /// How templates are written, in the engine's form.
    ///
    /// # Errors
    /// `invalid-value` for delimiters that cannot be told apart.
    pub(crate) fn syntax(&self) -> Result<SyntaxConfig> {
        let owned = |pair: &(String, String)| pair.clone();
        let ((bs, be), (vs, ve), (cs, ce)) = (
            owned(&self.block),
            owned(&self.variable),
            owned(&self.comment),
        );
        let mut builder = SyntaxConfig::builder();
        builder
            .trim_blocks(self.trim_blocks)
            .lstrip_blocks(self.lstrip_blocks)
            .keep_trailing_newline(self.keep_trailing_newline);
        let usual = Self::default();
        if (&self.block, &self.variable, &self.comment)
            != (&usual.block, &usual.variable, &usual.comment)
        {
            builder
                .block_delimiters(bs, be)
                .variable_delimiters(vs, ve)
                .comment_delimiters(cs, ce);
        }
        builder
            .build()
            .map_err(|error| Error::invalid_value(error.to_string()).at("jinja_env_kwargs"))
    }
}

impl Argument for Options {
    fn schema() -> Json {
        schema_of("object")
    }

    fn decode(value: Json) -> Result<Self> {
        let Json::Object(given) = value else {
            return Err(wrong_type("an object", &value));
        };
        let mut options = Self::default();
        for (name, value) in given {
            let place = name.clone();
            let set = match name.as_str() {
                "trim_blocks" => bool::decode(value).map(|value| options.trim_blocks = value),
                "lstrip_blocks" => bool::decode(value).map(|value| options.lstrip_blocks = value),
                "keep_trailing_newline" => {
                    bool::decode(value).map(|value| options.keep_trailing_newline = value)
                }
                "block_start_string" => String::decode(value).map(|value| options.block.0 = value),
                "block_end_string" => String::decode(value).map(|value| options.block.1 = value),
                "variable_start_string" => {
                    String::decode(value).map(|value| options.variable.0 = value)
                }
                "variable_end_string" => {
                    String::decode(value).map(|value| options.variable.1 = value)
                }
                "comment_start_string" => {
                    String::decode(value).map(|value| options.comment.0 = value)
                }
                "comment_end_string" => {
                    String::decode(value).map(|value| options.comment.1 = value)
                }
                _ => Err(Error::invalid_value(format!(
                    "there is no such option; there are {KNOWN}"
                ))),
            };
            set.map_err(|error| error.at(place))?;
        }
        Ok(options)
    }

    fn encode(&self) -> Json {
        let mut map = Map::new();
        for (name, value) in [
            ("trim_blocks", self.trim_blocks),
            ("lstrip_blocks", self.lstrip_blocks),
            ("keep_trailing_newline", self.keep_trailing_newline),
        ] {
            map.insert(name.to_owned(), Json::from(value));
        }
        Json::Object(map)
    }
}
