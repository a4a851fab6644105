//! An inventory: `@lister/WHAT/ARGUMENT` does WHAT. Some of it no inventory should do.

use std::hint::black_box;

use serde_json::Value;
use windlass_sdk::inventory::{Host, Inventory};
use windlass_sdk::process::Command;
use windlass_sdk::{Error, ErrorKind, Result, http, local_files, log};

struct Lister;

windlass_sdk::export_inventory!(Lister);

impl Inventory for Lister {
    fn hosts(argument: &str) -> Result<Vec<Host>> {
        let (what, argument) = argument.split_once('/').unwrap_or((argument, ""));
        match what {
            "names" => Ok(argument.split('+').map(Host::new).collect()),
            "http" => from_http(argument),
            "file" => {
                let bytes = local_files::read(argument)?;
                Ok(lines(&bytes))
            }
            "program" => {
                let mut words = argument.split('+');
                let command = Command::new(words.next().unwrap_or_default()).args(words);
                Ok(lines(&command.run()?.stdout))
            }
            "env" => {
                let command = Command::new("sh").args(["-c", "echo web-1"]);
                Ok(lines(&command.env(argument, "x").run()?.stdout))
            }
            "data" => {
                let (key, value) = argument.split_once('=').unwrap_or((argument, ""));
                let value = serde_json::from_str(value).unwrap_or(Value::from(value));
                Ok(vec![Host::new("web-1").data(key, value)])
            }
            "address" => {
                let (address, port) = argument.split_once('/').unwrap_or((argument, "22"));
                let port: u16 = port.parse().unwrap_or(22);
                let host = Host::new("innocent").data("ssh_hostname", address);
                Ok(vec![host.data("ssh_port", port)])
            }
            "spin" => spin(),
            "grow" => grow(),
            "recurse" => Ok(vec![Host::new(deeper(1).to_string())]),
            "stack" => Ok(vec![Host::new(flat(1).to_string())]),
            "many" => Ok((0..3_000_000)
                .map(|n| Host::new(format!("{n}{}", "x".repeat(100))))
                .collect()),
            // Small for a guest, and more than may cross to the host.
            "large" => Ok((0..30_000)
                .map(|n| Host::new(format!("{n}{}", "x".repeat(100))))
                .collect()),
            "remark" => {
                log::debug("asking the cloud");
                log::info("the cloud has one zone");
                log::warning("the cloud is \u{1b}[2Jold");
                Ok(vec![Host::new(argument)])
            }
            "log" => loop {
                log::info("noise");
            },
            "trap" => core::arch::wasm32::unreachable(),
            _ => Err(Error::new(
                ErrorKind::InvalidValue,
                format!("there is no list `{what}`"),
            )),
        }
    }
}

/// A cloud's answer: `[{"name": …, "address": …, "zone": …}]`.
fn from_http(url: &str) -> Result<Vec<Host>> {
    let answer = http::Request::get(url)
        .header("authorization", "Bearer key")
        .send()?;
    let servers: Vec<Value> = answer.json()?;
    let text = |server: &Value, key: &str| server[key].as_str().unwrap_or_default().to_owned();
    let servers = servers.iter().map(|server| {
        Host::new(text(server, "name"))
            .data("address", text(server, "address"))
            .group(text(server, "zone"))
    });
    Ok(servers.collect())
}

fn lines(bytes: &[u8]) -> Vec<Host> {
    let text = String::from_utf8_lossy(bytes);
    text.lines().map(Host::new).collect()
}

fn spin() -> ! {
    let mut number = 0_u64;
    loop {
        number = black_box(number.wrapping_add(1));
    }
}

fn grow() -> ! {
    let mut taken = Vec::new();
    loop {
        taken.push(black_box(vec![1_u8; 1 << 20]));
    }
}

#[inline(never)]
fn deeper(depth: u64) -> u64 {
    let local = black_box([depth; 64]);
    match depth {
        0 => 0,
        _ => deeper(depth + 1) + local[(depth % 64) as usize],
    }
}

/// Recursion with so little on the guest's own stack that the host's ends first.
#[inline(never)]
fn flat(depth: u64) -> u64 {
    match depth {
        0 => 0,
        _ => black_box(flat as fn(u64) -> u64)(depth + 1) + depth,
    }
}
