//! The host with real guests: those of `tests/guests`, which `cargo xtask plugins` builds.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use windlass_engine::contract::{Action, Part};
use windlass_engine::json::json;
use windlass_engine::local_files::Readable;
use windlass_engine::plugins::ErrorKind;

use super::*;
use crate::testing::{Answers, guests, host, host_with};
use crate::{CodeCache, LoadError, Pack};

fn saying(said: &str, user: &str) -> Answers {
    Answers::default()
        .fact("echo.Word", json!(said))
        .globals(&[("_sudo_user", json!(user))])
}

async fn say(host: &Host, text: &str, view: Arc<dyn PlanningView>) -> Arc<Planned> {
    host.plan("echo.say", &json!({"text": text}), view)
        .await
        .unwrap()
}

#[tokio::test]
async fn an_operation_is_planned() {
    let host = host(&["echo"]).await;
    let view = Arc::new(saying("nothing", "ann"));
    let planned = say(&host, "it's", view.clone()).await;
    let [step] = planned.steps.as_slice() else {
        panic!("{planned:?}")
    };
    let Action::Shell(shell) = &step.action else {
        panic!("{step:?}")
    };
    let words: Vec<&Part> = shell
        .text
        .iter()
        .filter(|part| matches!(part, Part::Word(_)))
        .collect();
    assert_eq!(
        words,
        [
            &Part::Word(String::from("ann")),
            &Part::Word(String::from("it's"))
        ]
    );
    let [prediction] = step.predictions.as_slice() else {
        panic!("{step:?}")
    };
    assert_eq!(&*prediction.fact, "echo.Word");
    assert_eq!(*prediction.args, json!({"name": "said"}));
    assert_eq!(prediction.value.as_deref(), Some(&json!("it's")));
    let planned = say(&host, "it's", saying("it's", "ann").view()).await;
    assert!(planned.steps.is_empty());
    assert_eq!(planned.notes, ["it is said already"]);
    let log = view.log.lock().unwrap();
    assert_eq!(*log, [(String::from("info"), String::from("saying it's"))]);
}

#[tokio::test]
async fn facts_have_a_source_and_a_parser() {
    let host = host(&["echo"]).await;
    let args = [json!({"name": "a b"})];
    let view = || Answers::default().view();
    let Origin::Shell(shell) = host.source("echo.Word", &args, view()).await.unwrap() else {
        panic!("no command")
    };
    assert!(shell.text.contains(&Part::Word(String::from("a b"))));
    let output = RawOutput {
        stdout: b"hello".to_vec(),
        ..RawOutput::default()
    };
    let parsed = host.parse("echo.Word", &args, output, view()).await;
    assert_eq!(parsed.unwrap(), [json!("hello")]);
    let Origin::Derived(facts) = host.source("echo.Length", &args, view()).await.unwrap() else {
        panic!("not derived")
    };
    assert_eq!(facts.first().unwrap().fact, "echo.Word");
    let output = RawOutput {
        values: vec![json!("four")],
        ..RawOutput::default()
    };
    let parsed = host.parse("echo.Length", &args, output, view()).await;
    assert_eq!(parsed.unwrap(), [json!(4)]);
}

#[tokio::test]
async fn two_hundred_hosts_in_one_state_cost_one_call() {
    let host = host(&["echo"]).await;
    let first = say(&host, "x", saying("y", "ann").view()).await;
    for _ in 1..200 {
        let view = Arc::new(saying("y", "ann"));
        let planned = say(&host, "x", view.clone()).await;
        assert!(Arc::ptr_eq(&first, &planned));
        assert_eq!(view.log.lock().unwrap().len(), 1);
        assert_eq!(view.asked.load(Ordering::Relaxed), 2);
    }
    let stats = host.stats();
    assert_eq!((stats.guest_calls, stats.remembered), (1, 199));
    assert!(stats.memo_bytes > 0);
    // Another answer is another plan; what it has in common is asked once.
    let view = Arc::new(saying("y", "bob"));
    assert!(!Arc::ptr_eq(&first, &say(&host, "x", view.clone()).await));
    assert_eq!(view.asked.load(Ordering::Relaxed), 2);
    assert_eq!(host.stats().guest_calls, 2);
    host.run_ended();
    assert_eq!(host.stats().memo_bytes, 0);
    say(&host, "x", saying("y", "ann").view()).await;
    assert_eq!(host.stats().guest_calls, 3);
}

