//! Names: which connector a host's name stands for, and the nearest of known names.

/// The connector that a host's name asks for: what stands between `@` and `/`, else `ssh`.
#[must_use]
pub fn connector_of(name: &str) -> &str {
    match name.strip_prefix('@') {
        Some(rest) => rest.split('/').next().unwrap_or(rest),
        None => "ssh",
    }
}

/// The known name that is most like another, if one is alike enough to be meant.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const ALIKE: f64 = 0.8;
    let wanted = name.to_lowercase();
    known
        .into_iter()
        .map(|known| (strsim::jaro_winkler(&known.to_lowercase(), &wanted), known))
        .filter(|(score, _)| *score > ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

/// The end of a sentence about an unknown name: the nearest known one, or nothing.
pub(crate) fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known)
        .map(|near| format!(", did you mean `{near}`?"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_their_connector() {
        for (name, connector) in [
            ("web-01", "ssh"),
            ("@local", "local"),
            ("@docker/a/b", "docker"),
            ("a@b", "ssh"),
            ("@chroot//x", "chroot"),
        ] {
            assert_eq!(connector_of(name), connector);
        }
    }

    #[test]
    fn only_what_is_alike_is_near() {
        assert_eq!(nearest("wbe-01", ["db-01", "web-01"]), Some("web-01"));
        assert_eq!(nearest("WEB-01", ["web-01"]), Some("web-01"));
        assert_eq!(nearest("zzz", ["db-01", "web-01"]), None);
    }
}
