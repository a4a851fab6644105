//! Fuzzes the readers of signatures, keys and statements.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| windlass_fuzz::signature(data));
