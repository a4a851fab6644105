//! A deploy file as it was written, as it is evaluated, and the way between the two.
//!
//! What is evaluated differs from what was written in two ways that keep every line where it is. Octal literals are
//! text of their digits, since they are modes of files and Starlark would turn `0o755` into 493. And values whose
//! truth is asked for go through a function that refuses those which are known at execution only.

use std::collections::{BTreeSet, HashMap};

use starlark::codemap::{FileSpan, Span};
use starlark::syntax::ast::{AstExpr, AstLiteral, Expr};
use starlark::syntax::{AstModule, Dialect, DialectTypes};

use crate::render::{Snippet, render_error};
use crate::walk::{self, Test, exprs_below};

/// The language: Starlark with statements at the top, format strings and annotations.
pub(crate) fn dialect() -> Dialect {
    Dialect {
        enable_keyword_only_arguments: true,
        enable_types: DialectTypes::ParseOnly,
        enable_top_level_stmt: true,
        enable_f_strings: true,
        ..Dialect::Standard
    }
}

/// The function that the truth of a value goes through, by why it is asked for.
pub(crate) const TRUTH: [&str; 4] = ["__truth", "__not", "__and", "__or"];
/// The function that conditions on facts go through.
pub(crate) const FACT_TEST: &str = "__fact_test";
/// The functions that keep the position of `host.loop`.
pub(crate) const LOOP: &str = "__loop";
pub(crate) const LOOP_STEP: &str = "__loop_step";

/// A parsed file.
#[derive(Debug)]
pub(crate) struct SourceFile {
    /// Its name, relative to the deploy's folder.
    pub(crate) name: String,
    /// As written.
    pub(crate) text: String,
    /// As written, parsed.
    pub(crate) written: AstModule,
    /// As evaluated, parsed.
    evaluated: AstModule,
    /// Where something was put in: (place in the evaluated text, its length), in order.
    insertions: Vec<(usize, usize)>,
    /// Lines, counted from 1, with more than one call on them.
    crowded: BTreeSet<usize>,
    /// The lines of the bodies of loops over `host.loop`, in the order of their numbers.
    loops: Vec<(usize, usize)>,
}

impl SourceFile {
    /// Parses a file.
    ///
    /// # Errors
    /// The syntax error, with its place.
    pub(crate) fn parse(name: &str, text: String) -> Result<Self, String> {
        let written = AstModule::parse(name, text.clone(), &dialect()).map_err(|error| {
            let shown = render_error(&error, &|span| Snippet::plain(span));
            let line = error.span().map(|span| Snippet::plain(span).source);
            match line.and_then(|line| python_only(line.trim_start())) {
                Some(hint) => format!("{shown}\n  {hint}"),
                None => shown,
            }
        })?;
        let edits = Edits::of(&written, &text);
        let (changed, insertions) = edits.apply(&text);
        let evaluated = AstModule::parse(name, changed, &dialect())
            .map_err(|error| render_error(&error, &|span| Snippet::plain(span)))?;
        let crowded = crowded_lines(&written);
        let lines_of = |span: Span| {
            let first = written.file_span(span).resolve_span().begin.line + 1;
            let range = span.begin().get() as usize..span.end().get() as usize;
            // A body's span reaches to the next statement.
            let own = text.get(range).unwrap_or_default().trim_end();
            (first, first + own.matches('\n').count())
        };
        let loops = walk::host_loops(written.statement())
            .iter()
            .map(|each| lines_of(each.body))
            .collect();
        Ok(Self {
            name: name.to_owned(),
            text,
            written,
            evaluated,
            insertions,
            crowded,
            loops,
        })
    }

    /// What is evaluated. Starlark takes it apart, so each evaluation has its own copy.
    pub(crate) fn module(&self) -> AstModule {
        self.evaluated.clone()
    }

    /// The files it loads: (place, path).
    pub(crate) fn loads(&self) -> Vec<(FileSpan, String)> {
        let loads = self.written.loads();
        loads
            .into_iter()
            .map(|load| (load.span, load.module_id.to_owned()))
            .collect()
    }

    /// The bytes of the written text that a place in the evaluated one stands for.
    pub(crate) fn original(&self, span: Span) -> (usize, usize) {
        (
            self.original_at(span.begin().get() as usize),
            self.original_at(span.end().get() as usize),
        )
    }

    fn original_at(&self, at: usize) -> usize {
        let mut before = 0;
        for (start, length) in &self.insertions {
            if start + length <= at {
                before += length;
            } else if *start < at {
                before += at - start;
            }
        }
        at - before
    }

