//! Questions that the runtime asks by itself: read-only by construction, in POSIX shell.

use crate::command::quote;
use crate::contract::Probe;
use crate::json::Json;

/// The command of a probe, or what is wrong with it.
pub(super) fn command(probe: &Probe) -> Result<String, String> {
    let text = |key: &str| {
        let value = probe.args.get(key).and_then(Json::as_str);
        value
            .map(quote)
            .ok_or_else(|| format!("the probe `{}` needs `{key}`", probe.kind))
    };
    Ok(match probe.kind.as_str() {
        "stat" => {
            let path = text("path")?;
            format!(
                "if test -e {path} || test -L {path}; then stat -c '%F|%a|%U|%G|%s|%X|%Y' {path} 2>/dev/null || \
                 stat -f '%HT|%Lp|%Su|%Sg|%z|%a|%m' {path}; fi"
            )
        }
        "read" => {
            let limit = probe
                .args
                .get("limit")
                .and_then(Json::as_u64)
                .unwrap_or(1 << 20);
            format!("head -c {limit} {}", text("path")?)
        }
        "sum" => {
            let path = text("path")?;
            match probe.args.get("algorithm").and_then(Json::as_str) {
                Some(algorithm @ ("md5" | "sha1" | "sha256" | "sha384")) => {
                    let bits = algorithm.trim_start_matches("sha");
                    format!(
                        "{algorithm}sum {path} 2>/dev/null || shasum -a {bits} {path} 2>/dev/null || {algorithm} -q {path}"
                    )
                }
                other => {
                    return Err(format!(
                        "the probe `sum` knows md5, sha1, sha256 and sha384, not {other:?}"
                    ));
                }
            }
        }
        "list" => format!("ls -1A {}", text("path")?),
        "which" => format!("command -v {}", text("command")?),
        other => {
            return Err(format!(
                "there is no probe `{other}` in this version: the fact needs a newer windlass"
            ));
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn arguments_are_quoted_and_unknown_kinds_refused() {
        let probe = |kind: &str, args| Probe {
            kind: kind.to_owned(),
            args,
        };
        assert_eq!(
            command(&probe("which", json!({"command": "a b"}))).unwrap(),
            "command -v 'a b'"
        );
        assert!(command(&probe("sum", json!({"path": "/x", "algorithm": "crc"}))).is_err());
        assert!(
            command(&probe("write", json!({"path": "/x"})))
                .unwrap_err()
                .contains("newer windlass")
        );
        assert!(
            command(&probe("stat", json!({})))
                .unwrap_err()
                .contains("`path`")
        );
    }
}
