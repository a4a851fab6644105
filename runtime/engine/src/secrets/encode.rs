//! Values in the form that the place they go to needs.

use base64::Engine as _;

/// A value in an encoding; none for one that this version does not know.
pub(super) fn encode(value: &str, encoding: &str) -> Option<String> {
    Some(match encoding {
        "sh" => crate::command::quote(value),
        "sql-string" => value.replace('\\', "\\\\").replace('\'', "''"),
        "json" => serde_json::Value::from(value).to_string(),
        "base64" => base64::engine::general_purpose::STANDARD.encode(value),
        "url" => value
            .bytes()
            .map(|byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    char::from(byte).to_string()
                }
                _ => format!("%{byte:02X}"),
            })
            .collect(),
        "ere" => escape(value, r"\.[]{}()*+?^$|/"),
        "sed" => escape(value, r"\/&"),
        _ => return None,
    })
}

fn escape(value: &str, special: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for character in value.chars() {
        if special.contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
