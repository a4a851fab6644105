//! A real OCI registry on loopback: Debian's `docker-registry`, which ends with the test.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::Missing;

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
    /// Starts one.
    ///
    /// # Errors
    /// [`Missing`] where the program is not installed.
    ///
    /// # Panics
    /// When it does not come to listen.
    pub fn start() -> Result<Self, Missing> {
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
        let text = format!(
            "version: 0.1\nlog:\n  level: error\n  accesslog:\n    disabled: true\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  addr: 127.0.0.1:{port}\n",
            folder.path().join("data").display()
        );
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

    /// A repository of it: `127.0.0.1:PORT/name`.
    #[must_use]
    pub fn repository(&self, name: &str) -> String {
        format!("127.0.0.1:{}/{name}", self.port)
    }
}

impl Drop for OciRegistry {
    fn drop(&mut self) {
        // One that has ended already is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
