//! Commands and files directly, outside any operation: from and to paths, bytes, readers and writers.

use std::io::{Cursor, Write};
use std::path::Path;

use windlass::{
    Config, Error, GlobalArguments, Inventory, Sink, Source, State, connect_all, disconnect_all,
};

/// Puts and fetches files below `folder`.
pub async fn run(folder: &str, out: &mut (dyn Write + Send)) -> Result<(), Error> {
    let mut say = |line: String| {
        let _ = writeln!(out, "{line}");
    };
    let inventory = Inventory::builder().hosts(["@local"]).build();
    let state = State::new(inventory, Config::default()).await?;
    connect_all(&state).await?;
    let host = state.host("@local")?;
    let plain = GlobalArguments::default();

    let hello = format!("{folder}/hello.txt");
    host.put(b"Hello, World!".to_vec(), &hello, &plain).await?;
    host.put(Path::new(&hello), &format!("{folder}/copy.txt"), &plain)
        .await?;
    let reader = Source::blocking(Cursor::new("from a reader"));
    host.put(reader, &format!("{folder}/reader.txt"), &plain)
        .await?;

    let mut content = Vec::new();
    host.get(&format!("{folder}/copy.txt"), &mut content, &plain)
        .await?;
    say(String::from_utf8_lossy(&content).into_owned());
    let mut writer = Cursor::new(Vec::new());
    let from = format!("{folder}/reader.txt");
    host.get(&from, Sink::Writer(&mut writer), &plain).await?;
    say(String::from_utf8_lossy(writer.get_ref()).into_owned());
    host.get(&hello, Path::new(&format!("{folder}/fetched.txt")), &plain)
        .await?;

    let timed = GlobalArguments {
        timeout: Some(30.0),
        ..GlobalArguments::default()
    };
    let result = host
        .run(&format!("cat {folder}/fetched.txt; exit 3"), &timed)
        .await?;
    say(format!(
        "{:?} {}",
        result.exit.status,
        result.output.stdout()
    ));
    if let Err(error) = host.get("/no/such/file", &mut Vec::new(), &plain).await {
        say(error.to_string());
    }
    disconnect_all(&state).await
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run("/tmp", &mut std::io::stdout()).await
}
