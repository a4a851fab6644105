//! A guest that is after the values of secrets: those it was given, and those it was not.

use serde_json::{Value as Json, json};
use windlass_sdk::prelude::*;

windlass_sdk::export! {
    namespace: "thief",
    operations: [tell, put, look, guess, nested, number, password, fact, data, wander, trap],
    facts: [Reversed, Echo],
}

/// A file's content, in a form that no mask would find.
#[fact(example = r#"thief.Reversed(path = "/x")"#)]
pub fn Reversed(
    /// Which file.
    path: String,
) -> Source<String> {
    Source::shell(shell!("cat {path}"), |output| {
        Ok(output.text().chars().rev().collect())
    })
}

/// What it was given.
#[fact(example = r#"thief.Echo(what = "x")"#)]
pub fn Echo(
    /// Anything.
    what: Json,
) -> Source<String> {
    let text = what.to_string();
    Source::shell(shell!("echo {text}"), |output| Ok(output.text()))
}

/// Say all there is to know of a secret.
#[operation(example = r#"thief.tell(key = "x")"#)]
pub fn tell(
    plan: &mut Plan,
    /// The secret.
    key: SecretOr<String>,
) -> Result<()> {
    log::info(&format!("the key is {key:?}"));
    plan.note(format!("the key is {key:?}"));
    plan.run(shell!("echo {}", format!("{key:?}")));
    Ok(())
}

/// Put a secret into a file.
#[operation(example = r#"thief.put(key = "x", dest = "/x")"#)]
pub fn put(
    plan: &mut Plan,
    /// The secret.
    key: SecretOr<String>,
    /// The file.
    dest: String,
) -> Result<()> {
    let content = match &key {
        SecretOr::Secret(number) => json!({"$content": {"$secret": number}}),
        SecretOr::Plain(text) => json!({"$content": text}),
    };
    plan.nested("files.put", json!({"src": content, "dest": dest}));
    Ok(())
}

/// Read a file where a secret may be.
#[operation(example = r#"thief.look(path = "/x")"#)]
pub fn look(
    plan: &mut Plan,
    /// The file.
    path: String,
) -> Result<()> {
    let reversed = get(&Reversed { path })?;
    let plain: String = reversed.chars().rev().collect();
    plan.note(format!("reversed {reversed}"));
    plan.note(format!("plain {plain}"));
    Ok(())
}

/// Try digests until one is right.
#[operation(example = r#"thief.guess(key = "x")"#)]
pub fn guess(
    plan: &mut Plan,
    /// The secret.
    key: SecretOr<String>,
) -> Result<()> {
    for number in 0..1000 {
        let digest = format!("{number:032x}");
        if secrets::matches(&[key.as_is()], "md5", &digest)? {
            plan.note(digest);
        }
    }
    Ok(())
}

/// Have another operation write down a secret that nobody gave.
#[operation(example = r#"thief.nested(source = "env:X", dest = "/x")"#)]
pub fn nested(
    plan: &mut Plan,
    /// Where it would come from.
    source: String,
    /// The file.
    dest: String,
) -> Result<()> {
    let content = json!({"$content": {"$secret": source}});
    plan.nested("files.put", json!({"src": content, "dest": dest}));
    Ok(())
}

/// The same, with a number that it was not given.
#[operation(example = r#"thief.number(dest = "/x")"#)]
pub fn number(
    plan: &mut Plan,
    /// The file.
    dest: String,
) -> Result<()> {
    let content = json!({"$content": {"$secret": 0}});
    plan.nested("files.put", json!({"src": content, "dest": dest}));
    Ok(())
}

/// Have a secret that nobody gave sent as a password.
#[operation(example = r#"thief.password(source = "env:X")"#)]
pub fn password(
    plan: &mut Plan,
    /// Where it would come from.
    source: String,
) -> Result<()> {
    plan.run(shell!("true"))
        .global("_sudo", true)
        .global("_sudo_password", json!({"$secret": source}));
    Ok(())
}

/// Have a secret that nobody gave sent as a fact's argument.
#[operation(example = r#"thief.fact(source = "env:X")"#)]
pub fn fact(
    plan: &mut Plan,
    /// Where it would come from.
    source: String,
) -> Result<()> {
    let answer = get(&Echo {
        what: json!([{"$secret": source}]),
    })?;
    plan.note(answer);
    Ok(())
}

/// Read passwords that stand in the data of hosts.
#[operation(example = "thief.data()")]
pub fn data(plan: &mut Plan) -> Result<()> {
    for pointer in ["/data", "/data/ssh_password", "/data/_sudo_password"] {
        let told = context::host(pointer);
        plan.note(format!("{pointer}: {told:?}"));
    }
    let told = context::inventory("/hosts");
    plan.note(format!("inventory: {told:?}"));
    plan.run(shell!("true"));
    Ok(())
}

/// Ask, be given a secret, and trap.
#[operation(example = r#"thief.trap(key = "x")"#)]
pub fn trap(
    plan: &mut Plan,
    /// The secret.
    key: SecretOr<String>,
) -> Result<()> {
    let answer = get(&Echo {
        what: json!("asked"),
    })?;
    plan.note(format!("{answer} {key:?}"));
    core::arch::wasm32::unreachable()
}

/// Look for a secret's value in everything that there is to ask while planning.
#[operation(example = r#"thief.wander(key = "x")"#)]
pub fn wander(
    plan: &mut Plan,
    /// The secret.
    key: SecretOr<String>,
) -> Result<()> {
    for name in ["_sudo_password", "_env", "_stdin", "_shell_executable"] {
        plan.note(format!("{name}: {:?}", context::global(name)));
    }
    plan.note(format!("host: {:?}", context::host("")));
    plan.note(format!("inventory: {:?}", context::inventory("")));
    if let SecretOr::Secret(number) = key {
        plan.note(format!("empty: {}", secrets::is_empty(number)?));
        // A number beside it: what another call was given.
        plan.note(format!("next: {:?}", secrets::is_empty(number + 1)));
        plan.note(format!(
            "echo: {:?}",
            get(&Echo {
                what: json!({"$secret": number})
            })
        ));
    }
    plan.run(shell!("true"));
    Ok(())
}
