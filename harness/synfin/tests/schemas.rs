//! The committed JSON Schema of what the self-test prints is the generated one.
//!
//! After a change of the format: `SYNFIN_UPDATE_SCHEMAS=1 cargo test -p synfin --test schemas` writes it anew.

#![cfg(target_os = "linux")]
#![expect(
    clippy::disallowed_methods,
    reason = "compares a committed file, and rewrites it when asked to"
)]

use std::fs;
use std::path::Path;

use schemars::schema_for;
use synfin::selftest::Matrix;

#[test]
fn the_schema_of_the_self_test_is_the_generated_one() {
    let schema = schema_for!(Matrix);
    let generated = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/selftest.schema.json");
    if std::env::var_os("SYNFIN_UPDATE_SCHEMAS").is_some() {
        fs::write(&path, &generated).expect("the schema folder is writable");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "{} is not the generated schema; write it anew with SYNFIN_UPDATE_SCHEMAS=1",
        path.display()
    );
}
