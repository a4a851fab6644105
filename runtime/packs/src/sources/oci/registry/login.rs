//! Logging in, where a registry asks for it: with a name and a password, or with a token from its own office.

use serde::Deserialize;
use ureq::Body;
use ureq::http::Response;
use zeroize::Zeroizing;

use super::super::auth::{self, Basic, Challenge};
use super::address::is_loopback;
use super::answers::{LARGEST_ANSWER, limited, text_of};
use super::requests::{Ask, Registry};
use crate::sources::error::SourceError;

impl Registry {
    /// Sends a request; logs in where the registry asks for it.
    pub(super) fn send(&self, ask: &Ask<'_>) -> Result<Response<Body>, SourceError> {
        let answer = self.send_once(ask)?;
        if answer.status().as_u16() != 401 {
            return Ok(answer);
        }
        let header = text_of(answer.headers(), "www-authenticate");
        let challenge = header.and_then(|header| Challenge::parse(&header));
        let stored = auth::stored(&self.host).map_err(|message| self.failed(message))?;
        let login = match (challenge, stored) {
            (Some(Challenge::Basic), Some(stored)) => {
                Zeroizing::new(format!("Basic {}", stored.as_str()))
            }
            (Some(Challenge::Bearer { realm, questions }), stored) => {
                self.token(&realm, questions, stored)?
            }
            _ => return Err(self.refused()),
        };
        *self.login.borrow_mut() = Some(login);
        let answer = self.send_once(ask)?;
        if answer.status().as_u16() == 401 {
            return Err(self.refused());
        }
        Ok(answer)
    }

    fn refused(&self) -> SourceError {
        self.failed(format!(
            "the registry asks for a name and a password, and there are none that it takes\n  log in once with `docker login {0}`, `podman login {0}` or `oras login {0}`",
            self.host
        ))
    }

    /// A token from the registry's own office.
    fn token(
        &self,
        realm: &str,
        questions: Vec<(String, String)>,
        stored: Option<Basic>,
    ) -> Result<Zeroizing<String>, SourceError> {
        #[derive(Deserialize)]
        struct Answer {
            token: Option<String>,
            access_token: Option<String>,
        }
        let plain = realm.strip_prefix("http://");
        let local = plain.is_some_and(|rest| {
            self.scheme == "http" && is_loopback(rest.split('/').next().unwrap_or_default())
        });
        if !local && !realm.starts_with("https://") {
            return Err(self.failed(format!(
                "it sends its users to {realm} to log in, which is not https"
            )));
        }
        let mut request = self.agent.get(realm).query_pairs(questions);
        if let Some(stored) = &stored {
            request = request.header("authorization", format!("Basic {}", stored.as_str()));
        }
        let mut answer = request
            .call()
            .map_err(|error| self.failed(self.explained(&error)))?;
        if !answer.status().is_success() {
            return Err(self.refused());
        }
        let text = limited(&mut answer, LARGEST_ANSWER).map_err(|message| self.failed(message))?;
        let read: Result<Answer, _> = serde_json::from_slice(&text);
        let token = read.ok().and_then(|read| read.token.or(read.access_token));
        let token = token.ok_or_else(|| self.failed(format!("{realm} gave no token")))?;
        Ok(Zeroizing::new(format!("Bearer {token}")))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::sources::oci::repository::Repository as _;

    /// A registry that wants a token, and an office that gives one. Says what it was asked, a line each.
    fn with_tokens() -> (u16, std::thread::JoinHandle<Vec<String>>) {
        use std::io::{BufRead, BufReader, Write};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let answered = move || {
            let mut asked = Vec::new();
            for stream in listener.incoming().take(3) {
                let mut stream = stream.unwrap();
                let lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let lines = lines
                    .map(Result::unwrap)
                    .take_while(|line| !line.is_empty());
                let head: Vec<String> = lines.collect();
                let login = head
                    .iter()
                    .any(|line| line.to_lowercase() == "authorization: bearer t0ken");
                let (status, body) = match head[0].contains("/token?") {
                    true => ("200 OK", r#"{"token":"t0ken"}"#),
                    false if login => ("200 OK", r#"{"tags":["1.0.0.pack","1.0.0","x.pack"]}"#),
                    false => ("401 Unauthorized", "{}"),
                };
                let challenge = format!(
                    "Bearer realm=\"http://127.0.0.1:{port}/token\",service=\"r\",scope=\"repository:a:pull\""
                );
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status}\r\nwww-authenticate: {challenge}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
                stream.write_all(answer.as_bytes()).unwrap();
                asked.push(head[0].clone());
            }
            asked
        };
        (port, std::thread::spawn(answered))
    }

    #[test]
    fn a_token_is_asked_for_where_the_registry_says() {
        let (port, asked) = with_tokens();
        let registry = Registry::new(&format!("127.0.0.1:{port}/a")).unwrap();
        assert_eq!(registry.tags().unwrap(), ["1.0.0.pack", "1.0.0", "x.pack"]);
        assert_eq!(
            asked.join().unwrap(),
            [
                "GET /v2/a/tags/list?n=1000 HTTP/1.1",
                "GET /token?service=r&scope=repository%3Aa%3Apull HTTP/1.1",
                "GET /v2/a/tags/list?n=1000 HTTP/1.1"
            ]
        );
    }

    #[test]
    fn passwords_go_nowhere_without_https() {
        let registry = Registry::new("127.0.0.1:1/a").unwrap();
        for realm in [
            "http://example.org/token",
            "ftp://127.0.0.1/",
            "http://127.0.0.1.example.org/",
        ] {
            let error = registry.token(realm, Vec::new(), None).unwrap_err();
            assert!(error.to_string().contains("is not https"), "{error}");
        }
    }
}
