//! A connector: containers as hosts.

use windlass_sdk::Result;
use windlass_sdk::connector::{Connector, Execution, Session, Target};
use windlass_sdk::process::Command;

struct Containers;

struct Container(String);

windlass_sdk::export_connector!(Containers);

impl Connector for Containers {
    type Session = Container;

    fn connect(target: Target) -> Result<Container> {
        Ok(Container(target.argument))
    }
}

impl Session for Container {
    fn exec(&self, command: Vec<u8>) -> Result<Execution> {
        let docker = Command::new("docker").args(["exec", "-i", "--", &self.0, "sh", "-c"]);
        Ok(Execution::Via(docker.arg(command)))
    }
}
