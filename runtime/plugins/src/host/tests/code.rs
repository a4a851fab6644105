//! Code that is kept, and code that is embedded.

use std::path::Path;

use windlass_engine::json::json;
use windlass_engine::plugins::{PluginError, Plugins};

use super::{say, saying};
use crate::testing::{Answers, guests};
use crate::{CodeCache, Host, Limits, Pack};

/// How many entries are in a cache's folder.
fn entries(cache: &Path) -> usize {
    let files = std::fs::read_dir(cache).into_iter().flatten();
    let code = |path: &Path| path.extension().is_some_and(|end| end == "code");
    files
        .filter(|file| code(&file.as_ref().unwrap().path()))
        .count()
}

#[tokio::test]
async fn kept_code_runs_without_asking_the_guest_again() {
    let folder = tempfile::tempdir().unwrap();
    let cache = CodeCache::Folder(folder.path().join("code"));
    for round in 0..2 {
        let builder = Host::builder().cache(cache.clone()).load(guests(&["echo"]));
        let host = builder.build().await.unwrap();
        assert!(host.warnings().is_empty(), "{:?}", host.warnings());
        let planned = say(&host, "x", saying("x", "ann").view()).await;
        assert_eq!(planned.notes, ["it is said already"], "round {round}");
    }
    assert_eq!(entries(&folder.path().join("code")), 1);
}

#[tokio::test]
async fn a_cache_that_cannot_be_trusted_costs_a_warning_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let open = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(folder.path(), open).unwrap();
    let cache = CodeCache::Folder(folder.path().to_owned());
    let builder = Host::builder().cache(cache).load(guests(&["echo"]));
    let host = builder.build().await.unwrap();
    let [warning] = host.warnings() else {
        panic!("{:?}", host.warnings())
    };
    assert!(warning.contains("has mode 777"), "{warning}");
    say(&host, "x", saying("x", "ann").view()).await;
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// The standard pack's embedded code does not count: under a policy with fuel it is compiled anew, and kept.
#[tokio::test]
async fn the_standard_pack_counts_where_it_must() {
    let folder = tempfile::tempdir().unwrap();
    let cache = CodeCache::Folder(folder.path().join("cache"));
    for round in 0..2 {
        let limits = Limits {
            fuel: Some(1000),
            ..Limits::default()
        };
        let builder = Host::builder().cache(cache.clone()).limits(limits);
        let host = builder.load(crate::standard().unwrap());
        let host = host.build().await.unwrap();
        let kept = || entries(&folder.path().join("cache"));
        assert_eq!(kept(), round, "starting compiles nothing");
        let args = json!({"commands": ["true"]});
        let planned = host.plan("server.shell", &args, Answers::default().view());
        let Err(PluginError::Trap { report, .. }) = planned.await else {
            panic!("it had enough")
        };
        assert!(report.contains("it used up its fuel of 1000"), "{report}");
        assert_eq!(kept(), 1);
    }
}

#[tokio::test]
async fn code_for_every_processor_runs_here() {
    let pack = guests(&["echo"]);
    let bytes = pack.components.first().unwrap().bytes.to_vec();
    let ahead = crate::compile_ahead("echo", bytes.clone()).await.unwrap();
    assert_eq!(ahead.namespace, "echo");
    let index = crate::index::Index::read(ahead.index.as_bytes()).unwrap();
    let mut part = crate::PackComponent::new("echo.wasm", bytes);
    part.compiled = Some((Box::leak(ahead.code.into_boxed_slice()), index));
    let builder = Host::builder()
        .cache(CodeCache::Off)
        .load(Pack::new("test", "1", vec![part]));
    let host = builder.build().await.unwrap();
    let planned = say(&host, "x", saying("x", "ann").view()).await;
    assert_eq!(planned.notes, ["it is said already"]);
}
