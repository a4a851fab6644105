//! Names the target to the crate, and embeds the standard pack where it has been built.
//!
//! The pack's components stand in the target folder (`cargo xtask plugins` puts them there). One without code and
//! index, or with ones that belong to other bytes, is embedded alone: the program then compiles it when it first runs.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CARGO_TARGET_DIR");
    println!("cargo::rustc-env=WINDLASS_TARGET={}", env::var("TARGET")?);
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../..");
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let folder = target.join("plugins");
    // Cargo runs this at every build while the folder is missing, and so sees it appear.
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut components = Vec::new();
    if let Ok(entries) = fs::read_dir(&folder) {
        components.extend(
            entries
                .filter_map(Result::ok)
                .map(|entry| entry.path())
                .filter(|path| path.extension().is_some_and(|found| found == "wasm")),
        );
    }
    components.sort();
    let mut source = String::from("&[\n");
    for component in &components {
        source.push_str(&embed(component)?);
    }
    source.push(']');
    fs::write(
        PathBuf::from(env::var("OUT_DIR")?).join("standard.rs"),
        source,
    )?;
    Ok(())
}

fn embed(component: &Path) -> Result<String, Box<dyn Error>> {
    let name = component.file_stem().unwrap_or_default().to_string_lossy();
    let component = component.canonicalize()?;
    let (code, index) = (
        component.with_extension("cwasm"),
        component.with_extension("json"),
    );
    println!("cargo::rerun-if-changed={}", component.display());
    let mut source = format!(
        "Embedded {{ name: {name:?}, bytes: include_bytes!({:?}), compiled: ",
        component.display().to_string()
    );
    if belong_together(&component, &code, &index) {
        println!("cargo::rerun-if-changed={}", code.display());
        println!("cargo::rerun-if-changed={}", index.display());
        write!(
            source,
            "Some((include_bytes!({:?}), include_str!({:?})))",
            code.display().to_string(),
            index.display().to_string()
        )?;
    } else {
        source.push_str("None");
    }
    source.push_str(" },\n");
    Ok(source)
}

fn belong_together(component: &Path, code: &Path, index: &Path) -> bool {
    let (Ok(component), Ok(code), Ok(index)) = (
        fs::read(component),
        fs::read(code),
        fs::read_to_string(index),
    ) else {
        return false;
    };
    [component, code]
        .iter()
        .all(|bytes| index.contains(&hex::encode(Sha256::digest(bytes))))
}
