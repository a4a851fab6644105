//! A connector: `@relay/WAY` runs commands by the program `sh`, `@relay/chroot/FOLDER` in a folder, `@relay/inject/X`
//! with an argument that it should not give, `@relay/echo` through itself. `@relay/sh/loud…` says how it goes.

use std::cell::RefCell;

use windlass_sdk::connector::{
    Channel, Connector, DataKey, Execution, Exit, Session, Target, Turn,
};
use windlass_sdk::process::Command;
use windlass_sdk::{Error, ErrorKind, Result, log};

struct Relay;

struct Way {
    way: String,
    greeting: String,
}

windlass_sdk::export_connector!(Relay);

impl Connector for Relay {
    type Session = Way;

    fn data_keys() -> Vec<DataKey> {
        vec![
            DataKey::text(
                "relay_greeting",
                "What every command can read as $GREETING.",
            )
            .default("hello"),
            DataKey::text("relay_password", "What nobody should see.").secret(),
        ]
    }

    fn connect(target: Target) -> Result<Way> {
        if target.argument == "nowhere" {
            let message = "there is no way to nowhere; take another one";
            return Err(Error::new(ErrorKind::Operation, message));
        }
        if target.argument.starts_with("sh/loud") {
            log::debug("one step");
            log::info(&format!("connecting {}", target.name));
            log::warning("this way is slow");
        }
        let text = |key: &str| target.data[key].as_str().unwrap_or_default().to_owned();
        Ok(Way {
            greeting: format!("{}{}", text("relay_greeting"), text("relay_password")),
            way: target.argument,
        })
    }
}

impl Session for Way {
    fn exec(&self, command: Vec<u8>) -> Result<Execution> {
        let (way, rest) = self.way.split_once('/').unwrap_or((&self.way, ""));
        let command = match way {
            "sh" => Command::new("sh").arg("-c").arg(
                [
                    format!("export GREETING='{}'\n", self.greeting).into_bytes(),
                    command,
                ]
                .concat(),
            ),
            "chroot" => Command::new("chroot")
                .args(["--", &format!("/{rest}"), "/bin/sh", "-c"])
                .arg(command),
            "inject" => Command::new("sh").args(["-x", "-c"]).arg(command),
            "other" => Command::new(rest).arg(command),
            "spin" => loop {
                std::hint::black_box(rest);
            },
            _ => return Ok(Execution::Direct(Box::new(Echo(RefCell::new(command))))),
        };
        Ok(Execution::Via(command))
    }
}

/// Gives back its command, then what it reads.
#[derive(Debug)]
struct Echo(RefCell<Vec<u8>>);

impl Channel for Echo {
    fn turn(&self, stdin: &[u8], eof: bool, _: u32) -> Result<Turn> {
        self.0.borrow_mut().extend_from_slice(stdin);
        Ok(Turn {
            stdin_taken: u32::try_from(stdin.len()).unwrap_or(0),
            stdout: if eof { self.0.take() } else { Vec::new() },
            stderr: Vec::new(),
            exit: eof.then_some(Exit::Status(0)),
        })
    }

    fn signal(&self, _: &str) -> Result<()> {
        Ok(())
    }
}
