//! Tables as Markdown, for the terminal and for docs/design/performance.md.

/// Prints a table below its title.
pub(crate) fn print(title: &str, heads: &[&str], rows: &[Vec<String>]) {
    println!("\n{title}\n");
    println!("| {} |", heads.join(" | "));
    println!("|{}", " --- |".repeat(heads.len()));
    for row in rows {
        println!("| {} |", row.join(" | "));
    }
}
