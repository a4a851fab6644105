//! Fuzzes the reader of `packs.toml`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| windlass_fuzz::asks(data));
