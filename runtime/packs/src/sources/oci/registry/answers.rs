//! What a registry answers: its bytes up to a limit, where an upload goes on, and what its errors say.

use serde::Deserialize;
use ureq::Body;
use ureq::http::{HeaderMap, Response};

use super::requests::Registry;
use crate::sources::error::SourceError;

/// How many bytes a page of tags, a token or an error may have.
pub(super) const LARGEST_ANSWER: u64 = 4 << 20;

impl Registry {
    /// The bytes of a good answer; what a registry says otherwise is the error.
    pub(super) fn good(
        &self,
        what: &str,
        mut answer: Response<Body>,
        limit: u64,
    ) -> Result<Vec<u8>, SourceError> {
        let status = answer.status();
        if status.is_success() {
            return limited(&mut answer, limit)
                .map_err(|message| self.failed(format!("{what}: {message}")));
        }
        let text = limited(&mut answer, LARGEST_ANSWER).unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        Err(self.failed(format!("{what}: it answered {status} {}", said(&text))))
    }

    /// Where an upload goes on: a path of this registry, or a whole address.
    pub(super) fn location(&self, headers: &HeaderMap) -> Result<String, SourceError> {
        let location = text_of(headers, "location")
            .ok_or_else(|| self.failed("it does not say where to upload to"))?;
        let whole = location.contains("://");
        if whole && self.scheme == "https" && !location.starts_with("https://") {
            return Err(self.failed(format!(
                "it wants uploads at {location}, which is not https"
            )));
        }
        if whole {
            return Ok(location);
        }
        Ok(format!("{}://{}{location}", self.scheme, self.host))
    }
}

/// A header's text.
pub(super) fn text_of(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// The bytes of an answer, which may have so many.
pub(super) fn limited(answer: &mut Response<Body>, limit: u64) -> Result<Vec<u8>, String> {
    let body = answer.body_mut().with_config().limit(limit);
    body.read_to_vec().map_err(|error| error.to_string())
}

/// What a registry's error says: the messages of its list, else the beginning of the text.
fn said(text: &str) -> String {
    #[derive(Deserialize)]
    struct Errors {
        errors: Vec<One>,
    }
    #[derive(Deserialize)]
    struct One {
        #[serde(default)]
        code: String,
        #[serde(default)]
        message: String,
    }
    match serde_json::from_str::<Errors>(text) {
        Ok(read) => {
            let all = read.errors.iter();
            let all = all.map(|one| format!("({}: {})", one.code, one.message));
            all.collect::<Vec<_>>().join(" ")
        }
        Err(_) => text.chars().filter(|c| !c.is_control()).take(200).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_the_registry_says() {
        let text = r#"{"errors":[{"code":"DENIED","message":"no"}]}"#;
        assert_eq!(said(text), "(DENIED: no)");
        assert_eq!(said("<html>\n"), "<html>");
    }
}
