//! A real OCI registry on loopback: Debian's `docker-registry`, which ends with the test.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::Missing;

/// The name and the password of a registry that wants them.
pub const REGISTRY_LOGIN: (&str, &str) = ("ann", "correct horse");

/// The same for the registry, its password hashed by bcrypt.
const HASHED: &str = "ann:$2b$04$zDAmBBLOpDIHPyX7p0OHCe7vwN8HLBLzsZqwTNhYPu3ESJir3UUcu\n";

/// How long it may take to listen, on a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// A registry with nothing in it.
#[derive(Debug)]
pub struct OciRegistry {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl OciRegistry {
    /// Starts one that everybody may use.
    ///
    /// # Errors
    /// [`Missing`] where the program is not installed.
    ///
    /// # Panics
    /// When it does not come to listen.
    pub fn start() -> Result<Self, Missing> {
        Self::start_with(false)
    }

    /// Starts one that wants [`REGISTRY_LOGIN`].
    ///
    /// # Errors
    /// [`Missing`] where the program is not installed.
    ///
    /// # Panics
    /// When it does not come to listen.
    pub fn start_closed() -> Result<Self, Missing> {
        Self::start_with(true)
    }

    fn start_with(closed: bool) -> Result<Self, Missing> {
        let found = Command::new("docker-registry")
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if found.is_err() {
            return Err(Missing::new("docker-registry", "cargo xtask deps --yes"));
        }
        let folder = TempDir::with_prefix("windlass-registry-").expect("a temporary folder");
        // Free when it was asked for; nobody else takes ports at random here.
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let config = folder.path().join("config.yml");
        let mut text = format!(
            "version: 0.1\nlog:\n  level: error\n  accesslog:\n    disabled: true\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  addr: 127.0.0.1:{port}\n",
            folder.path().join("data").display()
        );
        if closed {
            let file = folder.path().join("htpasswd");
            fs::write(&file, HASHED).expect("the registry's passwords");
            text.push_str(&format!(
                "auth:\n  htpasswd:\n    realm: tests\n    path: {}\n",
                file.display()
            ));
        }
        fs::write(&config, text).expect("the registry's settings");
        let child = Command::new("docker-registry")
            .arg("serve")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("docker-registry starts");
        let registry = Self {
            child,
            port,
            _folder: folder,
        };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                begun.elapsed() < PATIENCE,
                "docker-registry does not listen"
            );
            thread::sleep(Duration::from_millis(20));
        }
        Ok(registry)
    }

    /// Its host, as logins name it.
    #[must_use]
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// A repository of it: `127.0.0.1:PORT/name`.
    #[must_use]
    pub fn repository(&self, name: &str) -> String {
        format!("{}/{name}", self.host())
    }
}

impl Drop for OciRegistry {
    fn drop(&mut self) {
        // One that has ended already is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