    /// The written text of a place in the evaluated one.
    pub(crate) fn written_text(&self, span: Span) -> &str {
        let (begin, end) = self.original(span);
        self.text.get(begin..end).unwrap_or_default()
    }

    /// A snippet of a place in the evaluated text.
    pub(crate) fn snippet(&self, span: Span) -> Snippet {
        let (begin, end) = self.original(span);
        Snippet::of_text(&self.name, &self.text, begin, end)
    }

    /// True when a line has more than one call, so that columns must tell them apart.
    pub(crate) fn is_crowded(&self, line: usize) -> bool {
        self.crowded.contains(&line)
    }
}

impl SourceFile {
    /// The numbers of the loops over `host.loop` whose body a line belongs to.
    pub(crate) fn loops_around(&self, line: usize) -> Vec<u32> {
        let inside = |(first, last): &(usize, usize)| *first <= line && line <= *last;
        (0..)
            .zip(&self.loops)
            .filter(|(_, lines)| inside(lines))
            .map(|(number, _)| number)
            .collect()
    }
}

/// What is put in and replaced.
#[derive(Default)]
struct Edits {
    /// (place in the written text, text).
    inserted: Vec<(usize, String)>,
    /// (place, text of the same length).
    replaced: Vec<(usize, String)>,
}

impl Edits {
    fn of(module: &AstModule, text: &str) -> Self {
        let mut edits = Self::default();
        for test in walk::tests(module.statement()) {
            edits.guard(&test, text);
        }
        for (number, each) in walk::host_loops(module.statement()).into_iter().enumerate() {
            edits.wrap(each.over, &format!("{LOOP}({number}, "), text);
            match each.first {
                walk::First::Test(expr) => {
                    edits.wrap(expr, &format!("{LOOP_STEP}({number}, "), text);
                }
                walk::First::Simple(span) => edits.inserted.push((
                    span.begin().get() as usize,
                    format!("{LOOP_STEP}({number}); "),
                )),
            }
        }
        for expr in exprs_below(module.statement()) {
            if let Some(digits) = octal_digits(module, expr) {
                edits
                    .replaced
                    .push((expr.span.begin().get() as usize, format!("\"{digits}\"")));
            }
        }
        edits
    }

    fn guard(&mut self, test: &Test<'_>, text: &str) {
        if let Some(fact) = &test.fact {
            self.wrap(test.expr, &format!("{FACT_TEST}(\"{fact}\", "), text);
        }
        for (expr, reason) in &test.truths {
            self.wrap(expr, &format!("{}(", reason.function()), text);
        }
    }

    fn wrap(&mut self, expr: &AstExpr, opening: &str, text: &str) {
        let (begin, end) = (
            expr.span.begin().get() as usize,
            expr.span.end().get() as usize,
        );
        let glued = text
            .get(..begin)
            .and_then(|before| before.chars().next_back())
            .is_some_and(|last| last.is_alphanumeric() || last == '_');
        let space = if glued { " " } else { "" };
        self.inserted.push((begin, format!("{space}{opening}")));
        self.inserted.push((end, String::from(")")));
    }

    fn apply(mut self, text: &str) -> (String, Vec<(usize, usize)>) {
        self.inserted.sort_by_key(|(at, _)| *at);
        let mut bytes = text.to_owned();
        for (at, digits) in self.replaced {
            bytes.replace_range(at..at + digits.len(), &digits);
        }
        let mut changed = String::with_capacity(bytes.len() + 64);
        let mut insertions = Vec::with_capacity(self.inserted.len());
        let mut from = 0;
        for (at, inserted) in self.inserted {
            changed.push_str(bytes.get(from..at).unwrap_or_default());
            insertions.push((changed.len(), inserted.len()));
            changed.push_str(&inserted);
            from = at;
        }
        changed.push_str(bytes.get(from..).unwrap_or_default());
        (changed, insertions)
    }
}

