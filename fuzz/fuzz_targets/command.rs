//! Fuzzes the composition of commands: what a shell reads is what was meant.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| windlass_fuzz::command(data));
