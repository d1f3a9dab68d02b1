//! The committed JSON Schemas are the generated ones.
//!
//! After a change of a format: `SYNFIN_UPDATE_SCHEMAS=1 cargo test -p synfin-core --test schemas` writes them anew.

#![expect(
    clippy::disallowed_methods,
    reason = "compares committed files, and rewrites them when asked to"
)]

use std::path::{Path, PathBuf};

use schemars::{JsonSchema, Schema, schema_for};
use synfin_core::manifest::{Recorded, RunFile};
use synfin_core::report::{FlowsDocument, Matrix, Report};
use synfin_core::spec;

#[test]
fn the_rubric_schema_is_the_generated_one() {
    check("rubric.schema.json", &spec::rubric_schema());
}

#[test]
fn the_target_schema_is_the_generated_one() {
    check("target.schema.json", &spec::target_schema());
}

#[test]
fn the_run_schema_is_the_generated_one() {
    check_type::<RunFile>("run.schema.json");
}

#[test]
fn the_recording_schema_is_the_generated_one() {
    check_type::<Recorded>("recording.schema.json");
}

#[test]
fn the_report_schema_is_the_generated_one() {
    check_type::<Report>("report.schema.json");
}

#[test]
fn the_flows_schema_is_the_generated_one() {
    check_type::<FlowsDocument>("flows.schema.json");
}

#[test]
fn the_matrix_schema_is_the_generated_one() {
    check_type::<Matrix>("matrix.schema.json");
}

#[track_caller]
fn check_type<T: JsonSchema>(file: &str) {
    check(file, &schema_for!(T));
}

#[track_caller]
fn check(file: &str, schema: &Schema) {
    let generated = serde_json::to_string_pretty(schema).expect("a schema is JSON") + "\n";
    let path = folder().join(file);
    if std::env::var_os("SYNFIN_UPDATE_SCHEMAS").is_some() {
        std::fs::write(&path, &generated).expect("the schema folder is writable");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed.replace("\r\n", "\n") == generated,
        "{} is not the generated schema; write it anew with SYNFIN_UPDATE_SCHEMAS=1",
        path.display()
    );
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas")
}
