//! How fake hosts answer, and how they go wrong.

use std::time::Duration;

use windlass_engine::connector::{Exit, OutputSink, Stream};

use super::script::Response;

/// Between two bytes of a slow answer.
const TRICKLE: Duration = Duration::from_millis(2);

/// A way to go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misbehaviour {
    /// Never answers.
    Hangs,
    /// Says status 0 and writes what makes no sense.
    Lies,
    /// Loses the connection in the middle of the output.
    Drops,
    /// Writes one byte at a time.
    Slow,
    /// Writes every byte there is, on both streams.
    Binary,
    /// Cannot be connected.
    Refuses,
}

impl Misbehaviour {
    /// Their names, in data.
    pub(crate) const NAMES: [&str; 6] = ["hang", "lie", "drop", "slow", "binary", "refuse"];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "hang" => Self::Hangs,
            "lie" => Self::Lies,
            "drop" => Self::Drops,
            "slow" => Self::Slow,
            "binary" => Self::Binary,
            "refuse" => Self::Refuses,
            _ => return None,
        })
    }
}

/// Writes a response; none when the connection is lost with it.
pub(crate) async fn answer(response: &Response, output: &mut dyn OutputSink) -> Option<Exit> {
    let exit = Exit {
        status: response.signal.is_none().then_some(response.status),
        signal: response.signal.clone(),
    };
    match response.misbehave {
        None | Some(Misbehaviour::Refuses) => {
            write(output, Stream::Stdout, response.stdout.as_bytes());
            write(output, Stream::Stderr, response.stderr.as_bytes());
        }
        Some(Misbehaviour::Hangs) => std::future::pending().await,
        Some(Misbehaviour::Lies) => {
            write(output, Stream::Stdout, b"%%% lorem\nipsum: {[ -1 \t\n");
            return Some(Exit::status(0));
        }
        Some(Misbehaviour::Drops) => {
            let half = response.stdout.len() / 2;
            let begun = response.stdout.as_bytes().get(..half).unwrap_or_default();
            write(output, Stream::Stdout, begun);
            return None;
        }
        Some(Misbehaviour::Slow) => {
            for (stream, text) in [
                (Stream::Stdout, &response.stdout),
                (Stream::Stderr, &response.stderr),
            ] {
                for byte in text.bytes() {
                    tokio::time::sleep(TRICKLE).await;
                    output.write(stream, &[byte]);
                }
            }
        }
        Some(Misbehaviour::Binary) => {
            let all: Vec<u8> = (0..=u8::MAX).collect();
            write(output, Stream::Stdout, &all);
            write(output, Stream::Stderr, &all);
        }
    }
    Some(exit)
}

fn write(output: &mut dyn OutputSink, stream: Stream, bytes: &[u8]) {
    if !bytes.is_empty() {
        output.write(stream, bytes);
    }
}
