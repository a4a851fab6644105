//! What stands in files: lines that match, marked blocks, whole contents; and file flags.

use windlass_plugin_common::sed;
use windlass_sdk::prelude::*;

const EXISTS: &str = "__windlass_exists_";
const MISSING: &str = "__windlass_missing_";

/// Lines of a file that match a pattern. Null when there is no file, empty when nothing matches.
#[fact(example = r#"files.FindInFile path=/etc/ssh/sshd_config pattern=^PermitRootLogin"#)]
pub fn FindInFile(
    /// The file's path.
    path: RemotePath,
    /// A basic regular expression, as grep reads it.
    pattern: String,
    /// Whether the shell expands variables in the pattern.
    #[default(false)]
    interpolate_variables: bool,
    /// Whether the pattern is an extended regular expression.
    #[default(false)]
    extended_regex: bool,
) -> Source<Option<Vec<String>>> {
    let mark = format!("{EXISTS}{path}");
    let pattern = sed::word(&pattern, interpolate_variables);
    let extended = if extended_regex { "-E " } else { "" };
    let command = shell!(
        "grep {extended:raw}-e {pattern:text} {path} 2> /dev/null || ( find {path} -type f > /dev/null && echo {mark} \
         || true )"
    );
    Source::shell(command, move |output| {
        let lines = output.lines();
        Ok(match lines.as_slice() {
            [] => None,
            [only] if *only == mark => Some(Vec::new()),
            _ => Some(lines),
        })
    })
}

/// A file's lines. Null when there is no file.
#[fact(example = r#"files.FileContents path=/etc/hostname"#)]
pub fn FileContents(
    /// The file's path.
    path: RemotePath,
) -> Source<Option<Vec<String>>> {
    let mark = format!("{MISSING}{path}");
    Source::shell(
        shell!("( test -e {path} && cat {path} ) || echo {mark}"),
        move |output| {
            let lines = output.lines();
            Ok(if lines.len() == 1 && lines.first() == Some(&mark) {
                None
            } else {
                Some(lines)
            })
        },
    )
}

/// The flags of a file or folder (BSD and macOS); null where the target has none.
#[fact(requires = "chflags")]
pub fn Flags(
    /// Its path.
    path: RemotePath,
) -> Source<Vec<String>> {
    Source::shell(shell!("! test -e {path} || stat -f %Sf {path}"), |output| {
        let lines = output.lines();
        let flags = match lines.as_slice() {
            [only] => only
                .split(',')
                .map(str::trim)
                .filter(|flag| !flag.is_empty())
                .map(str::to_owned)
                .collect(),
            _ => Vec::new(),
        };
        Ok(flags)
    })
}

/// The lines that begin and end a block in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Markers {
    /// The line before the block, when we write it.
    pub(crate) begin: String,
    /// The line after the block, when we write it.
    pub(crate) end: String,
    /// What matches the line before, as an awk regular expression.
    pub(crate) begin_pattern: String,
    /// What matches the line after, as an awk regular expression.
    pub(crate) end_pattern: String,
}

impl Markers {
    /// From a template with `{mark}` in it and the words that stand for it. The template left out, blocks that
    /// pyinfra wrote are found too, so that a fleet can move over.
    pub(crate) fn new(marker: Option<&str>, begin: Option<&str>, end: Option<&str>) -> Self {
        const OURS: &str = "# {mark} WINDLASS BLOCK";
        const EITHER: &str = "# {mark} (WINDLASS|PYINFRA) BLOCK";
        let fill = |template: &str, mark: &str| template.replace("{mark}", mark);
        let (begin, end) = (begin.unwrap_or("BEGIN"), end.unwrap_or("END"));
        let (template, pattern) = match marker {
            Some(marker) => (marker, marker),
            None => (OURS, EITHER),
        };
        Self {
            begin: fill(template, begin),
            end: fill(template, end),
            begin_pattern: fill(pattern, begin).replace('/', "\\/"),
            end_pattern: fill(pattern, end).replace('/', "\\/"),
        }
    }
}

/// The lines of a marked block in a file. Null when there is no file, empty when there is no block.
#[fact(default = [])]
pub fn Block(
    /// The file's path.
    path: RemotePath,
    /// The marking lines, with `{mark}` where they differ; `# {mark} WINDLASS BLOCK` when left out.
    marker: Option<String>,
    /// What stands for `{mark}` before the block; `BEGIN` when left out.
    begin: Option<String>,
    /// What stands for `{mark}` after the block; `END` when left out.
    end: Option<String>,
) -> Source<Option<Vec<String>>> {
    let markers = Markers::new(marker.as_deref(), begin.as_deref(), end.as_deref());
    let script = format!(
        "/{}/{{ f=0}} f; /{}/{{ f=1}} ",
        markers.end_pattern, markers.begin_pattern
    );
    let (exists, missing) = (format!("{EXISTS}{path}"), format!("{MISSING}{path}"));
    let command = shell!(
        "awk {script} {path} || (find {path} -type f > /dev/null && echo {exists} || echo {missing} )"
    );
    Source::shell(command, move |output| {
        let lines = output.lines();
        Ok(match lines.as_slice() {
            [only] if *only == exists => Some(Vec::new()),
            [only] if *only == missing => None,
            _ => Some(lines),
        })
    })
}
