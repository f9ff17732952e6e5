//! Any bytes as the body of a request.
#![no_main]

#[path = "../../core/tests/properties/request.rs"]
mod request;

libfuzzer_sys::fuzz_target!(|input: &[u8]| request::check(input));
