//! A source of secrets: `keeper:PATH#KEY` is read from a vault, whose address and token are in files. `keeper:!WHAT/…`
//! does WHAT, which no source should.

use std::hint::black_box;

use serde_json::Value;
use windlass_sdk::process::Command;
use windlass_sdk::secret_source::SecretSource;
use windlass_sdk::{Error, ErrorKind, Result, http, local_files, log};

/// Where the address and the token are.
const FOLDER: &str = "~/.config/keeper";

struct Keeper;

windlass_sdk::export_secret_source!(Keeper);

impl SecretSource for Keeper {
    fn get(name: &str) -> Result<String> {
        let (what, rest) = match name.strip_prefix('!') {
            Some(wrong) => wrong.split_once('/').unwrap_or((wrong, "")),
            None => ("", name),
        };
        match what {
            "" => value(&read(rest)?, rest),
            "log" => {
                let body = read(rest)?;
                log::warning(&format!("the vault said {body}, for {}", token()?));
                value(&body, rest)
            }
            "fail" => {
                let body = read(rest)?;
                log::warning(&format!("the vault said {body}"));
                Err(Error::operation(format!(
                    "what to do with {body}?\nwith {}",
                    token()?
                )))
            }
            "trap" => {
                let body = read(rest)?;
                log::warning(&body.to_string());
                core::arch::wasm32::unreachable()
            }
            "spin" => {
                let mut number = 0_u64;
                loop {
                    number = black_box(number.wrapping_add(1));
                }
            }
            "large" => Ok("x".repeat(2 << 20)),
            "program" => {
                let output = Command::new("sh").args(["-c", rest]).run()?;
                Ok(String::from_utf8_lossy(&output.stdout).into_owned())
            }
            "http" => Ok(http::Request::get(rest).send()?.status.to_string()),
            _ => Err(Error::new(
                ErrorKind::InvalidValue,
                format!("there is no `!{what}`"),
            )),
        }
    }
}

fn token() -> Result<String> {
    let bytes = local_files::read(&format!("{FOLDER}/token"))?;
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

/// What the vault has at a path: `{"data": {KEY: value}}`.
fn read(name: &str) -> Result<Value> {
    let address = local_files::read(&format!("{FOLDER}/address"))?;
    let address = String::from_utf8_lossy(&address).trim().to_owned();
    let (path, _) = name.split_once('#').unwrap_or((name, ""));
    let answer = http::Request::get(format!("{address}/v1/{path}"))
        .header("x-vault-token", token()?)
        .send()?;
    answer.json()
}

fn value(body: &Value, name: &str) -> Result<String> {
    let (path, key) = name.split_once('#').unwrap_or((name, "value"));
    match body["data"][key].as_str() {
        Some(value) => Ok(value.to_owned()),
        None => Err(Error::operation(format!("{path} has no `{key}`"))),
    }
}
