//! `releases.activate`: `current` in a folder of releases leads to one of them.

use serde_json::json;
use windlass_sdk::prelude::*;

windlass_sdk::export! {
    namespace: "releases",
    operations: [activate],
    facts: [],
}

// ANCHOR: activate
/// Have `current` lead to a release, and back to the one before where a check fails.
#[operation(
    example = r#"releases.activate(folder = "/srv/app", release = "1.4", check = "curl -fsS localhost:8080/health")"#
)]
pub fn activate(
    plan: &mut Plan,
    /// The folder with `current` and, each in a folder of its name, the releases.
    folder: RemotePath,
    /// The release.
    release: String,
    /// A command that succeeds where the release works.
    check: Option<String>,
    /// How often the check is tried, a second apart.
    #[default(5)]
    tries: u32,
) -> Result<()> {
    if release.is_empty() || release.starts_with('.') || release.contains('/') {
        return Err(Error::invalid_value("a release is the name of a folder").at("release"));
    }
    let link = json!({"path": folder.join("current").as_str()});
    let current = FactRequest::named("files.Link", link.clone()).ask()?;
    if current["link_target"] == release.as_str() {
        plan.note(format!("{release} is active already"));
        return Ok(());
    }
    let before = current["link_target"].clone();
    let what = json!({"folder": folder.as_str(), "release": release, "before": before, "check": check, "tries": tries});
    plan.call("activate", what)
        .predict(Prediction::unknown_where("files.Link", link));
    Ok(())
}
// ANCHOR_END: activate
