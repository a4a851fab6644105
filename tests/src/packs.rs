//! Packs for tests: made of the guest `echo`, signed by keys of the test's own.

use std::env;
use std::fs;
use std::path::PathBuf;

use crate::{Windlass, guest};

impl Windlass {
    /// Lets every command that follows find cargo's compiler and what it fetched before. Packs in Rust are built in
    /// this folder, so that what they depend on is built once.
    #[must_use]
    pub fn finding_cargo(self, target: &str) -> Self {
        let home = PathBuf::from(env::var_os("HOME").unwrap_or_default());
        let folder = |variable: &str, name: &str| {
            let named = env::var_os(variable).map(PathBuf::from);
            let path = named.unwrap_or_else(|| home.join(name));
            path.to_string_lossy().into_owned()
        };
        let (cargo, rustup) = (
            folder("CARGO_HOME", ".cargo"),
            folder("RUSTUP_HOME", ".rustup"),
        );
        self.env("CARGO_HOME", cargo)
            .env("RUSTUP_HOME", rustup)
            .env("CARGO_TARGET_DIR", target)
    }

    /// Writes a pack into a folder of the working folder: `acme:echo` in a version, with more lines for its manifest.
    pub fn write_pack(&self, folder: &str, version: &str, more: &str) -> PathBuf {
        let manifest = format!(
            "[pack]\nname = \"acme:echo\"\nversion = \"{version}\"\nlicence = \"MIT\"\nsummary = \"Says things\"\n\n\
             [[component]]\npath = \"echo.wasm\"\nrole = \"planning\"\n\
             exports = [\"echo.ask\", \"echo.say\", \"echo.upload\", \"echo.Length\", \"echo.Word\"]\n\n{more}"
        );
        self.write(format!("{folder}/pack.toml"), manifest);
        let path = self.dir().join(folder);
        fs::copy(guest("echo"), path.join("echo.wasm")).expect("the guest can be copied");
        path
    }

    /// Makes a key `NAME.key` without a password, unless it is there, and gives its public line.
    ///
    /// # Panics
    /// When `windlass pack keygen` fails.
    pub fn key(&self, name: &str) -> String {
        let file = format!("{name}.key");
        if !self.dir().join(&file).exists() {
            let _ = self
                .run(["pack", "keygen", &file, "--no-password"])
                .succeeds();
        }
        let text = self.read(format!("{name}.pub"));
        text.lines().last().expect("a public key's line").to_owned()
    }

    /// Signs the pack in a folder with keys of these names.
    pub fn sign_pack(&self, folder: &str, keys: &[&str]) {
        for key in keys {
            self.key(key);
            let file = format!("{key}.key");
            let _ = self
                .run(["pack", "sign", folder, "--key", &file])
                .succeeds();
        }
    }

    /// Writes `trust.toml`: so many of these keys must sign for `acme`; with more lines.
    pub fn trust(&self, keys: &[&str], threshold: usize, more: &str) {
        let mut text =
            format!("[namespaces.acme]\nkeys = {keys:?}\nthreshold = {threshold}\n\n[keys]\n");
        for key in keys {
            text.push_str(&format!("{key} = \"{}\"\n", self.key(key)));
        }
        self.write("trust.toml", format!("{text}\n{more}"));
    }
    /// Makes a bundle of `acme:echo` 1.0.0, with more lines for its manifest: signed by `ci`, whom `trust.toml` of the
    /// working folder then trusts.
    ///
    /// # Panics
    /// When a command for it fails.
    pub fn bundle(&self, more: &str) -> Vec<u8> {
        self.write_pack("own", "1.0.0", more);
        self.sign_pack("own", &["ci"]);
        self.trust(&["ci"], 1, "");
        let add = "pack add acme:echo --approve --oci-layout layout";
        for line in [
            "pack push --layout layout own",
            add,
            "pack bundle packs.bundle",
        ] {
            let _ = self.run(line.split(' ')).succeeds();
        }
        fs::read(self.dir().join("packs.bundle")).expect("the bundle that was made")
    }
}
