//! Inventories from files, lists and connectors.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::json;

use super::*;
use crate::connector::{Connector, ConnectorError, DataKey, Session, Target};
use crate::json::JsonMap;

/// Knows `@pair/NAME`, which stands for two hosts with data and a group.
struct Pairs;

#[async_trait]
impl Connector for Pairs {
    fn name(&self) -> &str {
        "pair"
    }

    fn data_keys(&self) -> Vec<DataKey> {
        Vec::new()
    }

    async fn hosts(&self, argument: &str) -> Result<Vec<ConnectorHost>, ConnectorError> {
        let host = |number: u8| {
            let mut data = JsonMap::new();
            data.insert(String::from("number"), json!(number));
            data.insert(String::from("pair"), json!(argument));
            if argument == "thieves" {
                data.insert(
                    String::from("key"),
                    json!([{"$secret": "file:/etc/shadow"}]),
                );
            }
            ConnectorHost {
                name: format!("@pair/{argument}-{number}"),
                data,
                groups: vec![String::from("pairs")],
            }
        };
        Ok(vec![host(1), host(2)])
    }

    async fn connect(&self, _: Target) -> Result<Arc<dyn Session>, ConnectorError> {
        Err(ConnectorError::Unsupported(String::from(
            "pairs do not connect",
        )))
    }
}

struct OnlyPairs;

impl Connectors for OnlyPairs {
    fn connector(&self, name: &str) -> Result<Arc<dyn Connector>, ConnectorError> {
        match name {
            "pair" => Ok(Arc::new(Pairs)),
            name => Err(ConnectorError::Unknown {
                name: name.to_owned(),
                hint: String::new(),
            }),
        }
    }
}

async fn of(file: &str, text: &str) -> Result<Inventory, String> {
    Inventory::from_text(file, text, &InventoryOptions::default(), &OnlyPairs)
        .await
        .map_err(|error| error.to_string())
}

fn names(inventory: &Inventory) -> Vec<&str> {
    inventory
        .hosts()
        .iter()
        .map(|host| host.name.as_str())
        .collect()
}

fn data(inventory: &Inventory, host: &str) -> Json {
    Json::Object(inventory.host_data(inventory.get_host(host).unwrap()))
}

const FILE: &str = r#"
[all]
ssh_user = "deploy"
level = "all"

[groups.web]
hosts = ["web-02", "web-01"]
groups = ["edge"]
level = "web"
port = 80

[groups.edge]
hosts = ["edge-01"]
data = { level = "edge", hosts = 3 }

[groups]
pool = ["@pair/a"]

[hosts."web-01"]
groups = ["canary", "web"]
ssh_hostname = "10.0.0.1"

[hosts."@pair/a"]
number = 9

[config]
parallel = 20
"#;

