//! Ports that programs listen on.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use windlass_sdk::prelude::*;

use super::{Kernel, Lines, Which};

/// Which tool lists sockets on the target.
enum Tool {
    Sockstat,
    Ss,
    Netstat,
}

fn tool() -> Result<Tool> {
    if matches!(get(&Kernel {})?.as_deref(), Some("FreeBSD" | "DragonFly")) {
        return Ok(Tool::Sockstat);
    }
    let path: Json = FactRequest::of(&Which {
        command: "ss".to_owned(),
    })
    .ask()?;
    Ok(if path.as_str().is_some_and(|path| !path.is_empty()) {
        Tool::Ss
    } else {
        Tool::Netstat
    })
}

/// The program that listens on a port, and its process id; two nulls when none does.
#[fact(stability = volatile, user_dependent, example = "server.Port port=80")]
pub fn Port(
    /// The port.
    port: u16,
    /// `tcp` or `udp`.
    #[default("tcp")]
    protocol: String,
) -> Result<Source<(Option<String>, Option<u32>)>> {
    let letter = match protocol.as_str() {
        "tcp" => "t",
        "udp" => "u",
        other => {
            return Err(Error::invalid_value(format!(
                "`{other}` is no protocol; there are tcp and udp"
            ))
            .at("protocol"));
        }
    };
    let number = port.to_string();
    let (command, read): Lines<(String, u32)> = match tool()? {
        Tool::Sockstat => (
            shell!("sockstat -l -p {port} -P {protocol}"),
            sockstat_owner,
        ),
        Tool::Ss => (
            shell!("ss -lp{letter:raw}n | grep ':{number:raw} ' || true"),
            ss_owner,
        ),
        Tool::Netstat => (
            shell!("netstat -{letter:raw}lnp 2>/dev/null | awk '$4 ~ /:{number:raw}$/'"),
            netstat_owner,
        ),
    };
    Ok(Source::shell(command, move |output| {
        Ok(output
            .lines()
            .iter()
            .find_map(|line| read(line))
            .map_or((None, None), |(name, pid)| (Some(name), Some(pid))))
    }))
}

/// `users:(("nginx",pid=12,fd=3),…)`: the first of them.
fn ss_owner(line: &str) -> Option<(String, u32)> {
    let (_, users) = line.split_once("users:((\"")?;
    let (name, rest) = users.split_once('"')?;
    let pid = rest.strip_prefix(",pid=")?.split(',').next()?;
    Some((name.to_owned(), pid.parse().ok()?))
}

/// `12/nginx: worker`, the last column of netstat(8); the name may be cut short.
fn netstat_owner(line: &str) -> Option<(String, u32)> {
    let owner = line.split_whitespace().find_map(|word| {
        let (pid, name) = word.split_once('/')?;
        Some((name, pid.parse().ok()?))
    })?;
    Some((owner.0.trim_end_matches(':').to_owned(), owner.1))
}

fn sockstat_owner(line: &str) -> Option<(String, u32)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    Some(((*words.get(1)?).to_owned(), words.get(2)?.parse().ok()?))
}

/// A port that a program listens on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listener {
    /// The port.
    pub port: u16,
    /// The address.
    pub ip: String,
    /// `tcp` or `udp`, on FreeBSD with the version of IP.
    pub protocol: String,
    /// The program.
    pub process: Option<String>,
}

/// All ports that programs listen on.
#[fact(default = [], stability = volatile, user_dependent)]
pub fn Ports() -> Result<Source<Vec<Listener>>> {
    let (command, read): Lines<Listener> = match tool()? {
        Tool::Sockstat => (shell!("sockstat -l"), sockstat_listener),
        Tool::Ss => (shell!("ss -lpuntn || true"), ss_listener),
        Tool::Netstat => (
            shell!("netstat -tunp 2>/dev/null || true"),
            netstat_listener,
        ),
    };
    Ok(Source::shell(command, move |output| {
        Ok(output
            .lines()
            .iter()
            .filter_map(|line| read(line))
            .collect())
    }))
}

/// An address with a port: `0.0.0.0:22`, `[::]:22`, `127.0.0.53%lo:53`.
fn address(text: &str) -> Option<(String, u16)> {
    let (ip, port) = text.rsplit_once(':')?;
    let ip = ip.trim_matches(['[', ']']);
    let ip = ip.split_once('%').map_or(ip, |(ip, _)| ip);
    Some((ip.to_owned(), port.parse().ok()?))
}

fn ss_listener(line: &str) -> Option<Listener> {
    let words: Vec<&str> = line.split_whitespace().collect();
    // Some versions leave the protocol out; the state tells it then.
    let (protocol, words) = match words.as_slice() {
        [protocol @ ("tcp" | "udp"), rest @ ..] => (*protocol, rest),
        ["LISTEN", ..] => ("tcp", words.as_slice()),
        ["UNCONN", ..] => ("udp", words.as_slice()),
        _ => return None,
    };
    let (ip, port) = address(words.get(3)?)?;
    Some(Listener {
        port,
        ip,
        protocol: protocol.to_owned(),
        process: ss_owner(line).map(|(name, _)| name),
    })
}

fn netstat_listener(line: &str) -> Option<Listener> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let protocol = words
        .first()
        .filter(|word| word.starts_with("tcp") || word.starts_with("udp"))?;
    let (ip, port) = address(words.get(3)?)?;
    let process = netstat_owner(line).map(|(name, _)| name);
    Some(Listener {
        port,
        ip,
        protocol: (*protocol).to_owned(),
        process,
    })
}

fn sockstat_listener(line: &str) -> Option<Listener> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [_, process, _, _, protocol, local, ..] = words.as_slice() else {
        return None;
    };
    let (ip, port) = address(local)?;
    Some(Listener {
        port,
        ip,
        protocol: (*protocol).to_owned(),
        process: Some((*process).to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_brackets_and_interfaces() {
        assert_eq!(address("[::]:22"), Some(("::".to_owned(), 22)));
        assert_eq!(
            address("127.0.0.53%lo:53"),
            Some(("127.0.0.53".to_owned(), 53))
        );
        assert_eq!(address("*:*"), None);
    }
}
