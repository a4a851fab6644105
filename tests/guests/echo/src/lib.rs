//! A guest that does as it is told: it plans what it was given, and asks what it is asked to.

use windlass_sdk::prelude::*;

windlass_sdk::export! {
    namespace: "echo",
    operations: [say, ask, upload],
    facts: [Word, Length],
}

/// A word on the host.
#[fact(example = r#"echo.Word(name = "x")"#)]
pub fn Word(
    /// Which.
    name: String,
) -> Source<String> {
    let command = shell!("printf %s {name}");
    Source::shell(command, |output| Ok(output.text()))
}

/// How long a word is.
#[fact(example = r#"echo.Length(name = "x")"#)]
pub fn Length(
    /// Which.
    name: String,
) -> Source<u64> {
    Source::derived(&Word { name }, |word| Ok(word.len() as u64))
}

/// Say something, when the host has not said it yet.
#[operation(example = r#"echo.say("hello", _sudo = True)"#)]
pub fn say(
    plan: &mut Plan,
    /// What to say.
    text: String,
    /// Wrong on purpose.
    fail: Option<bool>,
) -> Result<()> {
    log::info(&format!("saying {text}"));
    if fail == Some(true) {
        return Err(Error::invalid_value("it was to fail").at("fail"));
    }
    let said = get(&Word {
        name: "said".to_owned(),
    })?;
    if said == text {
        plan.note("it is said already");
        return Ok(());
    }
    let user = context::global_text("_sudo_user").unwrap_or_default();
    plan.run(shell!("echo {user} {text}"))
        .predict(Prediction::value(
            &Word {
                name: "said".to_owned(),
            },
            text,
        ));
    Ok(())
}

/// Ask for a word again and again.
#[operation(example = "echo.ask(3)")]
pub fn ask(
    plan: &mut Plan,
    /// How often.
    times: u32,
) -> Result<()> {
    for number in 0..times {
        plan.note(get(&Word {
            name: number.to_string(),
        })?);
    }
    log::info("asked");
    Ok(())
}

/// Upload a file of the controller.
#[operation(example = r#"echo.upload("a.txt", "/a.txt")"#)]
pub fn upload(
    plan: &mut Plan,
    /// The file.
    src: LocalPath,
    /// Where it goes.
    dest: RemotePath,
) -> Result<()> {
    let digest = local_files::digest(src.0.as_str(), "sha256")?;
    plan.note(digest);
    plan.upload(Upload::new(
        Content::Local(src.0.as_str().to_owned()),
        dest.as_str(),
    ));
    Ok(())
}
