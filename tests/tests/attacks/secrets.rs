//! Those who are after secrets: components that were given one, components that were given none, hosts that say what
//! looks like one.

use std::path::PathBuf;

use windlass_tests::{Outcome, Windlass, guest};

const CANARY: &str = "canary-4711-thief";

/// A value that nobody gave to anybody.
const OTHER: &str = "canary-4712-other";

fn windlass() -> Windlass {
    let windlass = Windlass::new().env("CANARY", CANARY);
    windlass.write("other", OTHER);
    windlass
}

/// Runs a deploy with the thief's pack, and fails where a value is shown.
fn run(windlass: &Windlass, command: &[&str], inventory: &str, deploy: &str) -> Outcome {
    windlass.write("deploy.star", deploy);
    let pack = guest("thief");
    let pack = pack.to_str().unwrap();
    let line = [
        &["--pack", pack, "-vvv"],
        command,
        &[inventory, "deploy.star"],
    ]
    .concat();
    let out = windlass.run(line);
    for canary in [CANARY, OTHER] {
        let reversed: String = canary.chars().rev().collect();
        for text in [&out.stdout, &out.stderr] {
            assert!(!text.contains(canary), "{out}");
            assert!(!text.contains(&reversed), "{out}");
        }
    }
    out
}

fn below(windlass: &Windlass, name: &str) -> String {
    windlass.dir().join(name).to_str().unwrap().to_owned()
}

#[test]
fn a_handle_says_nothing_of_its_value() {
    let windlass = windlass();
    let deploy = "thief.tell(name = \"Tells\", key = secret(\"env:CANARY\"))\n";
    let out = run(&windlass, &["plan", "--json"], "@local", deploy).succeeds();
    assert!(out.says("the key is Secret(0)"), "{out}");
    let deploy = "thief.guess(name = \"Guesses\", key = secret(\"env:CANARY\"))\n";
    let out = run(&windlass, &["plan"], "@local", deploy);
    assert_ne!(out.code, Some(0), "{out}");
    assert!(
        out.says("more than 64 comparisons with secrets in one call"),
        "{out}"
    );
}

#[test]
fn nothing_that_a_component_may_ask_while_planning_holds_a_value() {
    let windlass = windlass().env("BESIDE", OTHER);
    windlass.write(
        "inventory.toml",
        "[hosts.\"@local\".data]\nheld = { \"$secret\" = \"env:CANARY\" }\n\
         _sudo_password = { \"$secret\" = \"env:BESIDE\" }\n",
    );
    let deploy = "thief.wander(key = secret(\"env:CANARY\"), _env = {\"SHOWN\": \"x\"})\n";
    // `run` looks for the values in all that is shown, forwards and backwards.
    let out = run(&windlass, &["plan", "--json"], "inventory.toml", deploy).succeeds();
    let plan = out.json();
    let notes = plan["operations"][0]["hosts"][0]["notes"].as_array();
    let notes: Vec<&str> = notes
        .unwrap()
        .iter()
        .filter_map(|note| note.as_str())
        .collect();
    let notes = notes.join("\n");
    for told in [
        // Of the secrets of others it is told the names.
        r#"_sudo_password: Some(Object {"$secret": String("env:BESIDE")})"#,
        r#""held": Object {"$secret": String("env:CANARY")}"#,
        "empty: false",
        "this call has no secret number 1",
        "`what` takes no secret, and neither do the other arguments",
    ] {
        assert!(notes.contains(told), "no {told} in\n{notes}");
    }
}

#[test]
fn a_file_with_the_value_is_masked_before_the_component_reads_it() {
    let windlass = windlass();
    let dest = below(&windlass, "arrived");
    let deploy = format!(
        "thief.put(name = \"Puts\", key = secret(\"env:CANARY\"), dest = {dest:?})\n\
         thief.look(name = \"Looks\", path = {dest:?})\n"
    );
    let _ = run(&windlass, &["apply", "--yes"], "@local", &deploy).succeeds();
    // It was really there to be stolen.
    assert_eq!(windlass.read("arrived"), CANARY);
    let out = run(&windlass, &["plan", "--json"], "@local", &deploy).succeeds();
    assert!(out.says("reversed ********"), "{out}");
    assert!(out.says("plain ********"), "{out}");
}

