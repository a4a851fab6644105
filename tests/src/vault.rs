//! A vault on loopback, and the pack that reads secrets from it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use crate::{Windlass, guest};

/// A server that speaks as much of a vault's HTTP as `tests/guests/keeper` asks for. It is gone with the test.
#[derive(Debug)]
pub struct Vault {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Vault {
    /// The secret `db/root#password`.
    pub const VALUE: &str = "canary-4713-vault";

    /// What the vault has beside it, which nobody asks for.
    pub const SIBLING: &str = "canary-4714-sibling";

    /// What opens the vault.
    pub const TOKEN: &str = "canary-4715-token";

    /// All that must stand nowhere.
    pub const HIDDEN: [&str; 3] = [Self::VALUE, Self::SIBLING, Self::TOKEN];

    /// Starts one.
    ///
    /// # Panics
    /// Without a loopback address.
    #[must_use]
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("an address of loopback");
        let address = listener.local_addr().expect("the address of a listener");
        let requests = Arc::default();
        let kept = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Who asks may go away at any time.
                let _ = answer(stream, &kept);
            }
        });
        Self { address, requests }
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The paths that were asked for, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        let requests = self.requests.lock();
        requests.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes the pack `acme:NAME` into a folder of that name, with the kind `keeper:`, granted this vault alone and
    /// `more` of `[capabilities]`; and the vault's address and token to where the pack looks for them.
    ///
    /// # Panics
    /// When files cannot be written.
    pub fn known_to(&self, windlass: &Windlass, name: &str, more: &str) {
        windlass.write(
            format!("{name}/pack.toml"),
            format!(
                "[pack]\nname = \"acme:{name}\"\nversion = \"1.0.0\"\nlicence = \"MIT\"\nsummary = \"A vault\"\n\n\
                 [[component]]\npath = \"keeper.wasm\"\nrole = \"providing\"\nexports = [\"keeper:\"]\n\n\
                 [limits]\nrunning = \"1s\"\noutput = \"1MiB\"\n\n\
                 [capabilities]\nhttp = [\"{}\"]\nread = [\"~/.config/keeper\"]\n\
                 programs = [{{ name = \"sh\" }}]\n{more}\n",
                self.address()
            ),
        );
        let component = windlass.write(format!("{name}/keeper.wasm"), "");
        fs::copy(guest("keeper"), component).expect("a component in a folder of ours");
        let config = windlass.home().join(".config/keeper");
        windlass.write(config.join("address"), format!("{}\n", self.address()));
        windlass.write(config.join("token"), format!("{}\n", Self::TOKEN));
    }
}

fn answer(stream: TcpStream, requests: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(&stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut opened = false;
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
            break;
        }
        let (name, value) = header.split_once(':').unwrap_or((&header, ""));
        opened |= name.eq_ignore_ascii_case("x-vault-token") && value.trim() == Vault::TOKEN;
    }
    let (status, body) = match (opened, path.as_str()) {
        (false, _) => (
            "403 Forbidden",
            String::from("{\"errors\": [\"permission denied\"]}"),
        ),
        (true, "/v1/db/root") => (
            "200 OK",
            format!(
                "{{\"data\": {{\"password\": \"{}\", \"other\": \"{}\"}}}}",
                Vault::VALUE,
                Vault::SIBLING
            ),
        ),
        (true, _) => (
            "404 Not Found",
            String::from("{\"errors\": [\"no such path\"]}"),
        ),
    };
    let mut kept = requests.lock().unwrap_or_else(PoisonError::into_inner);
    kept.push(path);
    drop(kept);
    let length = body.len();
    write!(
        &stream,
        "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}
