//! Which versions a deploy accepts.

use super::ConfigError;

/// Checks a version against what is required: comparisons with commas between them, all of which must hold.
pub(super) fn check_version(required: Option<&str>, present: &str) -> Result<(), ConfigError> {
    let Some(required) = required else {
        return Ok(());
    };
    let holds = |part: &str| -> Option<bool> {
        let part = part.trim();
        let split = part.find(|c: char| c.is_ascii_digit())?;
        let (comparison, version) = part.split_at(split);
        let order = numbers(present)?.cmp(&numbers(version)?);
        Some(match comparison.trim() {
            ">=" => order.is_ge(),
            ">" => order.is_gt(),
            "<=" => order.is_le(),
            "<" => order.is_lt(),
            "" | "=" | "==" => order.is_eq(),
            "!=" => order.is_ne(),
            _ => return None,
        })
    };
    for part in required.split(',') {
        match holds(part) {
            Some(true) => {}
            Some(false) => {
                return Err(ConfigError::Version {
                    required: required.to_owned(),
                    present: present.to_owned(),
                });
            }
            None => {
                return Err(ConfigError::Value {
                    key: String::from("require_version"),
                    takes: String::from("versions, as `>=0.1, <0.3`"),
                    given: format!("`{}`", part.trim()),
                });
            }
        }
    }
    Ok(())
}

/// The three numbers of a version; those not given are 0.
fn numbers(version: &str) -> Option<[u64; 3]> {
    let mut found = [0; 3];
    let mut parts = version.trim().split('.');
    for slot in &mut found {
        match parts.next() {
            Some(part) => *slot = part.parse().ok()?,
            None => break,
        }
    }
    parts.next().is_none().then_some(found)
}
