//! Compiles the programs of `harness/mutants` in: `synfin selftest` needs no source tree.
#![expect(
    clippy::disallowed_methods,
    reason = "a build script writes what it builds"
)]

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// What a program of that folder, or a table of them, is written in.
const EXTENSIONS: [&str; 6] = ["c", "h", "java", "js", "py", "toml"];

fn main() -> Result<(), Box<dyn Error>> {
    let crate_folder = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let mutants = crate_folder.join("../mutants").canonicalize()?;
    println!("cargo::rerun-if-changed={}", mutants.display());
    let mut files = Vec::new();
    collect(&mutants, &mut files)?;
    files.sort();
    let mut list = String::from("&[\n");
    for file in files {
        let name = file
            .strip_prefix(&mutants)?
            .to_string_lossy()
            .replace('\\', "/");
        writeln!(
            list,
            "    ({name:?}, include_str!({:?})),",
            file.display().to_string()
        )?;
    }
    list.push_str("]\n");
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("mutants.rs"), list)?;
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let extension = path.extension().unwrap_or_default();
        if path.is_dir() {
            collect(&path, files)?;
        } else if EXTENSIONS.iter().any(|known| extension == *known) {
            files.push(path);
        }
    }
    Ok(())
}
