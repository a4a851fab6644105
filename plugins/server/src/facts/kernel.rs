//! The kernel, the machine and what is mounted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use windlass_sdk::prelude::*;

use super::{Lines, text};

/// The host name.
#[fact]
pub fn Hostname() -> Source<Option<String>> {
    text(shell!("uname -n"))
}

/// What the kernel is called: `Linux`, `FreeBSD`, `Darwin`, …
#[fact(stability = immutable)]
pub fn Kernel() -> Source<Option<String>> {
    text(shell!("uname -s"))
}

/// The version of the running kernel.
#[fact]
pub fn KernelVersion() -> Source<Option<String>> {
    text(shell!("uname -r"))
}

/// What the operating system is called: `Linux`, `FreeBSD`, `Darwin`, …
#[fact(stability = immutable)]
pub fn Os() -> Source<Option<String>> {
    text(shell!("uname -s"))
}

/// The version of the operating system, as the kernel says it.
#[fact]
pub fn OsVersion() -> Source<Option<String>> {
    text(shell!("uname -r"))
}

/// The machine's architecture, such as `x86_64`.
#[fact(stability = immutable)]
pub fn Arch() -> Source<Option<String>> {
    text(shell!("uname -m"))
}

/// The version of macOS.
#[fact(requires = "sw_vers")]
pub fn MacosVersion() -> Source<Option<String>> {
    text(shell!("sw_vers -productVersion"))
}

fn kernel() -> Result<String> {
    Ok(get(&Kernel {})?.unwrap_or_default())
}

/// For how many seconds the system has been up.
#[fact(stability = volatile)]
pub fn Uptime() -> Result<Source<Option<u64>>> {
    let whole = |text: &str| {
        text.split(['.', ' '])
            .next()
            .and_then(|seconds| seconds.parse::<u64>().ok())
    };
    if kernel()? == "Linux" {
        return Ok(Source::shell(shell!("cat /proc/uptime"), move |output| {
            Ok(whole(&output.text()))
        }));
    }
    let command = shell!("date +%s; sysctl -n kern.boottime | awk '{{print $4}}' | tr -d ','");
    Ok(Source::shell(command, |output| {
        let numbers: Vec<u64> = output
            .lines()
            .iter()
            .filter_map(|line| line.trim().parse().ok())
            .collect();
        Ok(match numbers.as_slice() {
            [now, boot] => now.checked_sub(*boot),
            _ => None,
        })
    }))
}

/// Loaded modules of the kernel, by name.
#[fact(default = {})]
pub fn KernelModules() -> Result<Source<BTreeMap<String, Json>>> {
    let (command, read): Lines<(String, Json)> = match kernel()?.as_str() {
        "FreeBSD" => (shell!("kldstat | tail +2"), freebsd_module),
        _ => (
            shell!("! test -f /proc/modules || cat /proc/modules"),
            linux_module,
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

/// A line of `/proc/modules` (proc_modules(5)): name, size, instances, users, state.
fn linux_module(line: &str) -> Option<(String, Json)> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let [name, size, instances, users, state, ..] = fields.as_slice() else {
        return None;
    };
    let mut module =
        json!({"size": size, "instances": instances.parse::<u32>().ok()?, "state": state});
    let depends: Vec<&str> = users
        .split(',')
        .filter(|user| !user.is_empty() && *user != "-")
        .collect();
    if let Json::Object(module) = &mut module
        && !depends.is_empty()
    {
        module.insert("depends".to_owned(), json!(depends));
    }
    Some(((*name).to_owned(), module))
}

/// A line of kldstat(8): id, references, address, size, name.
fn freebsd_module(line: &str) -> Option<(String, Json)> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let [id, refs, address, size, name] = fields.as_slice() else {
        return None;
    };
    Some((
        (*name).to_owned(),
        json!({"id": id, "refs": refs, "address": address, "size": size}),
    ))
}

/// What is mounted at a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// What is mounted.
    pub device: String,
    /// The type of its file system.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its options.
    pub options: Vec<String>,
}

/// What is mounted, by path.
#[fact(default = {})]
pub fn Mounts() -> Result<Source<BTreeMap<String, Mount>>> {
    let (command, read): Lines<(String, Mount)> = match kernel()?.as_str() {
        "Linux" => (shell!("cat /proc/self/mountinfo"), linux_mount),
        "OpenBSD" | "NetBSD" => (shell!("mount -v"), bsd_mount),
        _ => (shell!("mount"), bsd_mount),
    };
    Ok(Source::shell(command, move |output| {
        Ok(output
            .lines()
            .iter()
            .filter_map(|line| read(line))
            .collect())
    }))
}

/// A line of `/proc/self/mountinfo` (proc_pid_mountinfo(5)).
fn linux_mount(line: &str) -> Option<(String, Mount)> {
    let (mount, filesystem) = line.split_once(" - ")?;
    let mount: Vec<&str> = mount.split(' ').collect();
    let filesystem: Vec<&str> = filesystem.split(' ').collect();
    let ([_, _, _, _, path, own, ..], [kind, device, of_filesystem, ..]) =
        (mount.as_slice(), filesystem.as_slice())
    else {
        return None;
    };
    let mut options: Vec<String> = own.split(',').map(unescape).collect();
    // Whether it can be written to is the mount's own say.
    for option in of_filesystem.split(',').map(unescape) {
        if !matches!(option.as_str(), "rw" | "ro") && !options.contains(&option) {
            options.push(option);
        }
    }
    Some((
        unescape(path),
        Mount {
            device: unescape(device),
            kind: (*kind).to_owned(),
            options,
        },
    ))
}

/// Undoes the kernel's `\040` for characters that would end a field.
fn unescape(text: &str) -> String {
    let mut parts = text.split('\\');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part
            .get(..3)
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match (code, part.get(3..)) {
            (Some(code), Some(rest)) => {
                plain.push(char::from(code));
                plain.push_str(rest);
            }
            _ => {
                plain.push('\\');
                plain.push_str(part);
            }
        }
    }
    plain
}

/// A line of mount(8) on the BSDs: `DEVICE (ID) on PATH type TYPE (OPTIONS)`, or `DEVICE on PATH (TYPE, OPTIONS)`.
fn bsd_mount(line: &str) -> Option<(String, Mount)> {
    let (device, rest) = line.split_once(" on ")?;
    let device = device.split_once(" (").map_or(device, |(device, _)| device);
    let (place, options) = rest.strip_suffix(')')?.rsplit_once(" (")?;
    let mut options: Vec<String> = options
        .split(", ")
        .filter(|option| !option.starts_with("ctime="))
        .map(str::to_owned)
        .collect();
    let (path, kind) = match place.rsplit_once(" type ") {
        Some((path, kind)) => (path, kind.to_owned()),
        None if options.is_empty() => return None,
        None => (place, options.remove(0)),
    };
    Some((
        path.to_owned(),
        Mount {
            device: device.to_owned(),
            kind,
            options,
        },
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn escapes_of_the_kernel_are_undone() {
        assert_eq!(unescape(r"a\040b\134c"), r"a b\c");
        assert_eq!(unescape(r"odd\9"), r"odd\9");
    }

    #[test]
    fn freebsd_writes_the_type_first() {
        let (path, mount) = bsd_mount("/dev/ada0p2 on / (ufs, local, soft-updates)").unwrap();
        assert_eq!((path.as_str(), mount.kind.as_str()), ("/", "ufs"));
        assert_eq!(mount.options, ["local", "soft-updates"]);
    }
}
