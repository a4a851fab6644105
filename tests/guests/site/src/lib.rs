//! A deploy. What it does the host's data `what` says; some of it no deploy should do.

use std::hint::black_box;

use serde_json::{Value, json};
use windlass_sdk::deploy::{Condition, Deploy, Operation, Place, part};
use windlass_sdk::{Error, Result, context, local_files, log, request, shell, target};

struct Site;

windlass_sdk::export_deploy!(Site);

fn data(key: &str) -> Value {
    context::host(&format!("/data/{key}")).unwrap_or(Value::Null)
}

fn text(key: &str) -> String {
    data(key).as_str().unwrap_or_default().to_owned()
}

/// A file in the folder that the host's data names.
fn file(name: &str) -> String {
    format!("{}/{name}", text("folder"))
}

fn place(file: &str, line: u32, key: &str) -> Place {
    Place {
        file: file.to_owned(),
        line,
        key: key.to_owned(),
    }
}

fn line(name: &str, line: &str) -> Operation {
    Operation::new("files.line")
        .arg("path", file(name))
        .arg("line", line)
}

impl Deploy for Site {
    fn run() -> Result<()> {
        match text("what").as_str() {
            "" | "site" => site(),
            "conditions" => conditions(),
            "functions" => functions(),
            "secret" => {
                let password = data("password");
                Operation::new("files.put")
                    .arg("src", json!({"$content": [password]}))
                    .arg("dest", file("secret"))
                    .add()?;
                Ok(())
            }
            "foreign-secret" => {
                Operation::new("files.put")
                    .arg(
                        "src",
                        json!({"$content": [{"$secret": "file:/etc/shadow"}]}),
                    )
                    .arg("dest", file("secret"))
                    .add()?;
                Ok(())
            }
            "read" => {
                log::info(&format!(
                    "read {} bytes",
                    local_files::read(&text("path"))?.len()
                ));
                Ok(())
            }
            "send" => {
                let call = Operation::new("files.put").arg("src", text("path"));
                call.arg("dest", file("sent")).add()?;
                Ok(())
            }
            "become" => {
                line("x", "x").global("_sudo_user", "nobody").add()?;
                Ok(())
            }
            "act" => target::run(shell!("id")).map(drop),
            "unknown" => {
                Operation::new("files.lien").add()?;
                Ok(())
            }
            "wrong" => {
                line("x", "x").arg("moed", 1).add()?;
                Ok(())
            }
            // Any call: `operation`, and `args` and `globals` by name.
            "any" => {
                let mut call = Operation::new(text("operation"));
                for (name, value) in data("args").as_object().into_iter().flatten() {
                    call = call.arg(name.as_str(), value.clone());
                }
                for (name, value) in data("globals").as_object().into_iter().flatten() {
                    call = call.global(name.as_str(), value.clone());
                }
                call.add()?;
                Ok(())
            }
            "hidden" => {
                Operation::new("apt.install_file").add()?;
                Ok(())
            }
            "unplaced" => {
                line("x", "x").inside(place("x.rs", 0, "")).add()?;
                Ok(())
            }
            // The same place on each host, for an operation that is another one.
            "collide" => {
                let name = match text("kind").as_str() {
                    "line" => "files.line",
                    _ => "files.file",
                };
                let call = Operation::new(name).arg("path", file("x"));
                match name {
                    "files.line" => call.arg("line", "x").add()?,
                    _ => call.add()?,
                };
                Ok(())
            }
            // A place in another deploy.
            "forge" => {
                line("forged", "x")
                    .inside(place("@other:pack//x.star", 1, ""))
                    .add()?;
                Ok(())
            }
            "leave-open" => {
                std::mem::forget(part("open", json!({}), || Ok(())));
                part("never left", json!({}), || {
                    // A guest that traps in a part leaves it open.
                    core::arch::wasm32::unreachable()
                })
            }
            "spin" => spin(),
            "grow" => grow(),
            "chatter" => loop {
                log::info("noise");
            },
            "many" => loop {
                line("x", "x").add()?;
            },
            "trap" => core::arch::wasm32::unreachable(),
            other => Err(Error::invalid_value(format!("there is no `{other}`"))),
        }
    }

