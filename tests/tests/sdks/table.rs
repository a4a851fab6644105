//! The table of what each SDK can say, which stands in the docs.

use std::fmt::Write as _;

use crate::calls::cases;
use crate::components::{Language, root};

const BEGIN: &str = "<!-- The table is written by the tests; see tests/tests/sdks. -->\n";
const END: &str = "<!-- end of the table -->\n";

/// A row for each thing that cases show, with how many of them each language passes.
fn table() -> String {
    let cases = cases();
    let mut rows: Vec<&str> = Vec::new();
    for case in &cases {
        if !rows.contains(&case.shows.as_str()) {
            rows.push(&case.shows);
        }
    }
    let names = Language::ALL.map(Language::name).join(" | ");
    let mut table = format!("| What | {names} |\n| --- | --- | --- | --- | --- |\n");
    for row in rows {
        let _ = write!(table, "| {row} |");
        let count = cases.iter().filter(|case| case.shows == row).count();
        for _ in Language::ALL {
            let _ = write!(table, " {count} |");
        }
        table.push('\n');
    }
    table
}

/// Compares the docs with the suite, or writes them.
pub(crate) fn check(write: bool) {
    let path = root().join("docs/src/sdks.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("the table begins");
    let (there, after) = rest.split_once(END).expect("the table ends");
    let table = table();
    if write {
        std::fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
    } else {
        assert_eq!(there, table, "run with WINDLASS_CONFORMANCE=write");
    }
}
