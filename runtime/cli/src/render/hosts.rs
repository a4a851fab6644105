//! Names of many hosts in one line.

/// How many names are shown.
const SHOWN: usize = 8;

/// Names with commas, the tail of a long list as a number.
pub(crate) fn host_list(names: &[&str]) -> String {
    match names.split_at_checked(SHOWN) {
        Some((first, rest)) if rest.len() > 1 => {
            format!("{} and {} more", first.join(", "), rest.len())
        }
        _ => names.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_end_in_a_number() {
        let names: Vec<String> = (0..12).map(|number| format!("h{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(host_list(&names[..9]), "h0, h1, h2, h3, h4, h5, h6, h7, h8");
        assert_eq!(
            host_list(&names),
            "h0, h1, h2, h3, h4, h5, h6, h7 and 4 more"
        );
    }
}
