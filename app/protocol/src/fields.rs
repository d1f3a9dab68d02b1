//! The fields that frames of both directions are made of.

use crate::bytes::{Reader, Writer};
use crate::{Digest, FrameError, FrameType, UncheckedName};

/// The number under which a client asks and a server answers. A client counts up from 1; 0 is the connection itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tag(pub u32);

impl Tag {
    /// What concerns no request but the connection.
    pub const CONNECTION: Self = Self(0);
}

const SHA_256: u8 = 1;

/// The tag of a request or of an answer to one: never that of the connection.
pub(crate) fn tag(reader: &mut Reader<'_>) -> Result<Tag, FrameError> {
    match reader.u32()? {
        0 => Err(FrameError::BadValue {
            field: "tag",
            value: 0,
        }),
        number => Ok(Tag(number)),
    }
}

pub(crate) fn name(reader: &mut Reader<'_>) -> Result<UncheckedName, FrameError> {
    Ok(UncheckedName(reader.block()?.to_vec()))
}

/// File bytes: what is left of a `DATA`, and never nothing.
pub(crate) fn content(reader: Reader<'_>) -> Result<&[u8], FrameError> {
    match reader.rest() {
        [] => Err(FrameError::Truncated),
        content => Ok(content),
    }
}

pub(crate) fn digest(reader: &mut Reader<'_>) -> Result<Digest, FrameError> {
    match reader.u8()? {
        SHA_256 => Ok(Digest(reader.array()?)),
        value => Err(FrameError::BadValue {
            field: "algorithm",
            value: value.into(),
        }),
    }
}

pub(crate) fn encode_done(tag: Tag, digest: Digest) -> Vec<u8> {
    Writer::new(FrameType::Done)
        .u32(tag.0)
        .u8(SHA_256)
        .raw(&digest.0)
        .finish()
}
