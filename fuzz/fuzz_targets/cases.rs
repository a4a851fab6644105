//! Fuzzes the reader of case files.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| windlass_fuzz::cases(data));
