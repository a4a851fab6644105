//! The host name.

use serde_json::json;
use windlass_plugin_common::files;
use windlass_plugin_common::system::has_program;
use windlass_sdk::prelude::*;

use crate::facts::{Hostname, Os};

/// Set the host name, now and for the next start.
#[operation(example = r#"server.hostname(hostname = "web-01.example.org", _sudo = True)"#, uses = ["files.put"])]
pub fn hostname(
    plan: &mut Plan,
    /// The name.
    hostname: String,
    /// The file that holds it; where the system expects it when left out. Not used where hostnamectl is.
    hostname_file: Option<RemotePath>,
) -> Result<()> {
    let is_set = get(&Hostname {})?.as_deref() == Some(hostname.as_str());
    let prediction = Prediction::value(&Hostname {}, hostname.as_str());
    if has_program("hostnamectl")? {
        if is_set {
            plan.note("hostname is set");
        } else {
            plan.run(shell!("hostnamectl set-hostname {hostname}"))
                .predict(prediction);
        }
        return Ok(());
    }
    let file = match hostname_file {
        Some(file) => Some(file),
        None => match get(&Os {})?.as_deref() {
            Some("Linux") => Some(RemotePath::new("/etc/hostname")),
            Some("OpenBSD") => Some(RemotePath::new("/etc/myname")),
            _ => None,
        },
    };
    let content = format!("{hostname}\n");
    if is_set {
        plan.note("hostname is set");
        if let Some(file) = file {
            plan.nested(
                "files.put",
                json!({"src": {"$content": content}, "dest": file.as_str()}),
            );
        }
        return Ok(());
    }
    plan.run(shell!("hostname {hostname}")).predict(prediction);
    if let Some(file) = file {
        plan.upload(Upload::new(Content::text(content), file.as_str()))
            .predict_all(files::content_changes(&file));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;
    use windlass_sdk::testing::TestHost;

    #[test]
    fn a_name_that_was_planned_is_not_set_again() {
        let mut host = TestHost::new()
            .fact("server.Hostname", json!({}), "old")
            .fact(
                "server.Which",
                json!({"command": "hostnamectl"}),
                "/usr/bin/hostnamectl",
            );
        let plan = |host: &mut TestHost| {
            host.run(|| crate::NAMESPACE.plan("server.hostname", json!({"hostname": "new"})))
                .unwrap()
        };
        let first = plan(&mut host);
        assert_eq!(first.steps.len(), 1);
        host.apply(&first);
        assert!(plan(&mut host).is_empty());
    }
}