    fn callback(name: &str, payload: Value) -> Result<Value> {
        match name {
            "write" => {
                let path = payload["path"].as_str().unwrap_or_default().to_owned();
                target::run(shell!("date +%s > {path}"))?.success()?;
                let given = target::operation(
                    "files.line",
                    json!({"path": path, "line": "added", "ensure_newline": true}),
                )?;
                Ok(json!({"changed": given.changed}))
            }
            "earlier" => {
                let id = payload["id"].as_str().unwrap_or_default();
                Ok(json!({"stdout": target::result_of(id, "/stdout")}))
            }
            "thrice" => {
                let lines = payload["attempt"]["stdout_lines"].as_array();
                Ok(json!(
                    lines.is_some_and(|lines| lines.iter().any(|line| line == "3"))
                ))
            }
            "add" => {
                line("x", "x").add()?;
                Ok(Value::Null)
            }
            "fail" => Err(Error::operation("it does not want to")),
            "trap" => core::arch::wasm32::unreachable(),
            other => Err(Error::invalid_value(format!(
                "there is no function `{other}`"
            ))),
        }
    }
}

/// What `site.star` of the tests says.
fn site() -> Result<()> {
    part("Site", json!({"_env": {"A": "1"}}), || {
        Operation::new("files.directory")
            .called("Folder")
            .arg("path", file("site"))
            .arg("mode", "755")
            .add()
    })?;
    for name in ["a", "b"] {
        line(&format!("site/{name}"), &format!("for {name}"))
            .key(name)
            .add()?;
    }
    let kernel = request::FactRequest::named("server.Kernel", json!({})).ask()?;
    if kernel == json!("Linux") {
        Operation::new("server.shell")
            .called("Greet")
            .arg("commands", json!([format!("echo {}", text("greeting"))]))
            .add()?;
    }
    Ok(())
}

fn conditions() -> Result<()> {
    let first = line("first", "x").add()?;
    let second = line("second", "x").add()?;
    let changed = first.changed()?;
    let neither = Condition::any([&changed, &second.changed()?])?.negated()?;
    let show = |text: &str| {
        Operation::new("server.shell").arg("commands", json!([format!("echo {text}")]))
    };
    show("first changed")
        .called("One")
        .key("1")
        .when(&changed)
        .add()?;
    show("neither changed")
        .called("Two")
        .key("2")
        .when(&neither)
        .add()?;
    let both = Condition::all([&first.succeeded()?, &second.unchanged()?])?;
    show("second is as it was")
        .called("Three")
        .key("3")
        .when(&both)
        .add()?;
    Ok(())
}

fn functions() -> Result<()> {
    let shell = |command: &str| Operation::new("server.shell").arg("commands", json!([command]));
    let first = shell("echo earlier").called("First").key("1").add()?;
    match text("function").as_str() {
        "" => {
            Operation::call("write", json!({"path": file("written")})).add()?;
            Operation::call("earlier", json!({"id": first.id()})).add()?;
            let count = format!("echo x >> {0}; wc -l < {0}", file("tries"));
            shell(&count)
                .called("Tries")
                .key("2")
                .global("_retries", 5)
                .global("_retry_delay", 0)
                .retry_until("thrice", Value::Null)
                .add()?;
        }
        other => {
            Operation::call(other, json!({})).add()?;
        }
    }
    Ok(())
}

fn spin() -> ! {
    let mut number = 0_u64;
    loop {
        number = black_box(number.wrapping_add(1));
    }
}

fn grow() -> ! {
    let mut taken = Vec::new();
    loop {
        taken.push(black_box(vec![1_u8; 1 << 20]));
    }
}
