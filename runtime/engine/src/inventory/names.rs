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
    // Letters in common favour long names; the other measure tells what is a slip of the fingers away.
    const ALIKE: f64 = 0.8;
    const SLIP: f64 = 0.6;
    let wanted = name.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for candidate in known {
        let lower = candidate.to_lowercase();
        let alike = strsim::jaro_winkler(&lower, &wanted);
        let slip = strsim::normalized_damerau_levenshtein(&lower, &wanted);
        let score = alike + slip;
        let near = alike > ALIKE || slip >= SLIP;
        if near && best.is_none_or(|(highest, _)| score > highest) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
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
        assert_eq!(nearest("_sodu", ["_sudo_user", "_sudo"]), Some("_sudo"));
    }
}
