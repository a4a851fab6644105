//! What the thread is evaluating, for values whose attributes get no evaluator.
//!
//! A host's deploy is evaluated on one thread from beginning to end, so the thread is where its context lives.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use starlark::environment::FrozenModule;
use starlark::eval::Evaluator;
use windlass_engine::deploy::HostContext;
use windlass_engine::place::{Frame, Place};

use crate::messages::mistake;
use crate::program::Program;
use crate::render::is_internal;

/// Why code is evaluated.
#[derive(Clone)]
pub(crate) enum Purpose {
    /// For a host, to collect operations.
    Preparing(HostContext),
    /// For a host, at execution.
    Executing(HostContext),
    /// Once for all hosts, to be loaded by other files.
    Loading(String),
    /// To decide something about a try of an operation.
    Deciding,
}

/// Functions that run at execution: the module that holds them, once it is frozen.
#[derive(Default)]
pub(crate) struct Later {
    pub(crate) module: OnceLock<FrozenModule>,
    count: AtomicUsize,
}

impl Later {
    /// The name of the next one in its module.
    pub(crate) fn next(&self) -> String {
        Self::name(self.count.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count.load(Ordering::Relaxed) == 0
    }

    fn name(at: usize) -> String {
        format!("__later_{at}")
    }
}

/// What is being evaluated.
#[derive(Clone)]
pub(crate) struct Current {
    pub(crate) purpose: Purpose,
    pub(crate) program: Arc<Program>,
    /// The frames around the file: of the call that included it.
    pub(crate) outer: Vec<Frame>,
    pub(crate) later: Arc<Later>,
}

thread_local! {
    static STACK: RefCell<Vec<Current>> = const { RefCell::new(Vec::new()) };
    static LOOPS: RefCell<HashMap<(String, u32), usize>> = RefCell::new(HashMap::new());
}

/// Ends when dropped.
pub(crate) struct Entered;

impl Drop for Entered {
    fn drop(&mut self) {
        STACK.with_borrow_mut(Vec::pop);
    }
}

impl Current {
    /// Makes it the thread's, until what is returned is dropped.
    pub(crate) fn enter(self) -> Entered {
        STACK.with_borrow_mut(|stack| stack.push(self));
        Entered
    }

    /// The thread's.
    pub(crate) fn get() -> starlark::Result<Self> {
        STACK
            .with_borrow(|stack| stack.last().cloned())
            .ok_or_else(|| mistake("there is no deploy here"))
    }

    /// The host, and whether it is executing. `what` was asked for.
    pub(crate) fn host(what: &str) -> starlark::Result<(HostContext, bool)> {
        match Self::get()?.purpose {
            Purpose::Preparing(host) => Ok((host, false)),
            Purpose::Executing(host) => Ok((host, true)),
            Purpose::Loading(file) => Err(mistake(format!(
                "{what} at the top of `{file}`, which is loaded once for all hosts\n  \
                 put it into a function and call that from the deploy, or use include(\"{file}\") instead of load"
            ))),
            Purpose::Deciding => Err(mistake(format!(
                "{what} inside `_retry_until`\n  it sees the try alone: its stdout_lines, stderr_lines, commands, host and operation"
            ))),
        }
    }

    /// True at execution.
    pub(crate) fn is_executing() -> bool {
        matches!(
            Self::get().map(|current| current.purpose),
            Ok(Purpose::Executing(_) | Purpose::Deciding)
        )
    }
}

/// Starts counting the rounds of a loop.
pub(crate) fn loop_begins(file: String, number: u32) {
    LOOPS.with_borrow_mut(|loops| loops.insert((file, number), 0));
}

/// Counts a round of a loop.
pub(crate) fn loop_steps(file: String, number: u32) {
    LOOPS.with_borrow_mut(|loops| *loops.entry((file, number)).or_default() += 1);
}

/// The place of the call that is being made, from the deploy file inwards.
pub(crate) fn place(eval: &Evaluator) -> Place {
    let Ok(current) = Current::get() else {
        return Place::default();
    };
    let mut frames = current.outer.clone();
    let mut source = None;
    for frame in eval.call_stack().frames {
        let Some(span) = frame.location.filter(|span| !is_internal(span)) else {
            continue;
        };
        let at = span.resolve_span().begin;
        let line = at.line + 1;
        let file = current.program.file_of(span.filename());
        let mut keys = BTreeSet::new();
        if let Some(file) = &file {
            if file.is_crowded(line) {
                keys.insert(format!("column {}", file.snippet(span.span).column));
            }
            source = Some(file.snippet(span.span).source.trim().to_owned());
            for number in file.loops_around(line) {
                let round =
                    LOOPS.with_borrow(|loops| loops.get(&(file.name.clone(), number)).copied());
                keys.extend(round.map(|round| format!("round {round}")));
            }
        }
        frames.push(Frame {
            file: span.filename().to_owned(),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            key: keys.into_iter().collect::<Vec<_>>().join(", "),
        });
    }
    Place { frames, source }
}
