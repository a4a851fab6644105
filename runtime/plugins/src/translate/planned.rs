//! What an operation plans.

use windlass_engine::contract::{
    Action, Atom, Call, Content, Diff, Download, Nested, Part, Planned, Prediction, Reboot, Rsync,
    SecretUse, Shell, ShellText, Step, Upload,
};

use super::refused::{Refused, flag, json, newer, nothing_more};
use super::shared::Shared;
use crate::bindings::windlass::plugin::types as wit;

pub(crate) fn planned(planned: wit::Planned) -> Result<Planned, Refused> {
    nothing_more("the plan's", &planned.more)?;
    let mut shared = Shared::default();
    Ok(Planned {
        steps: all(planned.steps, |one| step(one, &mut shared))?,
        notes: planned.notes,
        diffs: all(planned.diffs, diff)?,
    })
}

pub(crate) fn atom(atom: wit::Atom) -> Result<Atom, Refused> {
    Ok(match atom {
        wit::Atom::Text(text) => Atom::Text(text),
        wit::Atom::Bytes(bytes) => Atom::Bytes(bytes),
        wit::Atom::Secret(secret) => Atom::Secret(SecretUse {
            secret: secret.secret,
            encodings: secret.encodings,
        }),
        wit::Atom::Other((name, _)) => return Err(newer("content of the kind", &name)),
    })
}

pub(crate) fn shell(shell: wit::Shell) -> Result<Shell, Refused> {
    Ok(Shell {
        text: text(shell.text)?,
        stdin: shell.stdin.map(content).transpose()?,
        env: all(shell.env, |(name, atoms)| Ok((name, all(atoms, atom)?)))?,
        files: all(shell.files, |(name, source)| Ok((name, content(source)?)))?,
        more: json("`more` of a command", &shell.more)?,
    })
}

fn all<T, U>(
    items: Vec<T>,
    mut one: impl FnMut(T) -> Result<U, Refused>,
) -> Result<Vec<U>, Refused> {
    // Not collected, which would keep the guest's larger allocation for as long as the plan lives.
    let mut made = Vec::with_capacity(items.len());
    for item in items {
        made.push(one(item)?);
    }
    Ok(made)
}

fn text(parts: Vec<wit::Part>) -> Result<ShellText, Refused> {
    all(parts, |part| {
        Ok(match part {
            wit::Part::Raw(text) => Part::Raw(text),
            wit::Part::Word(word) => Part::Word(word),
            wit::Part::Other((name, _)) => return Err(newer("shell text of the kind", &name)),
        })
    })
}

fn content(content: wit::Content) -> Result<Content, Refused> {
    Ok(match content {
        wit::Content::Inline(atoms) => Content::Inline(all(atoms, atom)?),
        wit::Content::Local(path) => Content::Local(path),
        wit::Content::Other((name, _)) => return Err(newer("content of the kind", &name)),
    })
}

fn step(step: wit::Step, shared: &mut Shared) -> Result<Step, Refused> {
    let unpredicted = flag("the step's", &step.more, "unpredicted")?;
    Ok(Step {
        action: action(step.action)?,
        globals: json("the global arguments of a step", &step.globals)?,
        predictions: all(step.predictions, |one| prediction(one, shared))?,
        unpredicted,
    })
}

fn action(action: wit::Action) -> Result<Action, Refused> {
    Ok(match action {
        wit::Action::Shell(command) => Action::Shell(shell(command)?),
        wit::Action::Upload(given) => Action::Upload(upload(given)?),
        wit::Action::Download(given) => Action::Download(download(given)?),
        wit::Action::Rsync(rsync) => Action::Rsync(Rsync {
            src: rsync.src,
            dest: rsync.dest,
            options: rsync.options,
            more: json("`more` of an rsync step", &rsync.more)?,
        }),
        wit::Action::Call(call) => Action::Call(Call {
            actor: call.actor,
            payload: json("the payload of a call", &call.payload)?,
            more: json("`more` of a call", &call.more)?,
        }),
        wit::Action::Reboot(reboot) => Action::Reboot(Reboot {
            text: text(reboot.text)?,
            delay_ms: reboot.delay_ms,
            interval_ms: reboot.interval_ms,
            timeout_ms: reboot.timeout_ms,
            more: json("`more` of a reboot", &reboot.more)?,
        }),
        wit::Action::Nested(given) => Action::Nested(nested(given)?),
        wit::Action::Other((name, _)) => return Err(newer("a step of the kind", &name)),
    })
}

pub(crate) fn upload(upload: wit::Upload) -> Result<Upload, Refused> {
    Ok(Upload {
        source: content(upload.source)?,
        dest: upload.dest,
        mode: upload.mode,
        user: upload.user,
        group: upload.group,
        more: json("`more` of an upload", &upload.more)?,
    })
}

pub(crate) fn download(download: wit::Download) -> Result<Download, Refused> {
    Ok(Download {
        src: download.src,
        dest: download.dest,
        more: json("`more` of a download", &download.more)?,
    })
}

pub(crate) fn nested(nested: wit::Nested) -> Result<Nested, Refused> {
    Ok(Nested {
        operation: nested.operation,
        args: json("the arguments of a nested operation", &nested.args)?,
        more: json("`more` of a nested operation", &nested.more)?,
    })
}

fn prediction(prediction: wit::Prediction, shared: &mut Shared) -> Result<Prediction, Refused> {
    nothing_more("the prediction's", &prediction.more)?;
    let value = prediction
        .value
        .map(|text| shared.json("a predicted value", text))
        .transpose()?;
    Ok(Prediction {
        fact: shared.name(&prediction.fact),
        args: shared.json("the arguments of a prediction", prediction.args)?,
        partial: prediction.partial,
        at: prediction.at,
        value,
    })
}

fn diff(diff: wit::Diff) -> Result<Diff, Refused> {
    nothing_more("the diff's", &diff.more)?;
    Ok(Diff {
        subject: diff.subject,
        kind: diff.kind,
        before: all(diff.before, atom)?,
        after: all(diff.after, atom)?,
    })
}
