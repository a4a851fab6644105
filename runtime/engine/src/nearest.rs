//! The nearest of the names there are, for messages about one that is not there.

/// The known name that is most like another, if one is alike enough to be meant.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
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
#[must_use]
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known)
        .map(|near| format!(", did you mean `{near}`?"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_alike_is_near() {
        assert_eq!(nearest("wbe-01", ["db-01", "web-01"]), Some("web-01"));
        assert_eq!(nearest("WEB-01", ["web-01"]), Some("web-01"));
        assert_eq!(nearest("zzz", ["db-01", "web-01"]), None);
        assert_eq!(nearest("_sodu", ["_sudo_user", "_sudo"]), Some("_sudo"));
        let operations = ["files.file", "files.directory", "server.user"];
        assert_eq!(nearest("files.fiel", operations), Some("files.file"));
        assert_eq!(nearest("apt.key", operations), None);
    }
}