#[tokio::test]
async fn a_guest_s_error_is_an_answer() {
    let host = host(&["echo"]).await;
    let args = json!({"text": "x", "fail": true});
    for _ in 0..2 {
        let result = host.plan("echo.say", &args, Answers::default().view());
        let Err(PluginError::Guest(error)) = result.await else {
            panic!("no error")
        };
        assert_eq!(error.kind, ErrorKind::InvalidValue);
        assert_eq!(error.message, "it was to fail");
        assert_eq!(error.at.as_deref(), Some("fail"));
    }
    assert_eq!(host.stats().guest_calls, 1);
    let args = json!({"text": "x"});
    let missing = host.plan("echo.say", &args, Answers::default().view());
    let Err(PluginError::Guest(error)) = missing.await else {
        panic!("no error")
    };
    assert_eq!(error.kind, ErrorKind::MissingFact);
}

fn small() -> Limits {
    Limits {
        running: Duration::from_millis(100),
        memory: 32 << 20,
        host_calls: 1000,
        transfer: 1 << 20,
        log_lines: 100,
        ..Limits::default()
    }
}

async fn end_of(host: &Host, operation: &str) -> (String, String) {
    let args = json!({});
    match host.plan(operation, &args, Answers::default().view()).await {
        Err(PluginError::Trap { pack, report }) => (pack, report),
        other => panic!("{operation}: {other:?}"),
    }
}

#[tokio::test]
async fn guests_that_misbehave_are_ended_and_reported() {
    let host = host_with(&["hostile", "echo"], small()).await;
    for (operation, cause) in [
        ("trap", "unreachable"),
        ("spin", "it ran for more than 100ms without an answer"),
        ("spin_after_asking", "it ran for more than 100ms"),
        ("grow", "it needs more than 32 MiB of memory"),
        ("recurse", "out of bounds memory access"),
        ("flood_log", "more than 100 lines"),
        (
            "flood_questions",
            "it asked the host more than 1000 questions",
        ),
        (
            "flood_plan",
            "it gave more at once than the limit `output` allows",
        ),
    ] {
        let (pack, report) = end_of(&host, &format!("hostile.{operation}")).await;
        assert_eq!(pack, "test 1.0.0");
        assert!(report.contains(cause), "{operation}: {report}");
        let named = report.starts_with(&format!("hostile.{operation}: the plugin failed: "));
        assert!(named, "{report}");
        // Others go on.
        say(&host, operation, saying("y", "ann").view()).await;
    }
    let calls = host.stats().guest_calls;
    end_of(&host, "hostile.trap").await;
    assert_eq!(host.stats().guest_calls, calls + 1, "a trap was remembered");
}

#[tokio::test]
async fn a_pack_s_own_limits_hold_where_they_are_lower() {
    let own = Limits {
        memory: 8 << 20,
        log_lines: 5000,
        ..Limits::default()
    };
    let builder = Host::builder().cache(CodeCache::Off).limits(small());
    let builder = builder.load(guests(&["hostile"]).limited(own));
    let host = builder.build().await.unwrap();
    let (_, report) = end_of(&host, "hostile.grow").await;
    assert!(report.contains("more than 8 MiB of memory"), "{report}");
    let (_, report) = end_of(&host, "hostile.flood_log").await;
    assert!(report.contains("more than 100 lines"), "{report}");
}

/// A host that counts fuel, as the policy or a pack's manifest says.
async fn fuelled(host: Option<u64>, pack: Option<u64>) -> Arc<Host> {
    let limits = |fuel| Limits {
        fuel,
        ..Limits::default()
    };
    let builder = Host::builder().cache(CodeCache::Off).limits(limits(host));
    let pack = guests(&["hostile", "echo"]).limited(limits(pack));
    builder.load(pack).build().await.unwrap()
}

/// Work is the same on every machine and at every run, as time is not.
#[tokio::test]
async fn fuel_ends_a_guest_at_the_same_instruction_each_time() {
    let mut reports = Vec::new();
    for (host, pack) in [
        (None, Some(2_000_000)),
        (Some(2_000_000), None),
        (Some(2_000_000), Some(3_000_000)),
        (Some(3_000_000), Some(2_000_000)),
    ] {
        let host = fuelled(host, pack).await;
        for _ in 0..2 {
            reports.push(end_of(&host, "hostile.spin").await.1);
        }
        // It has enough for what it is meant for, again and again.
        for text in ["one", "two", "three"] {
            say(&host, text, saying(text, "ann").view()).await;
        }
    }
    let first = reports[0].clone();
    let says = "hostile.spin: the plugin failed: it used up its fuel of 2000000\n  0: ";
    assert!(first.starts_with(says), "{first}");
    assert_eq!(reports, vec![first; 8]);
}

