//! Filters that secrets may pass through, since the host can do the same to their value.

use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Error, Value};
use windlass_sdk::content::Encoding;
use windlass_sdk::shell::quote;

use super::secret::Secret;

fn text_or_secret(value: &Value, encoding: Encoding, plain: impl Fn(&str) -> String) -> Value {
    match Secret::of(value) {
        Some(secret) => Value::from_object(secret.encoded(encoding)),
        None => Value::from(plain(&value.to_string())),
    }
}

/// As one word of a POSIX shell.
pub(crate) fn shell_word(value: &Value) -> Value {
    text_or_secret(value, Encoding::Sh, quote)
}

/// Percent-encoded, all but letters, digits and `_.-~/`.
pub(crate) fn urlencode(value: &Value) -> Value {
    text_or_secret(value, Encoding::Url, |text| {
        text.bytes().fold(String::new(), |mut encoded, byte| {
            if byte.is_ascii_alphanumeric() || b"_.-~/".contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                encoded.push_str(&format!("%{byte:02X}"));
            }
            encoded
        })
    })
}

/// In base64, with padding.
pub(crate) fn b64encode(value: &Value) -> Value {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    text_or_secret(value, Encoding::Base64, |text| {
        text.as_bytes()
            .chunks(3)
            .fold(String::new(), |mut encoded, chunk| {
                let bits = chunk
                    .iter()
                    .fold(0u32, |bits, byte| bits << 8 | u32::from(*byte))
                    << (8 * (3 - chunk.len()));
                for place in 0..4usize {
                    let letter = LETTERS
                        .get((bits >> (18 - 6 * place) & 63) as usize)
                        .copied()
                        .unwrap_or(b'=');
                    encoded.push(char::from(if place <= chunk.len() { letter } else { b'=' }));
                }
                encoded
            })
    })
}

/// As JSON, in the form that Jinja2 writes: a space after `,` and `:`, keys sorted; `indent` spreads it over lines.
pub(crate) fn tojson(value: &Value, kwargs: Kwargs) -> Result<Value, Error> {
    let indent = kwargs.get::<Option<usize>>("indent")?;
    kwargs.assert_all_used()?;
    if let Some(secret) = Secret::of(value) {
        return Ok(Value::from_object(secret.encoded(Encoding::Json)));
    }
    let mut text = String::new();
    write_json(&mut text, value, indent, 0)?;
    Ok(Value::from(text))
}

fn write_json(
    text: &mut String,
    value: &Value,
    indent: Option<usize>,
    depth: usize,
) -> Result<(), Error> {
    if let Some(secret) = Secret::of(value) {
        text.push_str(&secret.encoded(Encoding::Json).stand_in());
        return Ok(());
    }
    let line = |text: &mut String, depth: usize| {
        if let Some(indent) = indent {
            text.push('\n');
            text.push_str(&" ".repeat(indent * depth));
        }
    };
    let between = if indent.is_some() { "," } else { ", " };
    match value.kind() {
        ValueKind::Map => {
            let mut keys: Vec<Value> = value.try_iter()?.collect();
            keys.sort();
            text.push('{');
            for (position, key) in keys.iter().enumerate() {
                text.push_str(if position > 0 { between } else { "" });
                line(text, depth + 1);
                text.push_str(&json_text(&key.to_string()));
                text.push_str(": ");
                write_json(text, &value.get_item(key)?, indent, depth + 1)?;
            }
            if !keys.is_empty() {
                line(text, depth);
            }
            text.push('}');
        }
        ValueKind::Seq | ValueKind::Iterable => {
            text.push('[');
            let mut any = false;
            for item in value.try_iter()? {
                text.push_str(if any { between } else { "" });
                any = true;
                line(text, depth + 1);
                write_json(text, &item, indent, depth + 1)?;
            }
            if any {
                line(text, depth);
            }
            text.push(']');
        }
        ValueKind::None | ValueKind::Undefined => text.push_str("null"),
        ValueKind::Bool | ValueKind::Number => text.push_str(&value.to_string()),
        _ => text.push_str(&json_text(&value.to_string())),
    }
    Ok(())
}

fn json_text(text: &str) -> String {
    windlass_sdk::reexport::serde_json::Value::from(text).to_string()
}