#[test]
fn a_secret_that_nobody_gave_is_refused_wherever_it_stands() {
    let windlass = windlass();
    let dest = below(&windlass, "stolen");
    let source = format!("file:{}", below(&windlass, "other"));
    for call in [
        format!("thief.nested(source = {source:?}, dest = {dest:?})"),
        format!("thief.number(dest = {dest:?})"),
        format!("thief.password(source = {source:?})"),
        format!("thief.fact(source = {source:?})"),
    ] {
        let out = run(
            &windlass,
            &["apply", "--yes"],
            "@local",
            &format!("{call}\n"),
        );
        assert_ne!(out.code, Some(0), "{call}\n{out}");
        let said: String = out.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            said.contains("which is none of those that its call was given")
                && said
                    .contains("a component passes on secrets by number, and reads none by itself"),
            "{call}\n{out}"
        );
        assert!(!windlass.dir().join("stolen").exists(), "{call}\n{out}");
    }
}

#[test]
fn passwords_in_the_data_of_hosts_are_masked_for_components() {
    let windlass = windlass();
    windlass.write(
        "inventory.toml",
        format!(
            "[groups]\nall_hosts = [\"@local\", \"far\"]\n\n[hosts.\"@local\".data]\n_sudo_password = {CANARY:?}\n\n\
             [hosts.far.data]\nssh_password = {OTHER:?}\nport = \"not-hidden\"\n"
        ),
    );
    let command = ["plan", "--json", "--limit", "@local"];
    let out = run(&windlass, &command, "inventory.toml", "thief.data()\n").succeeds();
    assert!(out.says("not-hidden"), "{out}");
    assert!(out.says("********"), "{out}");
}

#[test]
fn what_a_host_says_is_no_secret_of_the_user() {
    let windlass = windlass();
    let source = format!("file:{}", below(&windlass, "other"));
    let said = format!("{{\"$secret\": \"{source}\"}}");
    windlass.write("said.json", &said);
    let (path, dest) = (below(&windlass, "said.json"), below(&windlass, "stolen"));
    // A host's text, decoded by the deploy: the host would have itself sent any file.
    let deploy = format!(
        "said = json.decode(host.get_fact(facts.server.Command, \"cat {path}\"))\n\
         files.put(name = \"Puts\", src = {{\"$content\": said}}, dest = {dest:?})\n"
    );
    let out = run(&windlass, &["apply", "--yes"], "@local", &deploy);
    assert_ne!(out.code, Some(0), "{out}");
    assert!(
        out.says("an object with the key `$secret` is no secret, wherever it comes from"),
        "{out}"
    );
    assert!(!windlass.dir().join("stolen").exists(), "{out}");
}

/// The file that a report names.
fn replay_file(out: &Outcome) -> PathBuf {
    let line = out
        .stderr
        .lines()
        .find_map(|line| line.split_once("windlass pack replay "))
        .unwrap_or_else(|| panic!("no replay is named: {out}"));
    line.1.trim().into()
}

#[test]
fn a_trap_is_reported_whole_and_seen_again_without_a_value() {
    let windlass = windlass();
    let deploy = "thief.trap(name = \"Traps\", key = secret(\"env:CANARY\"))\n";
    let out = run(&windlass, &["plan"], "@local", deploy);
    assert_ne!(out.code, Some(0), "{out}");
    for says in [
        "thief.trap: the plugin failed: wasm trap: wasm `unreachable` instruction executed",
        "in thief 0 (thief/thief.wasm, sha256 ",
        "), for @local",
        // A function of the guest's, by its name.
        "windlass_guest_thief::trap",
    ] {
        assert!(out.says(says), "{says}\n{out}");
    }
    let file = replay_file(&out);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains(CANARY), "{text}");
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);

    let file = file.to_str().unwrap();
    let thief = guest("thief");
    let thief = thief.to_str().unwrap();
    let again = windlass
        .run(["--pack", thief, "pack", "replay", file])
        .exits(1);
    assert!(again.says("thief.trap of thief"), "{again}");
    assert!(
        again.says("wasm `unreachable` instruction executed"),
        "{again}"
    );
    // Without the pack, and with another component in its place.
    let out = windlass.run(["pack", "replay", file]).exits(1);
    assert!(
        out.says("there is no fact `thief.trap`") || out.says("thief.trap"),
        "{out}"
    );
    let changed = text.replacen("\"digest\":\"", "\"digest\":\"0", 1);
    windlass.write("changed.json", changed);
    let out = windlass
        .run(["--pack", thief, "pack", "replay", "changed.json"])
        .exits(1);
    assert!(
        out.says("is another component than the one that failed"),
        "{out}"
    );
}