#[tokio::test]
async fn fuel_that_is_too_little_to_describe_a_component_is_told() {
    let little = Limits {
        fuel: Some(100),
        ..Limits::default()
    };
    let builder = Host::builder().cache(CodeCache::Off);
    let built = builder.load(guests(&["echo"]).limited(little)).build();
    let Err(error) = built.await else {
        panic!("it was loaded")
    };
    let error = error.to_string();
    assert!(error.contains("it used up its fuel of 100"), "{error}");
}

/// The standard pack's embedded code does not count: under a policy with fuel it is compiled anew, and kept.
#[tokio::test]
async fn the_standard_pack_counts_where_it_must() {
    let folder = tempfile::tempdir().unwrap();
    let cache = CodeCache::Folder(folder.path().join("cache"));
    for round in 0..2 {
        let limits = Limits {
            fuel: Some(1000),
            ..Limits::default()
        };
        let builder = Host::builder().cache(cache.clone()).limits(limits);
        let host = builder.load(crate::standard().unwrap());
        let host = host.build().await.unwrap();
        let kept = || entries(&folder.path().join("cache"));
        assert_eq!(kept(), round, "starting compiles nothing");
        let args = json!({"commands": ["true"]});
        let planned = host.plan("server.shell", &args, Answers::default().view());
        let Err(PluginError::Trap { report, .. }) = planned.await else {
            panic!("it had enough")
        };
        assert!(report.contains("it used up its fuel of 1000"), "{report}");
        assert_eq!(kept(), 1);
    }
}

#[tokio::test]
async fn a_trap_shows_the_guest_s_stack() {
    let host = host(&["hostile"]).await;
    let (_, report) = end_of(&host, "hostile.trap").await;
    let mut frames = report.lines().skip(1);
    assert!(frames.next().unwrap().starts_with("  0: "), "{report}");
    let args = [json!({})];
    let output = RawOutput::default();
    let parsed = host.parse("hostile.Broken", &args, output, Answers::default().view());
    let Err(PluginError::Trap { report, .. }) = parsed.await else {
        panic!("no trap")
    };
    assert!(report.starts_with("hostile.Broken: "), "{report}");
}

