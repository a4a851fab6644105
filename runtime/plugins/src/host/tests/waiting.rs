//! Guests that wait: for the host, for a place, for each other.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use windlass_engine::json::json;
use windlass_engine::plugins::Plugins;

use super::{say, saying, small};
use crate::Limits;
use crate::testing::{Answers, host, host_with};

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
