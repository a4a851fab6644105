//! A library for the inside of a component in Python, whose memory is what is there once the pack is loaded.
//!
//! - `PYTHONHASHSEED`: hashes of text begin with no random number. They would begin with another one each time a component
//!   is made, and with them the order of sets: a pack that goes over one would plan otherwise in each build. CPython reads
//!   the variable when it starts; componentize-py gives it no environment, but links libraries that it finds beside
//!   modules, and these are called before CPython starts.
//! - `immortal(objects)`: CPython no longer counts references to them. A call then writes to what it changes, not to all
//!   that it looks at.
//! - `fill(room)`: what a call allocates lies together, and not in what loading left free all over the memory.
//!
//! The host lays each call's memory anew from this one, where the call has written; the fewer pieces those are, the
//! cheaper it is (docs/design/performance.md).

use super::error::LanguageError;

/// The module that Python imports.
pub(super) const MODULE: &str = "windlass_snapshot";

/// Its file: of a kind that componentize-py takes for a library.
pub(super) const FILE: &str = "windlass_snapshot.abi3.so";

/// The library.
pub(super) fn library() -> Result<Vec<u8>, LanguageError> {
    let made = wat::parse_str(include_str!("snapshot.wat"));
    made.map_err(|error| LanguageError::Component(error.to_string()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use wasmparser::{Dylink0Subsection, KnownCustom, Parser, Payload};

    use super::*;

    #[test]
    fn it_is_a_module_with_room_for_its_data() {
        let library = library().unwrap();
        wasmparser::validate(&library).unwrap();
        let (mut needs, mut has) = (None, None);
        for payload in Parser::new(0).parse_all(&library) {
            match payload.unwrap() {
                Payload::CustomSection(section) => {
                    let KnownCustom::Dylink0(parts) = section.as_known() else {
                        continue;
                    };
                    for part in parts {
                        if let Dylink0Subsection::MemInfo(info) = part.unwrap() {
                            needs = Some((info.memory_size, info.table_size));
                        }
                    }
                }
                Payload::DataSection(segments) => {
                    let sizes = segments.into_iter().map(|one| one.unwrap().data.len());
                    has = Some((u32::try_from(sizes.sum::<usize>()).unwrap(), 2));
                }
                _ => {}
            }
        }
        assert!(needs.is_some());
        assert_eq!(needs, has);
    }
}
