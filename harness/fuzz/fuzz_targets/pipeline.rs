//! A capture file → connections, all invariants checked on the way.
#![no_main]
#![expect(dead_code, reason = "the contents of containers are another target's")]

#[path = "../../core/tests/pipeline/invariants.rs"]
mod invariants;
#[path = "../../core/tests/pipeline/reading.rs"]
mod reading;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|capture: &[u8]| {
    reading::connections(capture);
});
