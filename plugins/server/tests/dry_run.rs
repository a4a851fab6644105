//! Operations planned one after another on an empty host, each on top of what those before it are predicted to change,
//! nested ones included: what a dry run shows.
#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::{Value as Json, json};
use windlass_sdk::step::Action;
use windlass_sdk::testing::TestHost;
use windlass_sdk::{Namespace, Plan};

fn namespace(operation: &str) -> Namespace {
    match operation.split_once('.').unwrap().0 {
        "server" => windlass_plugin_server::NAMESPACE,
        "files" => windlass_plugin_files::NAMESPACE,
        "apt" => windlass_plugin_apt::NAMESPACE,
        "systemd" => windlass_plugin_systemd::NAMESPACE,
        other => panic!("no namespace {other} in this test"),
    }
}

/// Plans an operation as the host does, and gives the steps that would run.
fn dry_run(host: &mut TestHost, operation: &str, args: Json) -> Vec<String> {
    let shown = args.to_string();
    let plan = host
        .run(|| namespace(operation).plan(operation, args))
        .unwrap_or_else(|error| {
            panic!("{operation} {shown}: {}: {error}", error.kind.as_str());
        });
    let mut steps = Vec::new();
    for step in plan.steps {
        match &step.action {
            Action::Nested { operation, args } => {
                steps.extend(dry_run(host, operation, args.clone()))
            }
            Action::Shell(shell) => steps.push(shell.text.render()),
            Action::Upload(upload) => steps.push(format!("upload {}", upload.dest)),
            other => panic!("unexpected {other:?}"),
        }
        host.apply(&Plan {
            steps: vec![step],
            ..Plan::default()
        });
    }
    steps
}

/// A Debian that has nothing below `/home` and `/srv`.
fn debian() -> TestHost {
    let mut host = TestHost::new()
        .fact("server.Users", json!({}), json!({}))
        .fact("server.Groups", json!({}), json!(["root"]))
        .fact("server.Os", json!({}), "Linux")
        .fact("deb.DebPackages", json!({}), json!({}))
        .fact(
            "server.Which",
            json!({"command": "systemctl"}),
            "/usr/bin/systemctl",
        )
        .fact(
            "systemd.SystemdStatus",
            json!({"user_mode": false, "services": ["nginx.service"]}),
            json!({}),
        )
        .fact(
            "systemd.SystemdEnabled",
            json!({"user_mode": false, "services": ["nginx.service"]}),
            json!({}),
        );
    for program in ["useradd", "usermod", "userdel"] {
        host = host.fact(
            "server.Which",
            json!({"command": program}),
            format!("/usr/sbin/{program}"),
        );
    }
    for program in ["zypper", "apk"] {
        host = host.fact("server.Which", json!({"command": program}), "");
    }
    host = host.fact("server.Which", json!({"command": "apt"}), "/usr/bin/apt");
    for path in [
        "/home/web",
        "/home/web/.ssh",
        "/home/web/.ssh/authorized_keys",
        "/srv/app",
        "/srv/app/conf",
    ] {
        for kind in ["File", "Directory", "Link", "Socket"] {
            host = host.fact(&format!("files.{kind}"), json!({"path": path}), Json::Null);
        }
        for sum in ["Sha1File", "Md5File", "Sha256File"] {
            host = host.fact(&format!("files.{sum}"), json!({"path": path}), Json::Null);
        }
    }
    let owned = json!({"user": "root", "group": "root", "mode": 755});
    for path in ["/srv", "/home"] {
        host = host
            .fact("files.Directory", json!({"path": path}), owned.clone())
            .fact("files.File", json!({"path": path}), false)
            .fact("files.Link", json!({"path": path}), false);
    }
    host.fact(
        "server.AuthorizedKeys",
        json!({"user": "web", "path": "/home/web/.ssh/authorized_keys"}),
        json!([]),
    )
    .fact(
        "files.FindInFile",
        json!({"path": "/home/web/.ssh/authorized_keys", "pattern": "^.*ssh-ed25519 AAAA me.*$",
                "interpolate_variables": false, "extended_regex": false}),
        Json::Null,
    )
}

#[test]
fn a_user_a_directory_of_theirs_and_a_file_in_it() {
    let mut host = debian();
    let user = json!({"user": "web", "shell": "/bin/sh", "public_keys": ["ssh-ed25519 AAAA me"]});
    let directory = json!({"path": "/srv/app", "user": "web", "group": "web", "mode": 755});
    let file = json!({"src": {"$content": "x = 1\n"}, "dest": "/srv/app/conf", "user": "web", "mode": 640});

    let first = dry_run(&mut host, "server.user", user.clone());
    assert_eq!(
        first.first().map(String::as_str),
        Some("useradd -d /home/web -s /bin/sh -M web")
    );
    assert!(
        first.iter().any(|step| step == "mkdir -p /home/web"),
        "{first:#?}"
    );
    assert!(
        first
            .iter()
            .any(|step| step.contains("ssh-ed25519 AAAA me")),
        "{first:#?}"
    );
    assert!(!dry_run(&mut host, "files.directory", directory.clone()).is_empty());
    assert!(!dry_run(&mut host, "files.put", file.clone()).is_empty());

    assert_eq!(
        dry_run(&mut host, "server.user", user),
        Vec::<String>::new()
    );
    assert_eq!(
        dry_run(&mut host, "files.directory", directory),
        Vec::<String>::new()
    );
    assert_eq!(dry_run(&mut host, "files.put", file), Vec::<String>::new());
}

#[test]
fn packages_and_their_service() {
    let mut host = debian();
    let packages = json!({"packages": ["nginx"]});
    let service = json!({"service": "nginx", "enabled": true});
    assert_eq!(
        dry_run(&mut host, "server.packages", packages.clone()).len(),
        1
    );
    assert_eq!(
        dry_run(&mut host, "server.service", service.clone()),
        [
            "systemctl start nginx.service",
            "systemctl enable nginx.service"
        ]
    );
    assert_eq!(
        dry_run(&mut host, "server.packages", packages),
        Vec::<String>::new()
    );
    assert_eq!(
        dry_run(&mut host, "server.service", service),
        Vec::<String>::new()
    );
}

#[test]
fn a_group_then_a_user_in_it() {
    let mut host = debian();
    let group = json!({"group": "deploy"});
    let user = json!({"user": "web", "group": "deploy", "ensure_home": false});
    assert_eq!(
        dry_run(&mut host, "server.group", group.clone()),
        ["groupadd deploy"]
    );
    assert_eq!(
        dry_run(&mut host, "server.user", user.clone()),
        ["useradd -d /home/web -g deploy -M web"]
    );
    assert_eq!(
        dry_run(&mut host, "server.group", group),
        Vec::<String>::new()
    );
    assert_eq!(
        dry_run(&mut host, "server.user", user),
        Vec::<String>::new()
    );
    assert_eq!(
        dry_run(
            &mut host,
            "server.user",
            json!({"user": "web", "present": false})
        ),
        ["userdel web"]
    );
    assert_eq!(
        dry_run(
            &mut host,
            "server.user",
            json!({"user": "web", "present": false})
        ),
        Vec::<String>::new()
    );
}
