//! `files.block`.

use windlass_plugin_common::files::{Known, becomes, content_changes};
use windlass_plugin_common::sed::whole_line;
use windlass_plugin_common::stat::Kind;
use windlass_sdk::argument::wrong_type;
use windlass_sdk::prelude::*;
use windlass_sdk::reexport::serde_json::Value as Json;

use crate::facts::{Block, Markers};

/// The word that ends a block's text in the command. It cannot stand alone in the block: see [`Edit::add_at_edge`].
const HERE: &str = "WINDLASSHERE";

/// The line that a block goes before or after. Anything else than text is kept, since it matters only where it is
/// used.
#[derive(Clone, Debug, PartialEq)]
pub struct Anchor(Json);

impl Argument for Anchor {
    fn schema() -> Json {
        String::schema()
    }

    fn decode(value: Json) -> Result<Self> {
        Ok(Self(value))
    }

    fn encode(&self) -> Json {
        self.0.clone()
    }
}

/// Make sure that a marked block of lines stands in a file, or remove it.
///
/// The block stands between two marking lines, by which it is found again. Blocks that pyinfra wrote are found too.
#[operation(
    example = r#"files.block(name = "Cluster hosts", path = "/etc/hosts", content = ["10.0.0.1 a", "10.0.0.2 b"])"#,
    example = r#"files.block(path = "/etc/hosts", present = False)"#
)]
pub fn block(
    plan: &mut Plan,
    /// The file on the target; made where it is missing.
    path: RemotePath,
    /// The lines, as a list or as text.
    content: Option<OneOrMany<String>>,
    /// Whether the block should be there.
    #[default(true)]
    present: bool,
    /// A line, or a regular expression that matches a part of one, before or after which a new block goes.
    line: Option<Anchor>,
    /// Whether the file as it was is kept beside it, with the time of the run after its name.
    #[default(false)]
    backup: bool,
    /// Whether `line` is text, in which nothing has a special meaning.
    #[default(false)]
    escape_regex_characters: bool,
    /// Accepted for deploys that come from pyinfra; no shell ever expands anything in the block.
    #[default(false)]
    try_prevent_shell_expansion: bool,
    /// Whether a new block goes before `line`, or at the start of the file.
    #[default(false)]
    before: bool,
    /// Whether a new block goes after `line`, or at the end of the file.
    #[default(false)]
    after: bool,
    /// The marking lines, with `{mark}` where they differ; `# {mark} WINDLASS BLOCK` when left out.
    marker: Option<String>,
    /// What stands for `{mark}` before the block; `BEGIN` when left out.
    begin: Option<String>,
    /// What stands for `{mark}` after the block; `END` when left out.
    end: Option<String>,
) -> Result<()> {
    let _ = try_prevent_shell_expansion;
    let markers = Markers::new(marker.as_deref(), begin.as_deref(), end.as_deref());
    let fact = Block {
        path: path.clone(),
        marker,
        begin,
        end,
    };
    let current = get(&fact)?;
    let edit = Edit {
        path: &path,
        markers: &markers,
        fact: &fact,
        is_file: current.is_some(),
        backup,
    };

    if !present {
        match current.as_deref() {
            None => plan.note("no remove required: file did not exist"),
            Some([]) => plan.note("no remove required: markers not found"),
            Some(lines) => edit.remove(plan, lines),
        }
        return Ok(());
    }

    let lines = lines_of(content)?;
    match &line {
        Some(_) if before == after => {
            let message = "`line` needs either `before` or `after`";
            return Err(Error::invalid_value(message).at("line"));
        }
        None if before && after => {
            return Err(Error::invalid_value(
                "without `line`, only one of `before` and `after` may be set",
            )
            .at("before"));
        }
        _ => {}
    }
    match (current.as_deref(), line) {
        (Some([]), Some(Anchor(Json::String(line)))) => {
            edit.add_at_line(
                plan,
                &lines,
                &whole_line(&line, escape_regex_characters),
                before,
            );
        }
        (Some([]), Some(Anchor(other))) => {
            return Err(wrong_type("a line or a regular expression", &other).at("line"));
        }
        (None | Some([]), _) => edit.add_at_edge(plan, &lines, before)?,
        (Some(current), _) if current == lines => plan.note("content already present"),
        (Some(current), _) => edit.change(plan, current, &lines),
    }
    Ok(())
}

fn lines_of(content: Option<OneOrMany<String>>) -> Result<Vec<String>> {
    let lines = content
        .map(|content| content.0)
        .filter(|lines| lines.iter().any(|line| !line.is_empty()));
    let lines = lines.ok_or_else(|| {
        Error::invalid_value("a block that is to be there needs `content`").at("content")
    })?;
    Ok(lines
        .iter()
        .flat_map(|line| line.split('\n'))
        .map(str::to_owned)
        .collect())
}

