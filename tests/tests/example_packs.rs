//! The packs in `examples/packs`: built as their authors build them, and used through the command line.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::json;
use windlass_tests::{Missing, Outcome, SshHost, SshHosts, Windlass, or_skip};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

/// An environment with a compiler of `cargo xtask deps --yes`, by the variable that names it.
fn with_compiler(variable: &str, program: &str) -> Result<Windlass, Missing> {
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| root().join("target"), PathBuf::from);
    let program = target.join("tools").join(program);
    if !program.exists() {
        let name = program.file_name().unwrap().to_string_lossy();
        return Err(Missing::new(name, "cargo xtask deps --yes"));
    }
    Ok(Windlass::new().env(variable, program.to_string_lossy()))
}

/// Copies a pack's sources into the working folder, where they are built.
fn take(windlass: &Windlass, pack: &str) {
    let from = root().join("examples/packs").join(pack);
    copy(windlass, &from, Path::new(pack));
}

/// Copies a folder, without what was built there.
fn copy(windlass: &Windlass, from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = entry
            .map(|entry| (entry.path(), entry.file_name()))
            .unwrap();
        let built = name == "target" || path.extension().is_some_and(|end| end == "wasm");
        if path.is_dir() && !built {
            copy(windlass, &path, &to.join(name));
        } else if !built {
            windlass.write(to.join(name), fs::read(path).unwrap());
        }
    }
}

fn replace(windlass: &Windlass, file: &str, from: &str, to: &str) {
    let text = windlass.read(file);
    assert!(text.contains(from), "{from} is not in {file}:\n{text}");
    windlass.write(file, text.replace(from, to));
}

fn program(windlass: &Windlass, file: &str, script: &str) -> PathBuf {
    let path = windlass.write(file, script);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// Stands for kubectl, with a target as the one pod that runs, and keeps what it was called with.
fn kubectl(windlass: &Windlass, pod: &SshHost) {
    let log = windlass.dir().join("kubectl.log");
    let script = format!(
        r#"#!/bin/sh
printf '%s\n' "$KUBECONFIG $*" >> '{log}'
command=$1
shift
while :; do
    case $1 in
    --namespace=*) namespace=${{1#*=}} ;;
    -i | --context=* | --container=* | --output=jsonpath=*) ;;
    -*) echo "error: unknown flag: $1" >&2; exit 1 ;;
    *) break ;;
    esac
    shift
done
[ "$command" = get ] && [ "$1" = pod ] && shift
case $command/$namespace/$1 in
get/shop/web-1) printf Running ;;
get/shop/web-2) printf Pending ;;
exec/shop/web-1) [ "$2" = -- ] && shift 2 && exec {enter} "$@" ;;
*) echo "Error from server (NotFound): pods \"$1\" not found" >&2; exit 1 ;;
esac
"#,
        log = log.display(),
        enter = pod.entering().join(" "),
    );
    program(windlass, "bin/kubectl", &script);
}

#[test]
fn pods_of_kubernetes_are_hosts() {
    let pods = or_skip!(SshHosts::start(1));
    let pod = &pods[0];
    let windlass = Windlass::new();
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", windlass.dir().join("bin").display());
    let windlass = windlass
        .finding_cargo(concat!(env!("CARGO_TARGET_TMPDIR"), "/packs"))
        .env("PATH", path)
        .env("KUBECONFIG", "/kube/config");
    take(&windlass, "kubernetes");
    let sdk = root().join("sdk/rust");
    let manifest = "kubernetes/Cargo.toml";
    replace(
        &windlass,
        manifest,
        "../../../sdk/rust",
        &sdk.to_string_lossy(),
    );
    let _ = windlass.run(["pack", "build", "kubernetes"]).succeeds();
    kubectl(&windlass, pod);

    let exec = |host: &str, command: &str| {
        windlass.run(["exec", "--pack", "kubernetes", host, "--", command])
    };
    let out = exec("@k8s/shop/web-1", "echo \"I am $(hostname)\"; exit 7");
    assert!(out.says(&format!("I am {}", pod.name)), "{out}");
    assert!(out.says("7") && out.code != Some(0), "{out}");

    // Files of any content travel by it, and a second time nothing does.
    let content: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    windlass.write("files/blob", &content);
    windlass.write(
        "deploy.star",
        "files.put(name = \"Blob\", src = \"files/blob\", dest = \"/srv/blob\", mode = \"640\")\n\
         server.shell(name = \"Say\", commands = [\"echo it is $((40 + 2)) > /srv/said\"])\n",
    );
    windlass.write(
        "inventory.toml",
        "[all]\nk8s_context = \"staging\"\n[hosts.\"@k8s/shop/web-1\"]\nk8s_container = \"app\"\n",
    );
    let apply = [
        "apply",
        "--yes",
        "--pack",
        "kubernetes",
        "inventory.toml",
        "deploy.star",
    ];
    let _ = windlass.run(apply).succeeds();
    assert!(fs::read(pod.path("/srv/blob")).unwrap() == content);
    assert_eq!(
        pod.sh("stat -c %a /srv/blob; cat /srv/said"),
        "640\nit is 42"
    );
    let plan = ["plan", "--pack", "kubernetes", "inventory.toml"];
    windlass.write(
        "blob.star",
        "files.put(src = \"files/blob\", dest = \"/srv/blob\", mode = \"640\")\n",
    );
    let out = windlass
        .run(plan.into_iter().chain(["blob.star"]))
        .succeeds();
    assert!(out.says("Nothing to do"), "{out}");

    let log = windlass.read("kubectl.log");
    let asks = "/kube/config get --namespace=shop --context=staging --output=jsonpath={.status.phase} pod web-1";
    let runs =
        "/kube/config exec --namespace=shop --context=staging -i --container=app web-1 -- sh -c ";
    assert!(log.lines().any(|line| line == asks), "{log}");
    assert!(log.lines().any(|line| line.starts_with(runs)), "{log}");

    refuses_what_is_no_running_pod(&windlass, &exec);
    // What the pack was not granted it has not, whatever it is built to do.
    replace(&windlass, "kubernetes/pack.toml", "\"--container\", ", "");
    let out = windlass.run(apply);
    assert_ne!(out.code, Some(0), "{out}");
    assert!(
        out.says("the pack example:kubernetes 0.1.0 wants too much: the option `--container=app`"),
        "{out}"
    );
}