/// What to write instead of a statement that Python has and deploy files have not.
fn python_only(line: &str) -> Option<&'static str> {
    const INSTEAD: [(&str, &str); 9] = [
        (
            "from ",
            "operations, facts and the host are there without an import; other files come with load(\"tasks/web.star\", \"web\")",
        ),
        (
            "import ",
            "operations, facts and the host are there without an import; other files come with load(\"tasks/web.star\", \"web\")",
        ),
        (
            "@",
            "there are no decorators: web = deploy(\"Web\", function) makes a deploy function",
        ),
        (
            "while ",
            "there is no `while`: loop over a list or a range with `for`",
        ),
        (
            "try:",
            "there are no exceptions: what can fail is an operation, with _ignore_errors = True",
        ),
        (
            "raise ",
            "there are no exceptions: fail(\"message\") ends the deploy",
        ),
        (
            "with ",
            "there is no `with`: global arguments are given in each call, or to a deploy function",
        ),
        (
            "class ",
            "there are no classes: struct(name = value) holds values together",
        ),
        (
            "assert ",
            "there is no `assert`: if not condition: fail(\"message\")",
        ),
    ];
    INSTEAD
        .iter()
        .find(|(start, _)| line.starts_with(start))
        .map(|(_, hint)| *hint)
}

/// The digits of an octal literal.
pub(crate) fn octal_digits(module: &AstModule, expr: &AstExpr) -> Option<String> {
    let Expr::Literal(AstLiteral::Int(_)) = &expr.node else {
        return None;
    };
    let file_span = module.file_span(expr.span);
    let text = file_span.source_span();
    text.strip_prefix("0o")
        .or_else(|| text.strip_prefix("0O"))
        .map(str::to_owned)
}

/// Lines with more than one call that is not an argument of another.
fn crowded_lines(module: &AstModule) -> BTreeSet<usize> {
    let mut lines: HashMap<usize, usize> = HashMap::new();
    for span in walk::outer_calls(module.statement()) {
        let line = module.file_span(span).resolve_span().begin.line + 1;
        *lines.entry(line).or_default() += 1;
    }
    lines
        .into_iter()
        .filter(|(_, count)| *count > 1)
        .map(|(line, _)| line)
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn evaluated(text: &str) -> String {
        let written = AstModule::parse("deploy.star", text.to_owned(), &dialect()).unwrap();
        Edits::of(&written, text).apply(text).0
    }

    #[test]
    fn octal_literals_are_text_of_the_same_length() {
        assert_eq!(
            evaluated("f(mode = 0o755, size = 755)\nM = 0O0644\n"),
            "f(mode = \"755\", size = 755)\nM = \"0644\"\n"
        );
    }

    #[test]
    fn truth_is_guarded_where_it_is_asked_for() {
        assert_eq!(
            evaluated("if x.changed:\n    pass\n"),
            "if __truth(x.changed):\n    pass\n"
        );
        assert_eq!(evaluated("a = not x\n"), "a = not __not(x)\n");
        assert_eq!(
            evaluated("a = x and y or z\n"),
            "a = __and(x) and __and(y) or z\n"
        );
        assert_eq!(
            evaluated("a = 1 if(x)else 2\n"),
            "a = 1 if(__truth(x))else 2\n"
        );
        assert_eq!(
            evaluated("if x == 1:\n    pass\n"),
            "if x == 1:\n    pass\n"
        );
        assert_eq!(
            evaluated("a = [y for y in z if y]\n"),
            "a = [y for y in z if __truth(y)]\n"
        );
    }

    #[test]
    fn conditions_on_facts_are_marked_through_variables() {
        assert_eq!(
            evaluated(
                "f = host.get_fact(facts.files.File, path = \"/x\")\nif f == None:\n    pass\n"
            ),
            "f = host.get_fact(facts.files.File, path = \"/x\")\nif __fact_test(\"files.File\", f == None):\n    pass\n"
        );
    }

    #[test]
    fn host_loops_keep_their_position() {
        assert_eq!(
            evaluated(
                "for x in host.loop([1]):\n    f(x)\nfor y in host.loop(z):\n    if y:\n        f(y)\n"
            ),
            "for x in __loop(0, host.loop([1])):\n    __loop_step(0); f(x)\nfor y in __loop(1, host.loop(z)):\n    if __truth(__loop_step(1, y)):\n        f(y)\n"
        );
    }

    #[test]
    fn places_go_back_to_what_was_written() {
        let text = "if x.changed and y.changed:\n    pass\n";
        let file = SourceFile::parse("deploy.star", text.to_owned()).unwrap();
        let changed = evaluated(text);
        let at = changed
            .find("__truth")
            .or_else(|| changed.find("__and(y"))
            .unwrap();
        let end = changed.rfind("):").unwrap() + 1;
        let span = Span::new(
            starlark::codemap::Pos::new(at as u32),
            starlark::codemap::Pos::new(end as u32),
        );
        assert_eq!(file.written_text(span), "y.changed");
    }
}
