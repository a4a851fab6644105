//! One call of a guest: what tells it apart from others, and how it is run.

use std::borrow::Cow;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use windlass_engine::plugins::GuestError;

use crate::alias::Alias;
use crate::bindings::exports::windlass::plugin::fact_source::Raw;
use crate::component::{Component, Opened};
use crate::guest::Guest;
use crate::memo::Value;
use crate::question::Fingerprint;
use crate::translate::{self, Refused};

/// A call of a guest: which function, with what.
pub(crate) enum Call<'a> {
    Plan { args: String },
    Source { args: Vec<String> },
    Parse { args: Vec<String>, output: &'a Raw },
}

impl Call<'_> {
    /// What tells it apart from all others, before anything was asked.
    pub(super) fn fingerprint(&self, component: &Component, name: &str) -> Fingerprint {
        let mut hash = Sha256::new();
        let mut add = |bytes: &[u8]| {
            // With lengths no two calls can run into each other.
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        add(component.digest.as_bytes());
        add(name.as_bytes());
        match self {
            Self::Plan { args } => {
                add(b"plan");
                add(args.as_bytes());
            }
            Self::Source { args } => {
                add(b"source");
                args.iter().for_each(|args| add(args.as_bytes()));
            }
            Self::Parse { args, output } => {
                add(b"parse");
                add(&args.len().to_le_bytes());
                args.iter().for_each(|args| add(args.as_bytes()));
                add(&output.status.to_le_bytes());
                add(&output.stdout);
                add(&output.stderr);
                output.values.iter().for_each(|value| add(value.as_bytes()));
            }
        }
        hash.finalize().into()
    }
}

/// What a guest that did not trap came to: its own error, or a value that may have to be refused, with its size.
pub(super) type Ran = Result<Result<(Value, usize), Refused>, GuestError>;

/// Runs a guest: it traps, or answers; its answer is an error, or a value that may have to be refused.
pub(super) async fn run(
    opened: &Opened,
    store: &mut wasmtime::Store<Guest>,
    name: &str,
    call: &Call<'_>,
    alias: Option<&Alias>,
) -> wasmtime::Result<Ran> {
    let name = alias.map_or(Cow::Borrowed(name), |alias| alias.inward(name));
    let name = name.as_ref();
    Ok(match call {
        Call::Plan { args } => opened.plan(store, name, args).await?.map(|planned| {
            let mut planned = translate::planned(planned)?;
            if let Some(alias) = alias {
                alias.planned(&mut planned);
            }
            let size = serde_json::to_string(&planned).map_or(0, |text| text.len());
            Ok((Value::Planned(Arc::new(planned)), size))
        }),
        Call::Source { args } => opened.source(store, name, args).await?.map(|origin| {
            let mut origin = translate::origin(origin)?;
            if let Some(alias) = alias {
                alias.origin(&mut origin);
            }
            let size = format!("{origin:?}").len();
            Ok((Value::Origin(Arc::new(origin)), size))
        }),
        Call::Parse { args, output } => {
            let values = opened.parse(store, name, args, output).await?;
            values.map(|values| {
                // Values take about three times their text.
                let size = values.iter().map(String::len).sum::<usize>() * 3;
                let values = translate::values(&values, args.len())?;
                Ok((Value::Values(Arc::new(values)), size))
            })
        }
    }
    .map_err(translate::guest_error))
}
