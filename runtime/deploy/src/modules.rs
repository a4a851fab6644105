//! Files of packs: `@namespace:name//path`, with what the code of a pack may not do in a deploy.

use std::sync::Arc;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use starlark::codemap::Span;
use starlark::syntax::ast::{AssignTarget, Expr, Stmt};
use windlass_engine::deploy::{PackModule, module};
use windlass_engine::nearest::did_you_mean;
use windlass_engine::place::Place;

use crate::render::Snippet;
use crate::source::SourceFile;
use crate::walk::{each_statement, exprs_below};

/// The name of the module of a pack that a path means in a file; none for a file of the deploy.
///
/// # Errors
/// A path that leaves its pack.
pub(crate) fn meant(from: &str, path: &str) -> Result<Option<String>, String> {
    if module::parts(path).is_some() {
        return Ok(Some(path.to_owned()));
    }
    let Some((pack, _)) = module::parts(from) else {
        return match path.starts_with('@') {
            true => Err(format!(
                "`{path}` is no file of a pack; one is `@namespace:name//path`"
            )),
            false => Ok(None),
        };
    };
    let mut clean = Utf8PathBuf::new();
    for part in Utf8Path::new(path).components() {
        match part {
            Utf8Component::Normal(name) => clean.push(name),
            Utf8Component::CurDir => {}
            _ => {
                return Err(format!(
                    "`{path}` is outside of the pack {pack}\n  a pack's module loads modules of its own pack, by their paths from the pack's folder, and of other packs"
                ));
            }
        }
    }
    Ok(Some(module::name(pack, clean.as_str())))
}

/// Reads a module of a pack.
///
/// # Errors
/// There is none of this name, its file is not what was locked, or it has a mistake.
pub(crate) fn read(name: &str, modules: &[Arc<PackModule>]) -> Result<SourceFile, String> {
    let (pack, path) = module::parts(name).unwrap_or_default();
    let own: Vec<&Arc<PackModule>> = modules
        .iter()
        .filter(|module| module.owner.name == pack)
        .collect();
    if own.is_empty() {
        let packs = modules.iter().map(|module| module.owner.name.as_str());
        return Err(format!(
            "there is no pack `{pack}` with deploy modules here{}\n  `windlass pack add {pack}` adds it to the project, --pack FOLDER uses one of a folder",
            did_you_mean(pack, packs)
        ));
    }
    let Some(found) = own.iter().find(|module| module.path == path) else {
        let paths = own.iter().map(|module| module.path.as_str());
        let near = did_you_mean(path, paths.clone());
        let all: Vec<&str> = paths.collect();
        return Err(format!(
            "the pack {pack} has no deploy module `{path}`{near}\n  `deploys` of its pack.toml names {}",
            all.join(", ")
        ));
    };
    parse(name, found.text()?)
}

fn parse(name: &str, text: String) -> Result<SourceFile, String> {
    let file = SourceFile::parse(name, text)?;
    match refused(&file) {
        Some(message) => Err(message),
        None => Ok(file),
    }
}

/// Checks what can be known of a pack's deploy module without the packs that it calls: that it can be read, and does
/// nothing that only a deploy itself does.
///
/// # Errors
/// The first mistake, with its place.
pub fn check_module(module: &PackModule) -> Result<(), String> {
    parse(&module.name(), module.text()?).map(drop)
}

/// The first thing that only a deploy itself does: an assignment to an attribute (of `host.data` or `config`), and
/// `partial`, whose calls would not tell whose code they are.
fn refused(file: &SourceFile) -> Option<String> {
    let mut found: Option<(Span, &str)> = None;
    each_statement(file.written.statement(), &mut |statement| {
        let target = match &statement.node {
            Stmt::Assign(assign) => &assign.lhs,
            Stmt::AssignModify(target, ..) => target,
            _ => return,
        };
        if found.is_none() && sets_attribute(&target.node) {
            found = Some((
                target.span,
                "a pack's module sets no data of hosts and no settings\n  take it as an argument of a function, and have the deploy give it",
            ));
        }
    });
    let partial = || {
        let all = exprs_below(file.written.statement()).into_iter();
        let mut named = all.filter(
            |expr| matches!(&expr.node, Expr::Identifier(name) if name.node.ident == "partial"),
        );
        let span = named.next()?.span;
        Some((
            span,
            "a pack's module has no `partial`\n  write a function that makes the call",
        ))
    };
    let (span, message) = found.or_else(partial)?;
    let (begin, end) = (span.begin().get() as usize, span.end().get() as usize);
    let snippet = Snippet::of_text(&file.name, &file.text, begin, end);
    Some(snippet.message(message))
}

fn sets_attribute(target: &AssignTarget) -> bool {
    match target {
        AssignTarget::Dot(..) => true,
        AssignTarget::Tuple(all) => all.iter().any(|one| sets_attribute(&one.node)),
        AssignTarget::Index(_) | AssignTarget::Identifier(_) => false,
    }
}

/// The pack whose code is at a place.
pub(crate) fn pack_at(place: &Place) -> Option<&str> {
    let (pack, _) = module::parts(&place.frames.last()?.file)?;
    Some(pack)
}
