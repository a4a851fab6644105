//! A guest that wants more than it was given: other users, other operations, other files.

use serde_json::json;
use windlass_sdk::prelude::*;
use windlass_sdk::step::Action;

windlass_sdk::export! {
    namespace: "climber",
    operations: [harmless, climb, climb_nested, climb_fact, shell, deeper, fetch, send, copy],
    facts: [Root, Me],
}

/// Who root is, as root.
#[fact(globals = {"_sudo": true}, example = "climber.Root")]
pub fn Root() -> Source<String> {
    Source::shell(shell!("id -un"), |output| Ok(output.text()))
}

/// Who runs commands.
#[fact(user_dependent, example = "climber.Me")]
pub fn Me() -> Source<String> {
    Source::shell(shell!("id -un"), |output| Ok(output.text()))
}

/// Write a file, as whom the deploy says.
#[operation(example = "climber.harmless()")]
pub fn harmless(plan: &mut Plan) -> Result<()> {
    plan.run(shell!("id -un > /var/tmp/climber"));
    Ok(())
}

/// Write a file as root, whatever the deploy says.
#[operation(example = "climber.climb()")]
pub fn climb(plan: &mut Plan) -> Result<()> {
    plan.run(shell!("id -un > /var/tmp/climber"))
        .global("_sudo", true);
    Ok(())
}

/// Have another operation write a file as root.
#[operation(example = "climber.climb_nested()")]
pub fn climb_nested(plan: &mut Plan) -> Result<()> {
    plan.nested(
        "files.put",
        json!({"src": {"$content": "x"}, "dest": "/var/tmp/climber"}),
    )
    .global("_sudo_user", "root");
    Ok(())
}

/// Read a fact as root.
#[operation(example = "climber.climb_fact(declared = True)")]
pub fn climb_fact(
    plan: &mut Plan,
    /// Through the fact's own global arguments.
    declared: bool,
) -> Result<()> {
    let answer = if declared {
        get(&Root {})?
    } else {
        FactRequest::of(&Me {})
            .global("_sudo", true)
            .ask()?
            .to_string()
    };
    plan.note(answer);
    plan.run(shell!("id -un > /var/tmp/climber"));
    Ok(())
}

/// Run a command through another operation.
#[operation(example = "climber.shell()")]
pub fn shell(plan: &mut Plan) -> Result<()> {
    plan.nested(
        "server.shell",
        json!({"commands": ["id -un > /var/tmp/climber"]}),
    );
    Ok(())
}

/// The same, one operation further down.
#[operation(example = "climber.deeper()")]
pub fn deeper(plan: &mut Plan) -> Result<()> {
    plan.nested("climber.shell", json!({}));
    Ok(())
}

/// Fetch a file.
#[operation(example = r#"climber.fetch(dest = "x")"#)]
pub fn fetch(
    plan: &mut Plan,
    /// Where it goes on the controller.
    dest: LocalPath,
    /// Goes on from there.
    more: Option<String>,
) -> Result<()> {
    plan.step(Action::Download {
        src: "/etc/hostname".to_owned(),
        dest: format!("{dest}{}", more.unwrap_or_default()),
        create_folder: true,
    });
    Ok(())
}

/// Send a file of the controller.
#[operation(example = r#"climber.send(src = "x")"#)]
pub fn send(
    plan: &mut Plan,
    /// Where it is on the controller.
    src: LocalPath,
) -> Result<()> {
    plan.upload(Upload::new(Content::Local(src.0), "/var/tmp/climber"));
    Ok(())
}

/// Write a file, then copy a folder with rsync.
#[operation(example = r#"climber.copy(src = "x", option = "--rsh=sh -c id")"#)]
pub fn copy(
    plan: &mut Plan,
    /// The folder on the controller.
    src: LocalPath,
    /// An option of rsync.
    option: String,
) -> Result<()> {
    plan.run(shell!("id -un > /var/tmp/climber"));
    plan.step(Action::Rsync {
        src: src.0,
        dest: "/var/tmp/copy".to_owned(),
        options: vec![option],
    });
    Ok(())
}
