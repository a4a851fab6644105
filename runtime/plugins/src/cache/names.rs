//! Names of the cache's files: an entry's says what was compiled, and for which engine.

use std::hash::{Hash, Hasher};

use wasmtime::Engine;

/// Hexadecimal digits of a component's digest, and of an engine's key.
const COMPONENT: usize = 64;
const ENGINE: usize = 16;

/// What a file of the cache is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An entry.
    Entry,
    /// An entry that a process is writing, or did not get to write.
    Unfinished,
}

/// What an engine's settings and version come to.
pub(super) fn engine_key(engine: &Engine) -> u64 {
    let mut hash = Fnv::default();
    engine.precompile_compatibility_hash().hash(&mut hash);
    hash.finish()
}

/// An entry's name, by the component's digest and the engine's key.
pub(super) fn entry(component: &str, engine: u64) -> String {
    format!("{component}-{engine:016x}.code")
}

/// The name that an entry has while this process writes it.
pub(super) fn unfinished(entry: &str) -> String {
    format!(".{entry}.{}", std::process::id())
}

/// What a file is; none when no cache made it.
pub(super) fn kind(name: &str) -> Option<Kind> {
    match name.strip_prefix('.') {
        None => is_entry(name).then_some(Kind::Entry),
        Some(rest) => {
            let (entry, process) = rest.rsplit_once('.')?;
            let written = is_entry(entry) && process.parse::<u32>().is_ok();
            written.then_some(Kind::Unfinished)
        }
    }
}

fn is_entry(name: &str) -> bool {
    let hexadecimal = |text: &str, digits: usize| {
        let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        text.len() == digits && text.bytes().all(digit)
    };
    name.strip_suffix(".code")
        .and_then(|stem| stem.split_once('-'))
        .is_some_and(|(component, engine)| {
            hexadecimal(component, COMPONENT) && hexadecimal(engine, ENGINE)
        })
}

/// FNV-1a: the standard library's hasher may give other values in another version, and keys outlive versions.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_knows_its_own_files() {
        let own = entry(&crate::index::digest(b"component"), 7);
        assert_eq!(kind(&own), Some(Kind::Entry));
        assert_eq!(kind(&unfinished(&own)), Some(Kind::Unfinished));
        for other in [
            "",
            ".pruned",
            "notes.code",
            "a-b.code",
            &own[1..],
            &own.to_uppercase(),
            &own.replace('-', "_"),
            &format!("{own}.bak"),
            &format!(".{own}"),
            &format!(".{own}.swp"),
            &format!("{own}.1"),
        ] {
            assert_eq!(kind(other), None, "{other}");
        }
    }
}
