//! `@k8s/NAMESPACE/POD`: pods of Kubernetes, reached by `kubectl exec`.
//!
//! The component starts nothing itself: it says which command of kubectl it means, and the host starts that if the
//! pack was granted it. The bytes of commands and files never pass through here.

use windlass_sdk::connector::{Connector, DataKey, Execution, Session, Target};
use windlass_sdk::process::Command;
use windlass_sdk::{Error, ErrorKind, Result};

/// The longest name that Kubernetes gives to an object: that of a DNS subdomain (RFC 1123).
const LONGEST: usize = 253;

/// The connector.
pub struct Kubernetes;

windlass_sdk::export_connector!(Kubernetes);

impl Connector for Kubernetes {
    type Session = Pod;

    fn data_keys() -> Vec<DataKey> {
        vec![
            DataKey::text(
                "k8s_context",
                "The context of kubectl's configuration; its current one where nothing is said.",
            ),
            DataKey::text(
                "k8s_container",
                "The container in the pod; its default one where nothing is said.",
            ),
        ]
    }

    fn connect(target: Target) -> Result<Pod> {
        let pod = Pod::of(&target)?;
        pod.check()?;
        Ok(pod)
    }
}

/// A container of a pod.
#[derive(Debug, PartialEq)]
pub struct Pod {
    namespace: String,
    name: String,
    container: Option<String>,
    context: Option<String>,
}

// ANCHOR: session
impl Session for Pod {
    fn exec(&self, command: Vec<u8>) -> Result<Execution> {
        // Behind the dashes kubectl reads no option, whatever the command begins with.
        let kubectl = self.kubectl("exec").arg("-i");
        let kubectl = match &self.container {
            Some(container) => kubectl.arg(format!("--container={container}")),
            None => kubectl,
        };
        let shell = [self.name.as_str(), "--", "sh", "-c"];
        Ok(Execution::Via(kubectl.args(shell).arg(command)))
    }
}
// ANCHOR_END: session

impl Pod {
    fn of(target: &Target) -> Result<Self> {
        let Some((namespace, name)) = target.argument.split_once('/') else {
            return Err(invalid(format!(
                "{} names no pod; write @k8s/NAMESPACE/POD",
                target.name
            )));
        };
        let text = |key: &str| target.data[key].as_str().map(str::to_owned);
        Ok(Self {
            namespace: named("namespace", namespace)?,
            name: named("pod", name)?,
            container: text("k8s_container")
                .map(|name| named("container", &name))
                .transpose()?,
            context: text("k8s_context"),
        })
    }

    /// A command of kubectl about this pod's namespace.
    fn kubectl(&self, command: &str) -> Command {
        let kubectl = Command::new("kubectl")
            .arg(command)
            .arg(format!("--namespace={}", self.namespace));
        match &self.context {
            Some(context) => kubectl.arg(format!("--context={context}")),
            None => kubectl,
        }
    }

    /// Refuses a pod that is not there or does not run: `exec` would end as if the command itself had failed.
    fn check(&self) -> Result<()> {
        let asked = self
            .kubectl("get")
            .args(["--output=jsonpath={.status.phase}", "pod", &self.name])
            .run()?;
        let Self {
            namespace, name, ..
        } = self;
        if asked.status != Some(0) {
            let said = String::from_utf8_lossy(&asked.stderr);
            return Err(Error::operation(format!(
                "kubectl finds no pod {name} in the namespace {namespace}: {}",
                said.trim()
            )));
        }
        let phase = String::from_utf8_lossy(&asked.stdout);
        match phase.trim() {
            "Running" => Ok(()),
            phase => Err(Error::operation(format!(
                "the pod {name} in the namespace {namespace} is {phase}; commands need one that is Running"
            ))),
        }
    }
}

/// A name as Kubernetes allows it. None begins with a dash, and so none can be taken for an option.
fn named(what: &str, name: &str) -> Result<String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let (first, last) = (name.chars().next(), name.chars().last());
    if name.len() <= LONGEST && name.chars().all(fits) && ends(first) && ends(last) {
        return Ok(name.to_owned());
    }
    Err(invalid(format!(
        "`{name}` is no name of a {what}; write lower-case letters, digits, `-` and `.`, a letter or digit at both ends"
    )))
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidValue, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(argument: &str, data: &str) -> Target {
        Target {
            name: format!("@k8s/{argument}"),
            argument: argument.to_owned(),
            data: data.parse().unwrap(),
        }
    }

    #[test]
    fn hosts_name_a_namespace_and_a_pod() {
        let pod = Pod::of(&target("shop/web-1", r#"{"k8s_container": "app"}"#)).unwrap();
        assert_eq!((&*pod.namespace, &*pod.name), ("shop", "web-1"));
        assert_eq!(pod.container.as_deref(), Some("app"));
        assert_eq!(pod.context, None);
    }

    #[test]
    fn what_could_be_an_option_or_another_resource_is_no_name() {
        for argument in [
            "web-1",
            "shop/",
            "/web-1",
            "shop/--kubeconfig=x",
            "-n/web-1",
            "shop/web-1/x",
            "shop/Web",
            "shop/web 1",
            "shop/web-",
        ] {
            let error = Pod::of(&target(argument, "{}")).unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidValue, "{argument}");
        }
        let data = r#"{"k8s_container": "--x"}"#;
        assert!(Pod::of(&target("shop/web-1", data)).is_err());
    }
}
