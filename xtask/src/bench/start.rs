//! How long the command line takes to start.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::table;
use crate::failure::{Done, Failure};
use crate::guests;
use crate::workspace::{line_of, make_folder, target};

/// Of this many calls the median counts.
const CALLS: usize = 21;

/// Components of the pack that is added.
const COMPONENTS: usize = 100;

/// A deploy that finds everything as it wants it.
const NOTHING_TO_DO: &str = "files.directory(name = \"root\", path = \"/\")\n\
    files.file(name = \"none\", path = \"/nowhere/none\", present = False)\n";

/// The same, planned by a project.
const PLAN: &str = "plan @local deploy.star";

/// Measures, and prints a table.
pub(crate) fn print() -> Done {
    let folder = target().join("tmp/bench-start");
    let (plain, many) = (folder.join("plain"), folder.join("many"));
    for folder in [&plain, &many] {
        remake(folder)?;
        write(&folder.join("deploy.star"), NOTHING_TO_DO.as_bytes())?;
    }
    add_pack(&many)?;
    let calls = [
        (&plain, "--version"),
        (&plain, "exec @local -- true"),
        (&plain, PLAN),
        (&many, PLAN),
    ];
    // They take turns, so that whatever else the machine does falls on all of them.
    let mut times = calls.map(|_| Vec::new());
    for _ in 0..CALLS {
        for ((folder, line), times) in calls.iter().zip(&mut times) {
            let start = Instant::now();
            windlass(folder, line)?;
            times.push(start.elapsed().as_secs_f64() * 1000.0);
        }
    }
    let rows = calls.iter().zip(times).map(|((folder, line), times)| {
        let what = match *folder == &many {
            true => format!("the same in a project with a signed pack of {COMPONENTS} components"),
            false => format!("`windlass {line}`"),
        };
        vec![what, format!("{:.0}", median(times))]
    });
    let rows: Vec<_> = rows.collect();
    table::print("start-up", &["call", "milliseconds, median"], &rows);
    Ok(())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Makes a signed pack of many components, locks it in the folder and vendors it.
fn add_pack(folder: &Path) -> Done {
    let guest = guests::TESTS.components().join("echo.wasm");
    let guest = fs::read(&guest).map_err(|error| Failure::at(&guest, &error))?;
    let pack = folder.join("pack");
    make_folder(&pack)?;
    let mut manifest = String::from(
        "[pack]\nname = \"bench:many\"\nversion = \"1.0.0\"\nlicence = \"MIT\"\nsummary = \"Many components\"\n",
    );
    for number in 0..COMPONENTS {
        // A namespace of its own, as long as the guest's, so that every place in the component stays where it is.
        let name = format!("e{number:03}");
        write(
            &pack.join(format!("{name}.wasm")),
            &renamed(&guest, b"echo", name.as_bytes()),
        )?;
        let exports =
            ["ask", "say", "upload", "Length", "Word"].map(|export| format!("{name}.{export}"));
        manifest.push_str(&format!(
            "\n[[component]]\npath = \"{name}.wasm\"\nrole = \"planning\"\nexports = {exports:?}\n"
        ));
    }
    write(&pack.join("pack.toml"), manifest.as_bytes())?;
    windlass(folder, "pack keygen bench.key --no-password")?;
    let public = folder.join("bench.pub");
    let public = fs::read_to_string(&public).map_err(|error| Failure::at(&public, &error))?;
    let key = public.lines().last().unwrap_or_default();
    let trust = format!("[namespaces.bench]\nkeys = [\"bench\"]\n\n[keys]\nbench = \"{key}\"\n");
    write(&folder.join("trust.toml"), trust.as_bytes())?;
    windlass(folder, "pack sign pack --key bench.key")?;
    windlass(folder, "pack push --layout layout pack")?;
    windlass(folder, "pack add bench:many --oci-layout layout")
}

/// The bytes with every `from` replaced by `to`, which is as long.
fn renamed(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut made = bytes.to_vec();
    let places: Vec<usize> = bytes
        .windows(from.len())
        .enumerate()
        .filter_map(|(at, window)| (window == from).then_some(at))
        .collect();
    for at in places {
        if let Some(place) = made.get_mut(at..at + to.len()) {
            place.copy_from_slice(to);
        }
    }
    made
}

/// Calls the program in the folder, with a state of its own; it must succeed.
fn windlass(folder: &Path, line: &str) -> Done {
    let mut command = Command::new(target().join("release/windlass"));
    command.args(line.split(' ')).current_dir(folder);
    command.env("XDG_STATE_HOME", folder.join("state"));
    command.env("XDG_DATA_HOME", folder.join("data"));
    let output = command.stdin(Stdio::null()).output();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(Failure::new(format!(
            "`{}` failed: {}",
            line_of(&command),
            String::from_utf8_lossy(&output.stderr)
        ))),
        Err(error) => Err(Failure::new(format!("`{}`: {error}", line_of(&command)))),
    }
}

/// An empty folder.
fn remake(folder: &Path) -> Done {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| Failure::at(folder, &error))?;
    }
    make_folder(folder)
}

fn write(path: &Path, content: &[u8]) -> Done {
    fs::write(path, content).map_err(|error| Failure::at(path, &error))
}