/// An edit of a file, written to a temporary file that then takes its place with its owner and mode.
struct Edit<'a> {
    path: &'a RemotePath,
    markers: &'a Markers,
    fact: &'a Block,
    is_file: bool,
    backup: bool,
}

impl Edit<'_> {
    /// Adds the block at the start or the end of the file.
    fn add_at_edge(&self, plan: &mut Plan, lines: &[String], before: bool) -> Result<()> {
        if lines.iter().any(|line| line == HERE) {
            let message =
                format!("a line that is only {HERE} cannot stand in a block that is added");
            return Err(Error::invalid_value(message).at("content"));
        }
        let null = RemotePath::new("/dev/null");
        let file = if self.is_file { self.path } else { &null };
        let block = self.marked(lines);
        let inputs = if before {
            shell!("- {file}")
        } else {
            shell!("{file} -")
        };
        let edit = shell!(
            "( awk '{{{{print}}}}' {inputs:text} > \"$OUT\" <<'{HERE:raw}'\n{block:raw}\n{HERE:raw}\n )"
        );
        self.run(plan, edit, &[], lines);
        Ok(())
    }

    /// Adds the block before or after the first line that matches, else at the end.
    fn add_at_line(&self, plan: &mut Plan, lines: &[String], pattern: &str, before: bool) {
        let pattern = pattern.replace('/', "\\/");
        let block = self.marked(lines);
        let (path, print) = (self.path, "{ print }");
        let (first, last) = if before { ("", print) } else { (print, "") };
        let script = format!(
            "BEGIN {{x=ARGV[2]; ARGV[2]=\"\"}} {first} f!=1 && /{pattern}/ {{ print x; f=1}} END {{if (f==0) print x }} {last}"
        );
        self.run(
            plan,
            shell!("awk {script} {path} {block} > \"$OUT\""),
            &[],
            lines,
        );
    }

    /// Replaces what stands between the markers.
    fn change(&self, plan: &mut Plan, current: &[String], lines: &[String]) {
        let (begin, end) = (&self.markers.begin_pattern, &self.markers.end_pattern);
        let (path, block) = (self.path, lines.join("\n"));
        let script = format!(
            "BEGIN {{{{f=1; x=ARGV[2]; ARGV[2]=\"\"}}}}/{begin}/ {{print; print x; f=0}} /{end}/ {{print; f=1; next}} f"
        );
        self.run(
            plan,
            shell!("awk {script} {path} {block} > \"$OUT\""),
            current,
            lines,
        );
    }

    /// Removes the block and its markers.
    fn remove(&self, plan: &mut Plan, current: &[String]) {
        let (begin, end) = (&self.markers.begin_pattern, &self.markers.end_pattern);
        let (path, script) = (self.path, format!("/{begin}/,/{end}/ {{next}} 1"));
        self.run(plan, shell!("awk {script} {path} > \"$OUT\""), current, &[]);
    }

    fn marked(&self, lines: &[String]) -> String {
        format!(
            "{}\n{}\n{}",
            self.markers.begin,
            lines.join("\n"),
            self.markers.end
        )
    }

    /// Adds the command around an edit that writes to `$OUT`.
    fn run(&self, plan: &mut Plan, edit: ShellText, before: &[String], after: &[String]) {
        let (path, temp) = (self.path, context::temp_dir());
        let (mode, set_mode) = if self.is_file {
            let mode = shell!(
                "MODE=\"$(stat -c %a {path} 2>/dev/null || stat -f %Lp {path} 2>/dev/null)\" && "
            );
            (mode, shell!(" && chmod \"$MODE\" {path}"))
        } else {
            (ShellText::new(), shell!(" {path}"))
        };
        let owner = shell!(
            "OWNER=\"$(stat -c \"%u:%g\" {path} 2>/dev/null || stat -f \"%u:%g\" {path} 2>/dev/null || \
             echo $(id -un):$(id -gn))\""
        );
        let keep = if self.backup && self.is_file {
            let kept = path.with_suffix(&format!(".{}", context::timestamp()));
            shell!("cp {path} {kept} && ")
        } else {
            ShellText::new()
        };
        let command = shell!(
            "{keep:text}OUT=\"$(TMPDIR={temp} mktemp -t windlass.XXXXXX)\" && {mode:text}{owner:text} && {edit:text} && \
             mv \"$OUT\" {path} && chown \"$OWNER\" {path}{set_mode:text}"
        );
        let step = plan.run(command);
        step.predict_all(content_changes(path));
        if !self.is_file {
            // mktemp makes its files for their maker alone.
            let known = Known {
                mode: Some(Mode::from_bits(0o600)),
                ..Known::default()
            };
            step.predict_all(becomes(path, Kind::File, &known));
        }
        step.predict(Prediction::value(self.fact, after.to_vec()));
        let text = |lines: &[String]| {
            lines
                .iter()
                .map(|line| format!("{line}\n"))
                .collect::<String>()
        };
        plan.diff(Diff::text(path.as_str(), text(before), text(after)));
    }
}
