//! Guests that use up what they may use are ended, and say where they were.

use std::sync::Arc;

use windlass_engine::contract::RawOutput;
use windlass_engine::json::json;
use windlass_engine::plugins::{PluginError, Plugins};

use super::{end_of, say, saying, small};
use crate::testing::{Answers, guests, host, host_with};
use crate::{CodeCache, Host, Limits};

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
