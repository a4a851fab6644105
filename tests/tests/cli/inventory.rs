//! `windlass inventory`

use windlass_tests::Windlass;

const INVENTORY: &str = r#"[all]
ntp = "pool.example.net"
port = 1

[groups.web]
hosts = ["web-01", "@fake/x"]
port = 80

[hosts."web-01"]
port = 8080
ssh_password = "hunter22"
"#;

#[test]
fn each_value_comes_with_its_origin() {
    let windlass = Windlass::new();
    windlass.write("inventory.toml", INVENTORY);
    let out = windlass.run(["inventory", "inventory.toml", "--data", "extra=[1,2]"]);
    let out = out.succeeds();
    assert!(!out.says("hunter22"), "{out}");
    insta::assert_snapshot!(out);
}

#[test]
fn limits_choose_hosts() {
    let windlass = Windlass::new();
    windlass.write("inventory.toml", INVENTORY);
    let out = windlass.run([
        "inventory",
        "inventory.toml",
        "--exclude",
        "web-*",
        "--json",
    ]);
    let value = out.succeeds().json();
    assert_eq!(value["groups"]["web"], serde_json::json!(["@fake/x"]));
    assert_eq!(value["hosts"]["@fake/x"]["data"]["port"], 80);
    assert!(value["hosts"].get("web-01").is_none());
}

#[test]
fn a_starlark_file_may_compute_it() {
    let windlass = Windlass::new();
    windlass.write(
        "hosts.star",
        "groups = {\"web\": {\"hosts\": [\"@fake/%d\" % n for n in range(2)], \"port\": 80}}\n",
    );
    let value = windlass
        .run(["inventory", "hosts.star", "--json"])
        .succeeds()
        .json();
    assert_eq!(value["hosts"]["@fake/1"]["data"]["port"], 80);
}
