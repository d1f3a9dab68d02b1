//! `HELO`: both sides say who they are and what they can, before anything else.

use crate::bytes::{Reader, Writer};
use crate::frame::{FrameError, FrameType, MAX_DATA_BYTES, MIN_DATA_BYTES};

/// The first bytes of a client's `HELO` payload.
pub const MAGIC: [u8; 4] = *b"SYNF";
/// The protocol version that this crate speaks.
pub const VERSION: u16 = 1;

const MAX_AGENT_BYTES: usize = 128;

/// Versions from `min` to `max`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionRange {
    /// The lowest.
    pub min: u16,
    /// The highest.
    pub max: u16,
}

impl VersionRange {
    /// What this crate speaks.
    pub const OURS: Self = Self {
        min: VERSION,
        max: VERSION,
    };

    /// The highest version that both sides speak.
    pub fn agree(self) -> Result<u16, FrameError> {
        let highest = self.max.min(Self::OURS.max);
        if highest >= self.min.max(Self::OURS.min) {
            Ok(highest)
        } else {
            Err(FrameError::NoCommonVersion {
                min: self.min,
                max: self.max,
            })
        }
    }
}

/// Optional parts of the protocol, one bit each. Version 1 uses none: a client may offer any, a server grants none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features(pub u32);

impl Features {
    /// No optional parts.
    pub const NONE: Self = Self(0);
}

/// A client's `HELO`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientHello {
    /// Versions the client speaks.
    pub versions: VersionRange,
    /// Optional parts it would like.
    pub features: Features,
    /// Most file bytes it takes in one `DATA`, from [`MIN_DATA_BYTES`] to [`MAX_DATA_BYTES`].
    pub max_data_bytes: u32,
    /// Program and version, for the log.
    pub agent: String,
}

impl ClientHello {
    pub(crate) fn parse(payload: &[u8]) -> Result<Self, FrameError> {
        let mut reader = Reader::new(payload);
        if reader.array()? != MAGIC {
            return Err(FrameError::BadMagic);
        }
        Ok(Self {
            versions: VersionRange {
                min: reader.u16()?,
                max: reader.u16()?,
            },
            features: Features(reader.u32()?),
            max_data_bytes: max_data(&mut reader)?,
            agent: reader.text()?,
        })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        Writer::new(FrameType::Helo)
            .raw(&MAGIC)
            .u16(self.versions.min)
            .u16(self.versions.max)
            .u32(self.features.0)
            .u32(self.max_data_bytes)
            .text(&self.agent, MAX_AGENT_BYTES)
            .finish()
    }
}

/// A server's `HELO`: the choice it made and the limits that hold from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerHello {
    /// The version both will speak.
    pub version: u16,
    /// The optional parts granted, a subset of those asked for.
    pub features: Features,
    /// Most file bytes in one `DATA`, both ways.
    pub max_data_bytes: u32,
    /// Largest file the server stores.
    pub max_file_bytes: u64,
    /// Seconds of silence between requests after which the server ends the connection.
    pub idle_limit_s: u32,
    /// Program and version.
    pub agent: String,
}

impl ServerHello {
    pub(crate) fn parse(payload: &[u8]) -> Result<Self, FrameError> {
        let mut reader = Reader::new(payload);
        Ok(Self {
            version: reader.u16()?,
            features: Features(reader.u32()?),
            max_data_bytes: max_data(&mut reader)?,
            max_file_bytes: reader.size()?,
            idle_limit_s: reader.u32()?,
            agent: reader.text()?,
        })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        Writer::new(FrameType::Helo)
            .u16(self.version)
            .u32(self.features.0)
            .u32(self.max_data_bytes)
            .u64(self.max_file_bytes)
            .u32(self.idle_limit_s)
            .text(&self.agent, MAX_AGENT_BYTES)
            .finish()
    }
}

/// A `max_data` that is worth a frame; whoever takes more than [`MAX_DATA_BYTES`] still gets no larger ones.
fn max_data(reader: &mut Reader<'_>) -> Result<u32, FrameError> {
    let value = reader.u32()?;
    if value < MIN_DATA_BYTES {
        return Err(FrameError::BadValue {
            field: "max_data",
            value: value.into(),
        });
    }
    Ok(value.min(MAX_DATA_BYTES))
}
