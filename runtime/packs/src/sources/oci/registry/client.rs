//! The HTTP client: its patience, and whose certificates it takes.

use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// How long a registry may take to be reached.
const CONNECT: Duration = Duration::from_secs(20);

/// How long it may be silent.
const SILENT: Duration = Duration::from_secs(60);

/// A client with the certificates of the system.
pub(super) fn agent(https_only: bool) -> Result<Agent, String> {
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .https_only(https_only)
        .max_redirects(5)
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(SILENT))
        .timeout_per_read(Some(SILENT))
        .timeout_per_write(Some(SILENT))
        .user_agent(concat!("windlass/", env!("CARGO_PKG_VERSION")));
    if https_only {
        let found = rustls_native_certs::load_native_certs();
        if found.certs.is_empty() {
            return Err(String::from(
                "this system has no certificates to check registries by\n  install the package ca-certificates, or name a file with SSL_CERT_FILE",
            ));
        }
        let certificates: Vec<Certificate<'static>> = found
            .certs
            .iter()
            .map(|der| Certificate::from_der(der).to_owned())
            .collect();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::from(certificates))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()));
        config = config.tls_config(tls.build());
    } else {
        // A proxy is not on loopback.
        config = config.proxy(None);
    }
    Ok(config.build().new_agent())
}
