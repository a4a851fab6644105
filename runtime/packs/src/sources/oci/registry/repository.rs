//! Tags, manifests and blobs, as the distribution specification asks for them.

use serde::Deserialize;
use ureq::Body;
use ureq::http::Response;

use super::super::model::MANIFEST;
use super::super::repository::{LARGEST_MANIFEST, Repository};
use super::answers::{LARGEST_ANSWER, text_of};
use super::requests::{Ask, Registry};
use crate::sign::Digest;
use crate::sources::error::SourceError;

/// How many pages of tags are read.
const PAGES: usize = 100;

impl Registry {
    fn get(&self, rest: &str, accept: Option<&'static str>) -> Result<Response<Body>, SourceError> {
        self.send(&Ask {
            method: "GET",
            url: self.url(rest),
            accept,
            content: None,
        })
    }
}

impl Repository for Registry {
    fn name(&self) -> String {
        format!("{}/{}", self.host, self.repository)
    }

    fn tags(&self) -> Result<Vec<String>, SourceError> {
        #[derive(Deserialize)]
        struct Page {
            tags: Option<Vec<String>>,
        }
        let mut tags = Vec::new();
        let mut next = String::from("tags/list?n=1000");
        for _ in 0..PAGES {
            let answer = self.get(&next, None)?;
            if answer.status().as_u16() == 404 {
                return Err(self.failed("the registry has no such repository"));
            }
            let link = text_of(answer.headers(), "link");
            let page = self.good("listing its tags", answer, LARGEST_ANSWER)?;
            let page: Page = serde_json::from_slice(&page)
                .map_err(|error| self.failed(format!("its list of tags: {error}")))?;
            tags.extend(page.tags.unwrap_or_default());
            let prefix = format!("/v2/{}/", self.repository);
            let found = link.as_deref().and_then(|link| {
                let (path, _) = link.strip_prefix('<')?.split_once('>')?;
                path.split_once(&prefix).map(|(_, rest)| rest.to_owned())
            });
            match found {
                Some(rest) => next = rest,
                None => break,
            }
        }
        Ok(tags)
    }

    fn manifest(&self, tag: &str) -> Result<Option<Vec<u8>>, SourceError> {
        let answer = self.get(&format!("manifests/{tag}"), Some(MANIFEST))?;
        if answer.status().as_u16() == 404 {
            return Ok(None);
        }
        self.good(tag, answer, LARGEST_MANIFEST).map(Some)
    }

    fn blob(&self, digest: &Digest, size: u64) -> Result<Vec<u8>, SourceError> {
        let answer = self.get(&format!("blobs/{digest}"), None)?;
        // One byte more than it may have is enough to see that it is another.
        self.good(&digest.to_string(), answer, size.saturating_add(1))
    }

    fn put_blob(&mut self, bytes: &[u8]) -> Result<(), SourceError> {
        let digest = Digest::of(bytes);
        let there = self.send(&Ask {
            method: "HEAD",
            url: self.url(&format!("blobs/{digest}")),
            accept: None,
            content: None,
        })?;
        if there.status().is_success() {
            return Ok(());
        }
        let begun = self.send(&Ask {
            method: "POST",
            url: self.url("blobs/uploads/"),
            accept: None,
            content: Some(("application/octet-stream", &[])),
        })?;
        let location = begun
            .status()
            .is_success()
            .then(|| self.location(begun.headers()));
        let location = match location {
            Some(location) => location?,
            None => {
                self.good("uploading", begun, LARGEST_ANSWER)?;
                return Err(self.failed("uploading: it gave no place"));
            }
        };
        let joint = if location.contains('?') { '&' } else { '?' };
        let put = self.send(&Ask {
            method: "PUT",
            url: format!("{location}{joint}digest={digest}"),
            accept: None,
            content: Some(("application/octet-stream", bytes)),
        })?;
        self.good("uploading", put, LARGEST_ANSWER).map(drop)
    }

    fn put_manifest(&mut self, tag: &str, bytes: &[u8]) -> Result<(), SourceError> {
        let put = self.send(&Ask {
            method: "PUT",
            url: self.url(&format!("manifests/{tag}")),
            accept: None,
            content: Some((MANIFEST, bytes)),
        })?;
        self.good(tag, put, LARGEST_ANSWER).map(drop)
    }
}
