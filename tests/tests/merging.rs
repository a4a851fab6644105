//! Requests of one fact share a program where the host's takes several, and are asked one by one where it doesn't.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::os::unix::fs::PermissionsExt as _;

use windlass_tests::Windlass;

const DEPLOY: &str = r#"
for i in range(5):
    files.file(path = "%s/it's %d" % (host.data.root, i), mode = "640")
    files.directory(path = "%s/d%d" % (host.data.root, i), mode = "750")
    files.put(src = "source", dest = "%s/p%d" % (host.data.root, i))
"#;

/// A folder in which all is as the deploy says, except that `p3` has another content.
fn nearly_done() -> Windlass {
    let windlass = Windlass::new();
    windlass.write("deploy.star", DEPLOY);
    windlass.write("source", "content\n");
    let mode = |path: &std::path::Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    for i in 0..5 {
        mode(&windlass.write(format!("root/it's {i}"), "x"), 0o640);
        windlass.write(format!("root/p{i}"), "content\n");
        let folder = windlass.dir().join(format!("root/d{i}"));
        std::fs::create_dir(&folder).unwrap();
        mode(&folder, 0o750);
    }
    windlass.write("root/p3", "another\n");
    windlass
}

/// Puts a program in front of the host's own. What it is called with is written to `NAME.calls`, a line a call.
fn with_program(windlass: Windlass, name: &str, script: &str) -> Windlass {
    let calls = windlass.dir().join(format!("{name}.calls"));
    let text = format!(
        "#!/bin/sh\necho \"$*\" >> '{}'\n{script}\n",
        calls.display()
    );
    let program = windlass.write(format!("bin/{name}"), text);
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!(
        "{}:{}",
        windlass.dir().join("bin").display(),
        std::env::var("PATH").unwrap()
    );
    windlass.env("PATH", path)
}

/// The plan, and the calls of a program that ask about the deploy's paths.
fn plan(windlass: &Windlass, program: &str, more: &[&str]) -> (String, Vec<String>) {
    let root = format!("root={}/root", windlass.dir().display());
    let line = ["plan", "@local", "deploy.star", "--data", &root];
    let plan = windlass.run([line.as_slice(), more].concat()).succeeds();
    let calls = windlass.read(format!("{program}.calls"));
    let about = |line: &&str| line.contains("/root/");
    (
        plan.stdout,
        calls.lines().filter(about).map(str::to_owned).collect(),
    )
}

/// How many of the calls have several of the deploy's paths.
fn joint(calls: &[String]) -> usize {
    let several = |call: &&String| call.matches("/root/").count() > 1;
    calls.iter().filter(several).count()
}

/// The operations that a plan lists: `p3` alone.
fn lists_only_p3(plan: &str) {
    let listed = plan.lines().filter(|line| line.contains("deploy.star"));
    let listed: Vec<&str> = listed.collect();
    assert_eq!(listed.len(), 1, "{plan}");
    assert!(listed[0].ends_with("/root/p3) (deploy.star:5)"), "{plan}");
}

#[test]
fn many_paths_share_one_program() {
    for (program, own) in [("stat", "/usr/bin/stat"), ("sha1sum", "/usr/bin/sha1sum")] {
        let windlass = with_program(nearly_done(), program, &format!("exec {own} \"$@\""));
        let (together, calls) = plan(&windlass, program, &[]);
        lists_only_p3(&together);
        assert!(joint(&calls) > 0, "{calls:#?}");
        let merged = calls.len();

        let windlass = with_program(nearly_done(), program, &format!("exec {own} \"$@\""));
        let (apart, calls) = plan(&windlass, program, &["--no-batch"]);
        lists_only_p3(&apart);
        assert_eq!(joint(&calls), 0, "{calls:#?}");
        assert!(merged < calls.len(), "{merged} calls; apart {calls:#?}");
    }
}

#[test]
fn programs_that_take_one_are_called_for_each() {
    for (program, script) in [
        // As on BSD: other options. The last resort is `ls`.
        ("stat", "exit 1"),
        // One path only.
        (
            "sha1sum",
            "[ $# = 1 ] && exec /usr/bin/sha1sum \"$1\"; exit 1",
        ),
        // Output of another form.
        (
            "sha1sum",
            "for f; do :; done; s=$(/usr/bin/sha1sum -- \"$f\"); echo \"SHA1 ($f) = ${s%% *}\"",
        ),
    ] {
        let windlass = with_program(nearly_done(), program, script);
        let (plan, calls) = plan(&windlass, program, &[]);
        lists_only_p3(&plan);
        assert!(joint(&calls) > 0, "{program}: {calls:#?}");
        assert!(calls.len() > joint(&calls) + 3, "{program}: {calls:#?}");
    }
}