fn refuses_what_is_no_running_pod(windlass: &Windlass, exec: &dyn Fn(&str, &str) -> Outcome) {
    let before = windlass.read("kubectl.log").lines().count();
    for (host, says) in [
        ("@k8s/web-1", "names no pod; write @k8s/NAMESPACE/POD"),
        (
            "@k8s/shop/--kubeconfig=x",
            "`--kubeconfig=x` is no name of a pod",
        ),
        ("@k8s/-A/web-1", "`-A` is no name of a namespace"),
    ] {
        let out = exec(host, "true");
        assert_ne!(out.code, Some(0), "{out}");
        assert!(out.says(says), "{out}");
    }
    assert_eq!(windlass.read("kubectl.log").lines().count(), before);
    for (host, says) in [
        (
            "@k8s/shop/web-2",
            "the pod web-2 in the namespace shop is Pending",
        ),
        (
            "@k8s/shop/web-9",
            "finds no pod web-9 in the namespace shop: Error from server (NotFound)",
        ),
    ] {
        let out = exec(host, "true");
        assert_ne!(out.code, Some(0), "{out}");
        assert!(out.says(says), "{out}");
    }
}

fn server(name: &str, status: &str, address: Option<&str>, role: &str) -> serde_json::Value {
    json!({
        "name": name,
        "status": status,
        "labels": {"role": role, "team/owner": ""},
        "location": {"name": "fsn1"},
        "server_type": {"name": "cx22"},
        "public_net": {"ipv4": address.map(|ip| json!({"ip": ip}))},
        "private_net": [{"ip": "10.0.0.7"}],
    })
}

/// A cloud with two pages of servers, on loopback; gives its address.
fn cloud() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            answer(stream.unwrap());
        }
    });
    address
}

