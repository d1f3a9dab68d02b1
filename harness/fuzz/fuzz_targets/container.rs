//! Bytes → frames: any bytes are a capture file, or none. Read in sips they are the same.
#![no_main]
#![expect(dead_code, reason = "the invariants of connections are the pipeline's")]

#[path = "../../core/tests/pipeline/invariants.rs"]
mod invariants;
#[path = "../../core/tests/pipeline/reading.rs"]
mod reading;

use libfuzzer_sys::fuzz_target;
use reading::{Sips, contents};

fuzz_target!(|bytes: &[u8]| {
    let whole = contents(bytes);
    assert_eq!(contents(Sips::of(bytes, 61)), whole);
});
