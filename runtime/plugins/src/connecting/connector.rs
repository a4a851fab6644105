//! What stands behind `@name`: a component that connects, one that lists, or both.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use serde::Deserialize;
use windlass_engine::connector::{
    Connector, ConnectorError, ConnectorHost, DataKey, Session, Target,
};
use windlass_engine::json::{Json, JsonMap};

use super::live::Live;
use super::session::ComponentSession;
use crate::aside;
use crate::granted::Part;
use crate::listing::Listing;

/// What a pack provides under one name.
pub(crate) struct Provider {
    name: String,
    connecting: Option<Arc<Part>>,
    listing: Option<Listing>,
    /// Asked for once.
    keys: OnceLock<Result<Vec<DataKey>, String>>,
}

#[derive(Deserialize)]
struct Description {
    #[serde(default)]
    data: Vec<DescribedKey>,
}

/// A data key as a component describes it.
#[derive(Deserialize)]
struct DescribedKey {
    name: String,
    schema: Json,
    #[serde(default)]
    default: Option<Json>,
    #[serde(default)]
    doc: String,
    #[serde(default)]
    secret: bool,
}

impl Provider {
    pub(crate) fn new(
        name: String,
        connecting: Option<Arc<Part>>,
        listing: Option<Arc<Part>>,
    ) -> Self {
        Self {
            name,
            connecting,
            listing: listing.map(Listing::new),
            keys: OnceLock::new(),
        }
    }

    fn keys(&self) -> &Result<Vec<DataKey>, String> {
        self.keys.get_or_init(|| match &self.connecting {
            Some(part) => described(part),
            None => Ok(Vec::new()),
        })
    }
}

/// Asks a component for its data keys.
fn described(part: &Arc<Part>) -> Result<Vec<DataKey>, String> {
    let part = part.clone();
    aside::wait_for(async move {
        let live = Live::start(&part, None).await;
        let live = live.map_err(|error| error.to_string())?;
        let text = live.describe().await.map_err(|error| error.to_string())?;
        let description: Description = serde_json::from_str(&text)
            .map_err(|error| format!("{} describes itself badly: {error}", part.component.name))?;
        Ok(description.data.into_iter().map(key).collect())
    })?
}

fn key(described: DescribedKey) -> DataKey {
    let DescribedKey {
        name,
        schema,
        default,
        doc,
        secret,
    } = described;
    DataKey {
        name,
        schema,
        default,
        doc,
        secret,
    }
}

#[async_trait]
impl Connector for Provider {
    fn name(&self) -> &str {
        &self.name
    }

    fn data_keys(&self) -> Vec<DataKey> {
        match self.keys() {
            Ok(keys) => keys.clone(),
            // Connecting tells why.
            Err(_) => Vec::new(),
        }
    }

    async fn hosts(&self, argument: &str) -> Result<Vec<ConnectorHost>, ConnectorError> {
        if let Some(listing) = &self.listing {
            return listing.hosts(argument).await;
        }
        if argument.is_empty() {
            return Err(ConnectorError::Data {
                key: format!("@{}", self.name),
                message: format!("names no host\n  write `@{}/HOST`", self.name),
            });
        }
        Ok(vec![ConnectorHost {
            name: format!("@{}/{argument}", self.name),
            ..ConnectorHost::default()
        }])
    }

    async fn connect(&self, target: Target) -> Result<Arc<dyn Session>, ConnectorError> {
        let Some(part) = &self.connecting else {
            return Err(ConnectorError::Unsupported(format!(
                "`@{}` lists hosts and connects to none; the names that it gives do not begin with `@{0}/`",
                self.name
            )));
        };
        let keys = match self.keys() {
            Ok(keys) => keys,
            Err(message) => return Err(ConnectorError::Connect(message.clone())),
        };
        let prefix = format!("@{}/", self.name);
        let argument = target.name.strip_prefix(&prefix).unwrap_or_default();
        target.gate.pass(argument, None)?;
        // Of the host's data a component sees what it said that it reads.
        let data: JsonMap = keys
            .iter()
            .filter_map(|key| {
                let value = target.data.get(&key.name).or(key.default.as_ref())?;
                Some((key.name.clone(), value.clone()))
            })
            .collect();
        for key in keys {
            if let Some(value) = data.get(&key.name)
                && let Some(message) = unfit(key, value)
            {
                return Err(ConnectorError::Data {
                    key: key.name.clone(),
                    message,
                });
            }
        }
        let part = part.below(target.gate.ceiling(part.rights.owner()));
        let live = Live::start(&part, Some(&target.name)).await?;
        let data = Json::Object(data).to_string();
        let session = live
            .connect(target.name.clone(), argument.to_owned(), data)
            .await?;
        Ok(Arc::new(ComponentSession {
            live,
            session,
            part,
        }))
    }
}

/// Why a value does not fit a key's schema.
fn unfit(key: &DataKey, value: &Json) -> Option<String> {
    let schema = match jsonschema::validator_for(&key.schema) {
        Ok(schema) => schema,
        Err(error) => return Some(format!("its connector describes it badly: {error}")),
    };
    let error = schema.validate(value).err()?;
    Some(crate::sentence::of(
        &key.name,
        &key.schema,
        &error,
        key.secret,
    ))
}
