//! The standard pack's own cases, run against its components: everything from the case file to the guest and back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use windlass_packs::cases::{Case, Options, Outcome, read_cases, run_cases};
use windlass_plugins::{CodeCache, Host, Pack};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The case files beside the namespaces.
fn case_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for namespace in std::fs::read_dir(root().join("plugins")).unwrap() {
        let Ok(cases) = std::fs::read_dir(namespace.unwrap().path().join("cases")) else {
            continue;
        };
        files.extend(cases.map(|file| file.unwrap().path()));
    }
    files.sort();
    files
}

#[tokio::test]
async fn every_case_passes() {
    let folder = root().join("target/plugins");
    let pack = Pack::from_folder("standard", "0.1.0", &folder)
        .expect("`cargo xtask plugins` makes the components");
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("standard-pack");
    let host = Host::builder()
        .cache(CodeCache::Folder(cache))
        .load(pack)
        .build()
        .await
        .expect("the components can be loaded");
    let files = case_files();
    assert!(files.len() > 5, "the cases are gone: {files:?}");
    let cases: Vec<Case> = files
        .iter()
        .flat_map(|file| read_cases(file).expect("a case file"))
        .collect();
    let options = Options::default();
    let report = run_cases(host, cases, options).await;
    let failed: Vec<String> = report
        .results
        .iter()
        .filter_map(|result| match &result.outcome {
            Outcome::Failed { why } => Some(format!("{}\n{why}", result.id)),
            _ => None,
        })
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}
