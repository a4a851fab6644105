//! Ctrl-C

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use windlass_tests::Windlass;

#[test]
fn the_first_ends_the_command_and_exits_with_130() {
    let windlass = Windlass::new();
    let mut child = windlass
        .command(["exec", "@local", "--", "echo $$; exec sleep 600"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    let remote: i32 = line.trim().rsplit(' ').next().unwrap().parse().unwrap();
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let out = windlass.outcome(&child.wait_with_output().unwrap());
    let out = out.exits(130);
    assert!(out.says("interrupted"), "{out}");
    // It has ended; who inherits a process without a parent may take a moment to notice.
    let remote = Pid::from_raw(remote).unwrap();
    let gone = (0..250).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        test_kill_process(remote).is_err()
    });
    assert!(gone, "what ran on the host still runs");
}
