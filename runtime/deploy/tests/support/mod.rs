//! A deploy in a temporary folder, run against hosts in memory.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    unreachable_pub
)]

use std::sync::{Arc, Mutex};

use camino::Utf8PathBuf;
use windlass_deploy::StarlarkDeploy;
use windlass_engine::config::Config;
use windlass_engine::connect::connect_all;
use windlass_engine::contract::{Action, Planned, Shell, Stability, Step};
use windlass_engine::deploy::DeploySource;
use windlass_engine::events::{Event, Observer};
use windlass_engine::execute::{Strategy, run_ops};
use windlass_engine::fakes::{FakeHosts, FakePlugins, NoLocalFiles, keyed_files};
use windlass_engine::inventory::Inventory;
use windlass_engine::json::Json;
use windlass_engine::prepare::prepare;
use windlass_engine::secrets::SecretStore;
use windlass_engine::state::{Setup, State};

/// Operations and facts with the names that deploys know, on top of those of the fakes.
pub fn plugins() -> FakePlugins {
    let shows = |what: &'static str| {
        move |args: Json, _| async move {
            let step = Step::new(Action::Shell(Shell::raw(format!("echo {what} {args}"))));
            Ok(Planned {
                steps: vec![step],
                ..Planned::default()
            })
        }
    };
    keyed_files()
        .operation("apt.packages", &["packages", "update?"], shows("apt"))
        .operation("files.file", &["path", "present?", "mode?"], shows("file"))
        .operation(
            "server.service",
            &["service", "reloaded?"],
            shows("service"),
        )
        .fact(
            "files.File",
            &["path"],
            Stability::State,
            |_| windlass_engine::contract::Origin::Shell(Shell::raw("show /x")),
            |raw| Json::from(raw.status == 0),
        )
        .fact(
            "server.LinuxName",
            &[],
            Stability::Immutable,
            |_| windlass_engine::contract::Origin::Shell(Shell::raw("system")),
            |_| Json::from("Debian"),
        )
}

/// Three hosts in two groups.
pub fn inventory() -> Inventory {
    Inventory::builder()
        .group("web", ["web-01", "web-02"], [("port", 80)])
        .group("db", ["db-01"], [("port", 5432)])
        .data("color", "blue")
        .build()
}

#[derive(Default)]
struct Warnings(Mutex<Vec<String>>);

impl Observer for Warnings {
    fn on_event(&self, _: &State, event: &Event) {
        if let Event::Warning { message, .. } = event {
            self.0.lock().unwrap().push(message.clone());
        }
    }
}

/// A deploy and what it ran on.
pub struct Run {
    pub state: State,
    pub hosts: FakeHosts,
    warnings: Arc<Warnings>,
    _folder: tempfile::TempDir,
}

/// Files of a deploy; the first is the deploy itself.
pub fn open(files: &[(&str, &str)]) -> (tempfile::TempDir, Result<StarlarkDeploy, String>) {
    let folder = tempfile::tempdir().unwrap();
    let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
    for (name, text) in files {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let opened = StarlarkDeploy::open(root.join(files[0].0)).map_err(|error| error.to_string());
    (folder, opened)
}

/// What the check before connecting says.
pub fn check(text: &str) -> String {
    check_files(&[("deploy.star", text)])
}

/// The same for several files.
pub fn check_files(files: &[(&str, &str)]) -> String {
    let (_folder, deploy) = open(files);
    match deploy.map(|deploy| deploy.check(&plugins())) {
        Ok(Ok(())) => String::from("ok"),
        Ok(Err(error)) => error.to_string(),
        Err(error) => error,
    }
}

impl Run {
    /// Prepares a deploy on all hosts.
    pub async fn prepare(files: &[(&str, &str)]) -> Result<Self, String> {
        let (folder, deploy) = open(files);
        let deploy: Arc<dyn DeploySource> = Arc::new(deploy?);
        let hosts = FakeHosts::default();
        let state = State::new(Setup {
            inventory: inventory(),
            config: Config::default(),
            plugins: Arc::new(plugins()),
            connectors: Arc::new(hosts.clone()),
            local_files: Arc::new(|_, _| Arc::new(NoLocalFiles)),
            secrets: SecretStore::default(),
            folder: deploy.folder(),
            limit: None,
            policy: None,
        })
        .map_err(|error| error.to_string())?;
        let warnings = Arc::new(Warnings::default());
        state.add_observer(warnings.clone());
        connect_all(&state).await.unwrap();
        let prepared = prepare(&state, &[deploy]).await;
        prepared.map_err(|error| error.to_string())?;
        Ok(Self {
            state,
            hosts,
            warnings,
            _folder: folder,
        })
    }

    /// Prepares and executes one file.
    pub async fn apply(text: &str) -> Result<Self, String> {
        let run = Self::prepare(&[("deploy.star", text)]).await?;
        run.execute().await?;
        Ok(run)
    }

    /// Executes.
    pub async fn execute(&self) -> Result<(), String> {
        let done = run_ops(&self.state, Strategy::Barrier).await;
        done.map_err(|error| error.to_string())
    }

    /// `NAME @PLACE [HOST…]` for each operation, in order.
    pub fn order(&self) -> Vec<String> {
        let order = self.state.op_order().unwrap();
        order
            .into_iter()
            .map(|id| {
                let on: Vec<&str> = self
                    .state
                    .hosts()
                    .iter()
                    .filter(|host| host.has_operation(id))
                    .map(|host| host.name())
                    .collect();
                let place = self.state.op_meta(id).unwrap().place.short();
                format!("{} @{place} [{}]", self.state.op_title(id), on.join(" "))
            })
            .collect()
    }

    /// What operations on a host became: the name and `changed`, `skipped`, `unchanged` or the failure.
    pub fn results(&self, host: &str) -> Vec<String> {
        let host = self.state.host(host).unwrap();
        host.operation_order()
            .into_iter()
            .filter_map(|id| host.operation(id))
            .map(|operation| {
                let became = match &operation.report {
                    Some(report) if report.skipped => String::from("skipped"),
                    Some(report) if report.changed => String::from("changed"),
                    Some(report) if report.succeeded => String::from("unchanged"),
                    Some(report) => report.error().unwrap_or_default(),
                    None => String::from("not run"),
                };
                format!("{}: {became}", operation.name)
            })
            .collect()
    }

    /// The arguments of an operation on a host.
    pub fn arguments(&self, host: &str, at: usize) -> Json {
        let host = self.state.host(host).unwrap();
        let id = host.operation_order()[at];
        host.operation(id).unwrap().bound.args
    }

    /// The warnings, in order.
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.0.lock().unwrap().clone()
    }
}

/// The error of preparing one file.
pub async fn error(text: &str) -> String {
    match Run::prepare(&[("deploy.star", text)]).await {
        Ok(run) => panic!("prepared {:?}", run.order()),
        Err(error) => error,
    }
}
