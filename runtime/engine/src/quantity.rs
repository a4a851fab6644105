//! Quantities as people write them: a whole number with its unit.

/// Bytes: a whole number with `KiB`, `MiB` or `GiB`.
///
/// # Errors
/// What it takes instead, with an example.
pub fn bytes(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 3] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];
    quantity(text, &UNITS).ok_or_else(|| {
        format!("`{text}` is no size; it takes a whole number with KiB, MiB or GiB, as `64MiB`")
    })
}

/// Milliseconds: a whole number with `ms`, `s` or `m`.
///
/// # Errors
/// What it takes instead, with an example.
pub fn millis(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 3] = [("ms", 1), ("s", 1000), ("m", 60_000)];
    quantity(text, &UNITS).ok_or_else(|| {
        format!("`{text}` is no time; it takes a whole number with ms, s or m, as `2s`")
    })
}

/// Hours: a whole number with `h` or `d`.
///
/// # Errors
/// What it takes instead, with an example.
pub fn hours(text: &str) -> Result<u64, String> {
    quantity(text, &[("h", 1), ("d", 24)])
        .ok_or_else(|| format!("`{text}` is no age; it takes a whole number with h or d, as `30d`"))
}

fn quantity(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = text.strip_prefix(digits)?.trim_start();
    let (_, size) = units.iter().find(|(name, _)| *name == unit)?;
    digits.parse::<u64>().ok()?.checked_mul(*size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_have_units() {
        assert_eq!(bytes("64MiB"), Ok(64 << 20));
        assert_eq!(bytes("1 GiB"), Ok(1 << 30));
        assert_eq!(millis("1500ms"), Ok(1500));
        assert_eq!(millis("2s"), Ok(2000));
        assert_eq!(hours("30d"), Ok(720));
        assert_eq!(hours("12h"), Ok(12));
        for bad in [
            "",
            "64",
            "MiB",
            "-1MiB",
            "1.5GiB",
            "99999999999999999999KiB",
            "9999999999999999GiB",
        ] {
            assert!(bytes(bad).is_err(), "{bad}");
        }
        assert!(millis("2h").is_err_and(|error| error.contains("as `2s`")));
        assert!(hours("2w").is_err_and(|error| error.contains("as `30d`")));
    }
}