fn answer(mut stream: TcpStream) {
    let lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let request: Vec<String> = lines
        .map(Result::unwrap)
        .take_while(|line| !line.is_empty())
        .collect();
    let query = "per_page=50&label_selector=role%3Dweb HTTP/1.1";
    let page = |number: u32| request[0] == format!("GET /v1/servers?page={number}&{query}");
    let known = request
        .iter()
        .any(|line| line.eq_ignore_ascii_case("authorization: Bearer t0ken"));
    let (status, body) = match () {
        () if !known => (
            "401 Unauthorized",
            json!({"error": {"code": "unauthorized", "message": "unable to authenticate"}}),
        ),
        () if page(1) => (
            "200 OK",
            json!({
                "servers": [
                    server("web-1", "running", Some("192.0.2.1"), "web"),
                    server("web-2", "off", Some("192.0.2.2"), "web"),
                ],
                "meta": {"pagination": {"next_page": 2}},
            }),
        ),
        () if page(2) => (
            "200 OK",
            json!({
                "servers": [server("web-3", "running", None, "web")],
                "meta": {"pagination": {"next_page": null}},
            }),
        ),
        () => (
            "404 Not Found",
            json!({"error": {"message": request[0].as_str()}}),
        ),
    };
    let body = body.to_string();
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\n");
    let length = body.len();
    write!(
        stream,
        "{head}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
    .unwrap();
}

#[test]
fn servers_of_a_cloud_are_an_inventory() {
    let compiler = "node_modules/.bin/componentize-qjs";
    let windlass = or_skip!(with_compiler("WINDLASS_COMPONENTIZE_QJS", compiler));
    let cloud = cloud();
    take(&windlass, "hcloud");
    // As a site does whose API has another address: the manifest names it, and so does the project's file.
    let usual = "https://api.hetzner.cloud";
    replace(&windlass, "hcloud/pack.toml", usual, &cloud);
    let _ = windlass.run(["pack", "build", "hcloud"]).succeeds();
    let folder = windlass.home().join(".config/windlass-hcloud");
    fs::create_dir_all(&folder).unwrap();
    let project = |name: &str, token: &str, endpoint: &str| {
        let text = json!({"token": token, "endpoint": format!("{endpoint}/v1")}).to_string();
        fs::write(folder.join(format!("{name}.json")), text).unwrap();
    };
    project("shop", "t0ken", &cloud);
    let list = |hosts: &str| windlass.run(["inventory", "--json", "--pack", "hcloud", hosts]);

    let found = list("@hcloud/shop/role=web").succeeds().json();
    let names: Vec<&String> = found["hosts"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["web-1", "web-3"]);
    let data = &found["hosts"]["web-1"]["data"];
    assert_eq!(data["ssh_hostname"], "192.0.2.1");
    assert_eq!(data["labels"]["role"], "web");
    let private = &found["hosts"]["web-3"]["data"]["ssh_hostname"];
    assert_eq!(private, "10.0.0.7");
    for group in ["fsn1", "role_web", "team_owner"] {
        assert_eq!(
            found["groups"][group],
            json!(["web-1", "web-3"]),
            "{group}: {found}"
        );
    }

    project("old", "expired", &cloud);
    project("elsewhere", "t0ken", "http://127.0.0.1:9");
    for (hosts, says) in [
        ("@hcloud/old", "the API answers 401: unable to authenticate"),
        (
            "@hcloud/none",
            "there is no project none: write {\"token\": \"…\"} to ~/.config/windlass-hcloud/none.json",
        ),
        ("@hcloud/../shop", "name the project: @hcloud/PROJECT"),
        ("@hcloud/elsewhere", "http = [\"http://127.0.0.1:9\"]"),
    ] {
        let out = list(hosts);
        assert_ne!(out.code, Some(0), "{out}");
        assert!(out.says(says), "{out}");
        assert!(!out.says("t0ken") && !out.says("expired"), "{out}");
    }
}

/// Stands for restic on a target: a repository is a folder with a `config`, a snapshot a line.
const RESTIC: &str = r#"#!/bin/sh
repository=${1#--repo=} password=${2#--password-file=}
[ "$(cat "$password")" = 'correct horse' ] || { echo 'Fatal: wrong password' >&2; exit 12; }
shift 2
case $1 in
init) mkdir -p "$repository" && printf '{"version":%s}' "${2#*=}" > "$repository/config" ;;
cat) [ -e "$repository/config" ] || { echo 'Fatal: repository does not exist' >&2; exit 10; }
    cat "$repository/config" ;;
backup) shift; printf '%s\n' "$@" >> "$repository/backup" ;;
forget) shift; printf '%s\n' "$@" >> "$repository/forget" ;;
snapshots) printf '[{"short_id":"40dc1520","time":"2026-03-01T03:00:02Z","hostname":"a","paths":["/etc"],"tags":["%s"]}]' \
    "${3#--tag=}" ;;
esac
"#;

