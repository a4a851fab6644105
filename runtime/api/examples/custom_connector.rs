//! A connector of the program's own, which is also an inventory source: `@mycustom/TAG` stands for the instances with a
//! tag. A connector moves a command line and bytes; privilege, timeouts and uploads are the engine's.

use std::io::Write;
use std::process::Stdio;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::io::AsyncReadExt as _;
use windlass::connector::{
    Connector, ConnectorError, ConnectorHost, DataKey, ExecRequest, Exit, OutputSink, Session,
    Stdin, Stream, Target,
};
use windlass::{
    Config, Error, GlobalArguments, Inventory, InventoryOptions, State, StateBuilder, connect_all,
    disconnect_all, json,
};

/// Runs commands with `sh`, as a protocol of one's own would.
struct MyCustom;

#[async_trait]
impl Connector for MyCustom {
    fn name(&self) -> &str {
        "mycustom"
    }

    fn data_keys(&self) -> Vec<DataKey> {
        vec![DataKey {
            name: String::from("instance_type"),
            schema: json!({"type": "string"}),
            default: None,
            doc: String::from("What the instance is"),
            secret: false,
        }]
    }

    async fn hosts(&self, argument: &str) -> Result<Vec<ConnectorHost>, ConnectorError> {
        // A cloud's API would be asked here.
        let instance = |number: u32, kind: &str| ConnectorHost {
            name: format!("@mycustom/{argument}-{number}"),
            data: [(String::from("instance_type"), json!(kind))]
                .into_iter()
                .collect(),
            groups: vec![argument.to_owned()],
        };
        Ok(vec![instance(1, "small"), instance(2, "large")])
    }

    async fn connect(&self, _: Target) -> Result<Arc<dyn Session>, ConnectorError> {
        Ok(Arc::new(Sh))
    }
}

struct Sh;

#[async_trait]
impl Session for Sh {
    async fn exec(
        &self,
        request: ExecRequest,
        output: &mut dyn OutputSink,
    ) -> Result<Exit, ConnectorError> {
        let lost = |error: std::io::Error| ConnectorError::Lost(error.to_string());
        let mut child = tokio::process::Command::new("sh")
            .args(["-c", &request.command])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(lost)?;
        if let Some(mut stdin) = child.stdin.take() {
            tokio::spawn(async move {
                let mut from: Box<dyn tokio::io::AsyncRead + Send + Unpin> = match request.stdin {
                    Stdin::Empty => Box::new(tokio::io::empty()),
                    Stdin::Bytes(bytes) => Box::new(std::io::Cursor::new(bytes)),
                    Stdin::Reader(reader) => reader,
                };
                let _ = tokio::io::copy(&mut from, &mut stdin).await;
            });
        }
        let mut piece = [0; 4096];
        if let Some(mut stdout) = child.stdout.take() {
            loop {
                let count = stdout.read(&mut piece).await.map_err(lost)?;
                if count == 0 {
                    break;
                }
                output.write(Stream::Stdout, piece.get(..count).unwrap_or_default());
            }
        }
        let status = child.wait().await.map_err(lost)?;
        Ok(Exit {
            status: status.code(),
            signal: None,
        })
    }

    // This one shows no standard error, on which commands that share a shell are told apart.
    fn has_shell(&self) -> bool {
        false
    }

    async fn close(&self) {}
}

/// Lists the instances, and runs a command on each.
pub async fn run(out: &mut (dyn Write + Send)) -> Result<(), Error> {
    let builder: StateBuilder = State::builder().connector(Arc::new(MyCustom));
    let options = InventoryOptions::default();
    let inventory = Inventory::load("@mycustom/web", &options, &builder.registry()).await?;
    let state = builder.init(inventory, Config::default(), None).await?;
    connect_all(&state).await?;
    for host in state.hosts() {
        let kind = host.data_value("instance_type").unwrap_or_default();
        let result = host
            .run("echo $((6 * 7))", &GlobalArguments::default())
            .await?;
        let _ = writeln!(
            out,
            "{} in {:?} is {kind}: {}",
            host.name(),
            host.groups(),
            result.output.stdout().trim()
        );
    }
    disconnect_all(&state).await
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(&mut std::io::stdout()).await
}