#[tokio::test]
async fn waiting_for_the_host_is_not_running() {
    let host = host_with(&["echo"], small()).await;
    let view = saying("late", "ann")
        .delay(Duration::from_millis(400))
        .view();
    assert_eq!(say(&host, "late", view).await.notes, ["it is said already"]);
    // Neither is waiting often, although the clock goes on each time.
    let view = saying("late", "ann")
        .delay(Duration::from_millis(12))
        .view();
    let planned = host.plan("echo.ask", &json!({"times": 30}), view).await;
    assert_eq!(planned.unwrap().notes.len(), 30);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_guests_wait_than_there_are_places() {
    let host = host(&["echo"]).await;
    let count: usize = 300;
    let mut running = tokio::task::JoinSet::new();
    for number in 0..count {
        let host = host.clone();
        running.spawn(async move {
            let text = format!("text {number}");
            let view = Arc::new(saying(&text, "ann").delay(Duration::from_millis(100)));
            let planned = say(&host, &text, view.clone()).await;
            let logged = view.log.lock().unwrap().len();
            (
                planned.notes.len(),
                logged,
                view.asked.load(Ordering::Relaxed),
            )
        });
    }
    // Those that left and began anew neither ask nor log twice.
    while let Some(done) = running.join_next().await {
        assert_eq!(done.unwrap(), (1, 1, 1));
    }
    assert_eq!(host.stats().guest_calls, count as u64);
    // A call that was left is remembered with all that it asked.
    let view = Arc::new(saying("text 299", "ann"));
    say(&host, "text 299", view.clone()).await;
    assert_eq!(
        (host.stats().remembered, view.log.lock().unwrap().len()),
        (1, 1)
    );
    // A guest leaves a few times only; then it waits where it is.
    let mut running = tokio::task::JoinSet::new();
    for number in 0..100 {
        let host = host.clone();
        running.spawn(async move {
            let user = format!("user {number}");
            let view = Arc::new(saying("x", &user).delay(Duration::from_millis(5)));
            let args = json!({"times": 12 + number % 2});
            let planned = host.plan("echo.ask", &args, view.clone()).await;
            let logger = view.logger.lock().unwrap().clone();
            (planned.unwrap().notes.len(), logger)
        });
    }
    // Also one that began anew logs under its component's name.
    while let Some(done) = running.join_next().await {
        let (notes, logger) = done.unwrap();
        assert!(matches!(notes, 12 | 13));
        assert_eq!(logger, "test/echo.wasm");
    }
}

#[tokio::test]
async fn local_files_are_read_where_they_were_granted() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a"), "content").unwrap();
    let host = host(&["echo"]).await;
    let path = camino::Utf8Path::from_path(folder.path()).unwrap();
    let args = json!({"src": "a", "dest": "/a"});
    let info = host.operation("echo.upload").unwrap();
    let granted = crate::local_path_arguments(&info, &args);
    let view = Answers::default().files(crate::local_files(path, &Readable::named(&granted)));
    let planned = host.plan("echo.upload", &args, view.view()).await.unwrap();
    assert_eq!(planned.notes, [crate::index::digest(b"content")]);
    let view = Answers::default().files(crate::local_files(path, &Readable::default()));
    let Err(PluginError::Guest(error)) = host.plan("echo.upload", &args, view.view()).await else {
        panic!("it was read")
    };
    assert_eq!(error.kind, ErrorKind::Denied);
    // A file that changed is another answer.
    std::fs::write(folder.path().join("a"), "changed").unwrap();
    let view = Answers::default().files(crate::local_files(path, &Readable::named(&granted)));
    let planned = host.plan("echo.upload", &args, view.view()).await.unwrap();
    assert_eq!(planned.notes, [crate::index::digest(b"changed")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_guest_that_never_answers_lets_others_go_on() {
    let limits = Limits {
        running: Duration::from_secs(3600),
        ..Limits::default()
    };
    let host = host_with(&["hostile", "echo"], limits).await;
    let spinning = tokio::spawn({
        let host = host.clone();
        async move {
            let args = json!({});
            let view = Answers::default().view();
            host.plan("hostile.spin", &args, view).await.is_ok()
        }
    });
    // With one thread for both, this ends only if the other yields.
    let other = tokio::spawn(async move { say(&host, "x", saying("x", "a").view()).await });
    assert_eq!(other.await.unwrap().notes, ["it is said already"]);
    spinning.abort();
    assert!(spinning.await.unwrap_err().is_cancelled());
}

#[tokio::test]
async fn what_a_later_version_says_is_refused_by_name() {
    let host = host(&["newer"]).await;
    for (operation, cause) in [
        (
            "step",
            "a step of the kind `teleport` needs a newer windlass",
        ),
        ("field", "the step's `priority` needs a newer windlass"),
        ("json", "the arguments of a nested operation is no JSON"),
    ] {
        let (_, report) = end_of(&host, &format!("newer.{operation}")).await;
        assert!(report.contains(cause), "{report}");
    }
}

async fn refusal(names: &[&str]) -> LoadError {
    let builder = Host::builder().cache(CodeCache::Off).load(guests(names));
    match builder.build().await {
        Ok(_) => panic!("{names:?} were loaded"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_component_that_could_act_is_refused() {
    assert_eq!(
        refusal(&["acting"]).await.to_string(),
        "test/acting.wasm is refused: it imports `windlass:plugin/target@0.1.0`\n  a component with operations or \
         facts may import facts, context, local-files, secrets, log, types of the contract, and nothing that acts"
    );
}

#[tokio::test]
async fn two_components_cannot_share_a_namespace() {
    assert_eq!(
        refusal(&["echo", "twin"]).await.to_string(),
        "both test/echo.wasm and test/twin.wasm have the namespace `echo`\n  a pack has each namespace once, and \
         `as` in packs.toml is for packs with one namespace"
    );
    let mut twin = guests(&["twin"]);
    twin.name = String::from("other:the-twin");
    let mut echo = guests(&["echo"]);
    echo.name = String::from("acme:echo");
    let both = |twin: Pack| {
        let builder = Host::builder().cache(CodeCache::Off);
        builder.load(echo.clone()).load(twin).build()
    };
    let Err(error) = both(twin.clone()).await else {
        panic!("both were loaded")
    };
    assert_eq!(
        error.to_string(),
        "both acme:echo/echo.wasm and other:the-twin/twin.wasm have the namespace `echo`\n  give it another one in \
         packs.toml: \"other:the-twin\" = { …, as = \"other_the_twin\" }"
    );
    let host = both(twin.named(Some(String::from("twin")))).await.unwrap();
    let names: Vec<String> = host
        .operations()
        .iter()
        .map(|info| info.name.clone())
        .collect();
    assert!(names.contains(&String::from("echo.say")), "{names:?}");
    assert!(
        names.iter().any(|name| name.starts_with("twin.")),
        "{names:?}"
    );
}

/// A component calls its own facts by its own namespace, whatever it is called here.
#[tokio::test]
async fn a_pack_with_another_namespace_is_the_same_pack() {
    let pack = guests(&["echo"]).named(Some(String::from("parrot")));
    let builder = Host::builder().cache(CodeCache::Off).load(pack);
    let host = builder.build().await.unwrap();
    assert!(host.operation("echo.say").is_err());
    let view = Answers::default().fact("parrot.Word", json!("old")).view();
    let planned = host.plan("parrot.say", &json!({"text": "new"}), view).await;
    let planned = planned.unwrap();
    assert!(!planned.steps.is_empty());
    let predicted: Vec<&str> = planned
        .steps
        .iter()
        .flat_map(|step| &step.predictions)
        .map(|prediction| prediction.fact.as_ref())
        .collect();
    assert_eq!(predicted, ["parrot.Word"]);
    let args = [json!({"name": "x"})];
    let origin = host.source("parrot.Length", &args, Answers::default().view());
    let Origin::Derived(from) = origin.await.unwrap() else {
        panic!("it derives")
    };
    assert_eq!(from[0].fact, "parrot.Word");
}

#[tokio::test]
async fn what_is_no_component_is_refused() {
    let part = crate::PackComponent::new("x.wasm", b"\0asm but no more".to_vec());
    let pack = Pack::new("bad", "1", vec![part]);
    let builder = Host::builder().cache(CodeCache::Off).load(pack);
    let Err(error) = builder.build().await else {
        panic!("it was loaded")
    };
    assert!(
        error
            .to_string()
            .starts_with("bad/x.wasm is no valid component: "),
        "{error}"
    );
}

#[tokio::test]
async fn unknown_names_have_a_nearest_one() {
    let host = host(&["echo"]).await;
    assert_eq!(
        host.operation("echo.sya").unwrap_err().to_string(),
        "there is no operation `echo.sya`, did you mean `echo.say`?"
    );
    assert_eq!(
        host.fact("echo.word").unwrap_err().to_string(),
        "there is no fact `echo.word`, did you mean `echo.Word`?"
    );
    let names: Vec<String> = host
        .operations()
        .iter()
        .map(|info| info.name.clone())
        .collect();
    assert_eq!(names, ["echo.ask", "echo.say", "echo.upload"]);
}

/// How many entries are in a cache's folder.
fn entries(cache: &Path) -> usize {
    let files = std::fs::read_dir(cache).into_iter().flatten();
    let code = |path: &Path| path.extension().is_some_and(|end| end == "code");
    files
        .filter(|file| code(&file.as_ref().unwrap().path()))
        .count()
}

#[tokio::test]
async fn kept_code_runs_without_asking_the_guest_again() {
    let folder = tempfile::tempdir().unwrap();
    let cache = CodeCache::Folder(folder.path().join("code"));
    for round in 0..2 {
        let builder = Host::builder().cache(cache.clone()).load(guests(&["echo"]));
        let host = builder.build().await.unwrap();
        assert!(host.warnings().is_empty(), "{:?}", host.warnings());
        let planned = say(&host, "x", saying("x", "ann").view()).await;
        assert_eq!(planned.notes, ["it is said already"], "round {round}");
    }
    assert_eq!(entries(&folder.path().join("code")), 1);
}

#[tokio::test]
async fn a_cache_that_cannot_be_trusted_costs_a_warning_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let open = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(folder.path(), open).unwrap();
    let cache = CodeCache::Folder(folder.path().to_owned());
    let builder = Host::builder().cache(cache).load(guests(&["echo"]));
    let host = builder.build().await.unwrap();
    let [warning] = host.warnings() else {
        panic!("{:?}", host.warnings())
    };
    assert!(warning.contains("has mode 777"), "{warning}");
    say(&host, "x", saying("x", "ann").view()).await;
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn code_for_every_processor_runs_here() {
    let pack = guests(&["echo"]);
    let bytes = pack.components.first().unwrap().bytes.to_vec();
    let ahead = crate::compile_ahead("echo", bytes.clone()).await.unwrap();
    assert_eq!(ahead.namespace, "echo");
    let index = crate::index::Index::read(ahead.index.as_bytes()).unwrap();
    let mut part = crate::PackComponent::new("echo.wasm", bytes);
    part.compiled = Some((Box::leak(ahead.code.into_boxed_slice()), index));
    let builder = Host::builder()
        .cache(CodeCache::Off)
        .load(Pack::new("test", "1", vec![part]));
    let host = builder.build().await.unwrap();
    let planned = say(&host, "x", saying("x", "ann").view()).await;
    assert_eq!(planned.notes, ["it is said already"]);
}
