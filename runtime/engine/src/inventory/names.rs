//! Which connector a host's name stands for.

/// The connector that a host's name asks for: what stands between `@` and `/`, else `ssh`.
#[must_use]
pub fn connector_of(name: &str) -> &str {
    match name.strip_prefix('@') {
        Some(rest) => rest.split('/').next().unwrap_or(rest),
        None => "ssh",
    }
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
}