#[test]
fn backups_are_made_by_operations() {
    let compiler = ".venv/bin/componentize-py";
    let windlass = or_skip!(with_compiler("WINDLASS_COMPONENTIZE_PY", compiler));
    let hosts = or_skip!(SshHosts::start(1));
    let windlass = windlass.env("RESTIC_PASSWORD", "correct horse");
    take(&windlass, "restic");
    let _ = windlass.run(["pack", "build", "restic"]).succeeds();
    let out = windlass.run(["pack", "test", "restic"]).succeeds();
    assert!(out.stdout.starts_with("13 of 13 cases passed"), "{out}");

    let host = &hosts[0];
    fs::write(host.path("/usr/local/bin/restic"), RESTIC).unwrap();
    host.sh("chmod 755 /usr/local/bin/restic");
    windlass.write("inventory.toml", hosts.inventory("nopass"));
    let deploy = "restic.repository(\"/srv/backup\", password = secret(\"env:RESTIC_PASSWORD\"), _sudo = True)\n\
        restic.job(\"etc\", repository = \"/srv/backup\", paths = [\"/etc\", \"/srv/it's 100%\"], _sudo = True)\n";
    windlass.write("deploy.star", deploy);
    let run = |command: &[&str]| {
        let pack = ["--pack", "restic", "inventory.toml"];
        windlass.run(command.iter().chain(&pack).chain(&["deploy.star"]))
    };
    let out = run(&["apply", "--yes"]).succeeds();
    assert!(!out.says("correct horse"), "{out}");
    let kept = "stat -c %a /etc/restic/password; cat /etc/restic/password; cat /srv/backup/config";
    assert_eq!(host.sh(kept), "600\ncorrect horse{\"version\":2}");
    let out = run(&["plan"]).succeeds();
    assert!(out.says("Nothing to do"), "{out}");

    // The job's line as cron runs it: five fields, a user, and a command in which `\%` is `%`.
    let line = host.sh("cat /etc/cron.d/restic-etc");
    let command = line.strip_prefix("0 3 * * * root ").expect(&line);
    host.sh(&command.replace("\\%", "%"));
    assert_eq!(
        host.sh("cat /srv/backup/backup /srv/backup/forget"),
        "--quiet\n--tag=etc\n--\n/etc\n/srv/it's 100%\n\
         --quiet\n--tag=etc\n--keep-daily=7\n--keep-weekly=4\n--prune"
    );
    let asked = [
        "fact",
        "--json",
        "--pack",
        "restic",
        "inventory.toml",
        "restic.Snapshots",
        "repository=/srv/backup",
        "tag=etc",
        "_sudo=true",
    ];
    let out = windlass.run(asked).succeeds();
    assert!(out.says("40dc1520") && out.says("\"etc\""), "{out}");

    // What cannot be looked at is no missing repository: nothing is made over it.
    host.sh("printf wrong > /etc/restic/password; rm -r /srv/backup");
    let asked = [
        "fact",
        "--pack",
        "restic",
        "inventory.toml",
        "restic.RepositoryVersion",
        "repository=/srv/backup",
        "_sudo=true",
    ];
    let out = windlass.run(asked);
    assert_ne!(out.code, Some(0), "{out}");
    assert!(
        out.says("restic cannot look into /srv/backup: Fatal: wrong password"),
        "{out}"
    );
}

#[test]
fn a_release_that_does_not_work_is_gone_back_from() {
    let windlass = Windlass::new().finding_cargo(concat!(env!("CARGO_TARGET_TMPDIR"), "/packs"));
    take(&windlass, "releases");
    let sdk = root().join("sdk/rust");
    replace(
        &windlass,
        "releases/Cargo.toml",
        "../../../sdk/rust",
        &sdk.to_string_lossy(),
    );
    let _ = windlass.run(["pack", "build", "releases"]).succeeds();
    let app = windlass.dir().join("app");
    fs::create_dir(&app).unwrap();
    let current = || fs::read_link(app.join("current")).unwrap();
    let apply = |release: &str| {
        windlass.write(
            "inventory.toml",
            format!(
                "[hosts.\"@local\"]\napp_folder = \"{app}\"\napp_releases = [\"1.3\", \"1.4\"]\napp_release = \"{release}\"\n\
                 app_check = \"test -e {app}/current/works\"\napp_tries = 1\napp_reload = \"echo {release} >> {app}/reloads\"\n",
                app = app.display()
            ),
        );
        windlass.run([
            "apply",
            "--yes",
            "--pack",
            "releases",
            "inventory.toml",
            "@example:releases",
        ])
    };
    fs::create_dir(app.join("1.3")).unwrap();
    fs::write(app.join("1.3/works"), "").unwrap();
    let out = apply("1.3").succeeds();
    assert!(
        out.says("call activate {\"before\":null,\"check\":\"test -e"),
        "{out}"
    );
    assert_eq!(current(), Path::new("1.3"));

    let out = apply("1.4").exits(4);
    assert!(
        out.says("failed 1 times with 1.4; 1.3 is active again"),
        "{out}"
    );
    assert_eq!(current(), Path::new("1.3"));

    fs::write(app.join("1.4/works"), "").unwrap();
    let _ = apply("1.4").succeeds();
    let out = apply("1.4").succeeds();
    assert!(out.says("Nothing to do: 4 operations on 1 host"), "{out}");
    assert_eq!(current(), Path::new("1.4"));
    // Where nothing changed, or it did not work, nothing was reloaded.
    assert_eq!(
        fs::read_to_string(app.join("reloads")).unwrap(),
        "1.3\n1.4\n"
    );
}
