//! Which part a program plays in a scenario.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A program's part in a scenario: `server`, or `client-3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The server.
    Server,
    /// The client of this number, from 1 on.
    Client(u32),
}

impl Role {
    /// The client's number, for a client.
    pub fn client(self) -> Option<u32> {
        match self {
            Self::Server => None,
            Self::Client(number) => Some(number),
        }
    }
}

/// `server`, `client-3`.
impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Server => f.write_str("server"),
            Self::Client(number) => write!(f, "client-{number}"),
        }
    }
}

/// The text is neither `server` nor `client-N`.
#[derive(Debug, thiserror::Error)]
#[error("no role is called {0:?}")]
pub struct UnknownRole(String);

impl std::str::FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        let client = || text.strip_prefix("client-")?.parse().ok();
        match text {
            "server" => Ok(Self::Server),
            _ => client()
                .map(Self::Client)
                .ok_or_else(|| UnknownRole(text.to_owned())),
        }
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Role {
    fn schema_name() -> Cow<'static, str> {
        "Role".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A program's part in a scenario.",
            "type": "string",
            "pattern": "^(server|client-[0-9]+)$",
        })
    }
}