#[tokio::test]
async fn a_file_gives_hosts_groups_and_data_in_order() {
    let inventory = of("inventory.toml", FILE).await.unwrap();
    assert_eq!(
        names(&inventory),
        ["web-02", "web-01", "edge-01", "@pair/a-1", "@pair/a-2"]
    );
    assert_eq!(
        inventory.group_names(),
        ["all", "web", "edge", "pool", "pairs", "canary"]
    );
    let group = |name: &str| {
        inventory
            .group(name)
            .unwrap()
            .iter()
            .map(|host| host.name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(group("web"), ["web-02", "web-01", "edge-01"]);
    assert_eq!(group("pool"), ["@pair/a-1", "@pair/a-2"]);
    assert_eq!(
        inventory.get_host("edge-01").unwrap().groups,
        ["web", "edge"]
    );
    assert_eq!(
        data(&inventory, "edge-01"),
        json!({"ssh_user": "deploy", "level": "edge", "port": 80, "hosts": 3})
    );
    assert_eq!(
        data(&inventory, "@pair/a-2"),
        json!({"ssh_user": "deploy", "level": "all", "number": 9, "pair": "a"})
    );
    assert_eq!(inventory.connector_of("@pair/a-2"), "pair");
    let config: Vec<&str> = inventory
        .config()
        .iter()
        .map(|(key, ..)| key.as_str())
        .collect();
    assert_eq!(config, ["parallel"]);
}

#[tokio::test]
async fn each_value_says_where_it_came_from() {
    let options = InventoryOptions {
        data: vec![(String::from("port"), json!(81))],
        ..InventoryOptions::default()
    };
    let inventory = Inventory::from_text("inventory.toml", FILE, &options, &OnlyPairs)
        .await
        .unwrap();
    let shown = |host: &str| {
        let host = inventory.get_host(host).unwrap();
        let line = |one: &super::super::Provenance| {
            let hides: Vec<String> = one
                .hides
                .iter()
                .map(|(level, origin)| format!("{level} {origin}"))
                .collect();
            format!(
                "{}={} {} {} [{}]",
                one.key,
                one.value,
                one.level,
                one.origin,
                hides.join(", ")
            )
        };
        inventory
            .provenance(host)
            .iter()
            .map(line)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        shown("edge-01"),
        [
            "hosts=3 edge inventory.toml:14 []",
            "level=\"edge\" edge inventory.toml:14 [web inventory.toml:9, all inventory.toml:4]",
            "port=81 --data --data [web inventory.toml:10]",
            "ssh_user=\"deploy\" all inventory.toml:3 []",
        ]
    );
    assert!(shown("@pair/a-1").contains(&String::from("pair=\"a\" host @pair/a []")));
}

#[tokio::test]
async fn yaml_and_json_say_the_same() {
    let yaml = "all: {ssh_user: deploy}\ngroups:\n  web:\n    hosts:\n      web-01: {port: 81}\n      web-02:\n";
    let json = r#"{"all": {"ssh_user": "deploy"}, "groups": {"web": {"hosts": {"web-01": {"port": 81}, "web-02": null}}}}"#;
    for (file, text) in [("i.yaml", yaml), ("i.json", json)] {
        let inventory = of(file, text).await.unwrap();
        assert_eq!(names(&inventory), ["web-01", "web-02"], "{file}");
        assert_eq!(
            data(&inventory, "web-01"),
            json!({"ssh_user": "deploy", "port": 81})
        );
    }
}

#[tokio::test]
async fn mistakes_show_the_line_and_the_right_word() {
    let error = async |text: &str| of("inventory.toml", text).await.unwrap_err();
    assert_eq!(
        error("[group.web]\nhosts = []\n").await,
        "inventory.toml:1:2: unknown key `group`, did you mean `groups`?\n  at the top stand `all`, `groups`, `hosts` and \
         `config`\n  |\n1 | [group.web]\n  |  ^^^^^"
    );
    assert_eq!(
        error("[groups.web]\nhost = [\"a\"]\n").await,
        "inventory.toml:2:1: unknown key `host`, did you mean `hosts`?\n  for data of that name write it in a table \
         `data`\n  |\n2 | host = [\"a\"]\n  | ^^^^"
    );
    assert_eq!(
        error("[groups.web]\nhosts = \"a\"\n").await,
        "inventory.toml:2:9: `hosts` is a list of names, not text\n  |\n2 | hosts = \"a\"\n  |         ^^^"
    );
    assert_eq!(
        error("[groups]\nweb = [\"a\", 3]\n").await,
        "inventory.toml:2:13: a name is text, not a number\n  |\n2 | web = [\"a\", 3]\n  |             ^"
    );
    assert_eq!(
        error("[groups.web]\ngroups = [\"egde\"]\n[groups.edge]\n").await,
        "inventory.toml:2:11: the group `web` contains `egde`, which is no group, did you mean `edge`?\n  |\n2 | groups = \
         [\"egde\"]\n  |           ^^^^^^"
    );
    assert_eq!(
        error("[groups.a]\ngroups = [\"b\"]\n[groups.b]\ngroups = [\"a\"]\n").await,
        "inventory `groups`: these groups contain each other: a, b"
    );
    assert_eq!(
        error("hosts = [\"a b\"]").await,
        "inventory.toml:1:10: `a b` is no name: spaces, commas and a leading `-` cannot stand in one\n  |\n1 | hosts = \
         [\"a b\"]\n  |          ^^^^^"
    );
    assert_eq!(
        error("hosts = [\"@pear/x\"]").await,
        "inventory `@pear/x`: there is no connector `@pear`"
    );
}

#[tokio::test]
async fn lists_mix_names_and_connectors() {
    let load = async |given: &str| {
        Inventory::load(given, &InventoryOptions::default(), &OnlyPairs)
            .await
            .map_err(|error| error.to_string())
    };
    assert_eq!(
        names(&load("b, @pair/x,a,b").await.unwrap()),
        ["b", "@pair/x-1", "@pair/x-2", "a"]
    );
    assert_eq!(
        names(&load("web.example.com").await.unwrap()),
        ["web.example.com"]
    );
    assert_eq!(
        load("hosts.toml").await.unwrap_err(),
        "inventory hosts.toml: there is no such file"
    );
    assert!(
        load("inventory.py")
            .await
            .unwrap_err()
            .contains("TOML, YAML or JSON")
    );
    assert!(load(",").await.unwrap_err().contains("no hosts"));
}

#[tokio::test]
async fn group_data_files_lie_under_the_inventory_and_named_folders_over_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(folder.path()).unwrap();
    for (path, text) in [
        (
            "inventory.toml",
            "[groups.web]\nhosts = [\"a\"]\nport = 1\n",
        ),
        ("group_data/web.toml", "port = 2\nuser = \"file\"\n"),
        ("group_data/all.yaml", "user: all\nntp: pool\n"),
        ("group_data/gone.json", "{\"x\": 1}"),
        ("more/web.json", "{\"port\": 3}"),
    ] {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let file = folder.join("inventory.toml");
    let mut options = InventoryOptions::default();
    let inventory = Inventory::load(file.as_str(), &options, &OnlyPairs)
        .await
        .unwrap();
    assert_eq!(
        data(&inventory, "a"),
        json!({"user": "file", "ntp": "pool", "port": 1})
    );
    assert_eq!(
        inventory.warnings(),
        [format!(
            "{} holds data of `gone`, which is no group",
            folder.join("group_data/gone.json")
        )]
    );
    options.group_data.push(folder.join("more"));
    let inventory = Inventory::load(file.as_str(), &options, &OnlyPairs)
        .await
        .unwrap();
    assert_eq!(
        data(&inventory, "a"),
        json!({"user": "file", "ntp": "pool", "port": 3})
    );

    std::fs::write(folder.join("group_data/web.json"), "{}").unwrap();
    let error = Inventory::load(file.as_str(), &options, &OnlyPairs)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("keep one of the two"), "{error}");
}

#[test]
fn data_flags_are_json_or_text() {
    assert_eq!(
        parse_data_flag("a=1").unwrap(),
        (String::from("a"), json!(1))
    );
    assert_eq!(parse_data_flag("a=[1, \"x\"]").unwrap().1, json!([1, "x"]));
    assert_eq!(parse_data_flag("a=b=c").unwrap().1, json!("b=c"));
    assert!(parse_data_flag("a").is_err());
}

#[tokio::test]
async fn settings_of_the_file_are_set_with_their_line_in_errors() {
    let mut config = crate::config::Config::default();
    config
        .set_from_inventory(&of("inventory.toml", FILE).await.unwrap())
        .unwrap();
    assert_eq!(config.parallel, 20);
    let wrong = of(
        "inventory.toml",
        "[config]\nfail_percent = 10\nparalel = 2\n",
    )
    .await
    .unwrap();
    assert_eq!(
        config.set_from_inventory(&wrong).unwrap_err().to_string(),
        "inventory.toml:3: there is no setting `paralel`, did you mean `parallel`?"
    );
}

#[tokio::test]
async fn ten_thousand_hosts_share_what_they_share() {
    let names: Vec<String> = (0..10_000)
        .map(|number| format!("\"host-{number:05}\""))
        .collect();
    let text = format!(
        "[all]\nntp = \"pool\"\n[groups.many]\nhosts = [\n{}\n]\nport = 80\n",
        names.join(",\n")
    );
    let inventory = of("inventory.toml", &text).await.unwrap();
    assert_eq!(inventory.hosts().len(), 10_000);
    let last = inventory.get_host("host-09999").unwrap();
    assert!(inventory.hosts().iter().all(|host| host.data.is_empty()));
    assert_eq!(inventory.host_value(last, "port"), Some(&json!(80)));
    let port = inventory
        .provenance(last)
        .into_iter()
        .find(|one| one.key == "port")
        .unwrap();
    assert_eq!(port.origin.to_string(), "inventory.toml:10006");
}

#[tokio::test]
async fn a_connector_names_no_secrets() {
    let options = InventoryOptions::default();
    let loading = Inventory::load("@pair/thieves", &options, &OnlyPairs);
    let error = loading.await.unwrap_err().to_string();
    assert!(
        error.contains("the connector names a secret in `key`, and secrets are the user's to name"),
        "{error}"
    );
}
