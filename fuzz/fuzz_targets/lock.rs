//! Fuzzes the reader of `packs.lock`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| windlass_fuzz::lock(data));
