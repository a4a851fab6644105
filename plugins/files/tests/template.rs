//! Templates: what they see, what is an error, and how secrets pass through them.
#![allow(clippy::unwrap_used)]

use serde_json::{Value as Json, json};
use windlass_plugin_files::NAMESPACE;
use windlass_sdk::content::{Atom, Content, Encoding};
use windlass_sdk::step::Action;
use windlass_sdk::testing::{LocalFile, TestHost};
use windlass_sdk::{Error, ErrorKind};

fn host(template: &str) -> TestHost {
    TestHost::new()
        .file("t/main.j2", LocalFile::new(template))
        .fact("files.File", json!({"path": "/out"}), Json::Null)
        .fact("files.Directory", json!({"path": "/out"}), Json::Null)
        .fact("files.Directory", json!({"path": "/"}), json!({}))
}

fn render_on(mut host: TestHost, data: Json) -> Result<Vec<Atom>, Error> {
    let mut args = json!({"src": "t/main.j2", "dest": "/out"});
    args["data"] = data;
    let plan = host.run(|| NAMESPACE.plan("files.template", args))?;
    match &plan.steps.first().unwrap().action {
        Action::Upload(upload) => match &upload.source {
            Content::Inline(atoms) => Ok(atoms.clone()),
            Content::Local(path) => Err(Error::operation(format!("uploads {path}"))),
        },
        other => Err(Error::operation(format!("does {other:?}"))),
    }
}

fn render(template: &str, data: Json) -> Result<String, Error> {
    let atoms = render_on(host(template), data)?;
    Ok(atoms
        .into_iter()
        .map(|atom| {
            if let Atom::Text(text) = atom {
                text
            } else {
                format!("{atom:?}")
            }
        })
        .collect())
}

#[test]
fn data_is_seen_and_the_last_newline_stays() {
    let data = json!({"port": 80, "tls": true, "names": ["a", "b"], "map": {"k": 1}});
    let template = "{{ port }} {{ tls }} {% for n in names %}{{ n }};{% endfor %}{% for k, v in map.items() %}{{ k }}={{ v }}{% endfor %}\n";
    assert_eq!(render(template, data).unwrap(), "80 True a;b;k=1\n");
}

#[test]
fn the_host_is_seen() {
    let host = host(
        "{{ host.name }} {{ host.data.port }} {{ host.data.ports[1] }} {{ host.groups | join(',') }}",
    );
    let host = host.data("port", 8080).data("ports", json!([1, 2]));
    assert_eq!(
        render_on(host, json!({})).unwrap(),
        [Atom::Text("host 8080 2 ".to_owned())]
    );
}

#[test]
fn other_templates_are_found_beside_it_and_in_the_deploys_folder() {
    let host = host("{% include 'part.j2' %}{% include 'top.j2' %}")
        .file("t/part.j2", LocalFile::new("part "))
        .file("top.j2", LocalFile::new("top"));
    assert_eq!(
        render_on(host, json!({})).unwrap(),
        [Atom::Text("part top".to_owned())]
    );
}

#[test]
fn what_is_undefined_or_broken_names_template_and_line() {
    let error = render("ok\n{{ missing }}", json!({})).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Operation);
    assert!(
        error.message.contains("t/main.j2 (L2)"),
        "{}",
        error.message
    );
    let error = render("{% forr x in y %}", json!({})).unwrap_err();
    assert!(error.message.contains("forr"), "{}", error.message);
    assert_eq!(
        render("{{ missing | default('x') }}", json!({})).unwrap(),
        "x"
    );
}

#[test]
fn secrets_stay_handles_and_may_be_encoded() {
    let secret = |encodings: Vec<Encoding>| Atom::Secret {
        secret: 1,
        encodings,
    };
    let text = |text: &str| Atom::Text(text.to_owned());
    let host = host("p={{ pw }}\nj={{ {'k': pw} | tojson }}\nq={{ pw | quote }}")
        .secret("x")
        .secret("hunter2");
    let atoms = render_on(host, json!({"pw": {"$secret": 1}})).unwrap();
    let expected = [
        text("p="),
        secret(vec![]),
        text("\nj={\"k\": "),
        secret(vec![Encoding::Json]),
        text("}\nq="),
        secret(vec![Encoding::Sh]),
    ];
    assert_eq!(atoms, expected);
}

#[test]
fn anything_else_done_to_a_secret_is_an_error() {
    for template in [
        "{{ pw | upper }}",
        "{{ 'a' ~ pw }}",
        "{{ [pw] | join(',') }}",
        "{{ [pw] }}",
        "{{ pw | replace('a', 'b') }}",
        "{% filter upper %}{{ pw | tojson }}{% endfilter %}",
    ] {
        let error =
            render_on(host(template).secret("x"), json!({"pw": {"$secret": 0}})).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Secret, "{template}: {error}");
    }
}

#[test]
fn a_secrets_emptiness_can_be_asked() {
    let template = "{% if pw %}set{% else %}unset{% endif %}";
    let data = || json!({"pw": {"$secret": 0}});
    assert_eq!(
        render_on(host(template).secret("x"), data()).unwrap(),
        [Atom::Text("set".to_owned())]
    );
    assert_eq!(
        render_on(host(template).secret(""), data()).unwrap(),
        [Atom::Text("unset".to_owned())]
    );
}

#[test]
fn json_is_written_as_jinja_writes_it() {
    let data = json!({"d": {"b": [1, 2.5, null], "a": "x\"y"}});
    assert_eq!(
        render("{{ d | tojson }}", data.clone()).unwrap(),
        r#"{"a": "x\"y", "b": [1, 2.5, null]}"#
    );
    assert_eq!(
        render("{{ d.b | tojson(indent=2) }}", data).unwrap(),
        "[\n  1,\n  2.5,\n  null\n]"
    );
}

#[test]
fn options_of_jinja_are_checked_and_kept() {
    let plan = |options: Json| {
        let mut host = host("{% if true %}\nx\n{% endif %}\n<< 1 >>");
        host.run(|| {
            NAMESPACE.plan(
                "files.template",
                json!({"src": "t/main.j2", "dest": "/out", "jinja_env_kwargs": options}),
            )
        })
    };
    let plan_ok = plan(
        json!({"trim_blocks": true, "variable_start_string": "<<", "variable_end_string": ">>"}),
    )
    .unwrap();
    match &plan_ok.steps.first().unwrap().action {
        Action::Upload(upload) => assert_eq!(upload.source, Content::text("x\n1")),
        other => unreachable!("{other:?}"),
    }
    assert_eq!(
        plan(json!({"trim": true})).unwrap_err().kind,
        ErrorKind::InvalidValue
    );
}
