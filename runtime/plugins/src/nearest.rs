//! The nearest name there is, for messages.

/// The name nearest to one that is not there; none where all are too far away to be meant.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let found = known
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .min_by_key(|(distance, _)| *distance);
    found
        .filter(|(distance, _)| *distance <= (name.chars().count() / 3).max(1))
        .map(|(_, known)| known.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_found_and_a_stranger_is_not() {
        let known = || ["files.file", "files.directory", "server.user"].into_iter();
        assert_eq!(
            nearest("files.fiel", known()),
            Some(String::from("files.file"))
        );
        assert_eq!(nearest("apt.key", known()), None);
    }
}
