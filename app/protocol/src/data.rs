//! `DATA` frames, built in place.

use crate::{FrameType, HEADER_BYTES, Header, MAX_DATA_BYTES, Tag};

const PREFIX_BYTES: usize = HEADER_BYTES + size_of::<u32>();

/// A reusable buffer for one `DATA` frame: file bytes are read straight behind the place of the header, so that
/// header and body leave in one write and nothing is copied.
#[derive(Debug)]
pub struct DataBuffer {
    frame: Vec<u8>,
}

impl DataBuffer {
    /// Room for at most `max_data_bytes` of a file, and never for more than [`MAX_DATA_BYTES`].
    pub fn new(max_data_bytes: u32) -> Self {
        let content_bytes = max_data_bytes.min(MAX_DATA_BYTES) as usize;
        Self {
            frame: vec![0; PREFIX_BYTES + content_bytes],
        }
    }

    /// Where the file's bytes go.
    pub fn content_mut(&mut self) -> &mut [u8] {
        &mut self.frame[PREFIX_BYTES..]
    }

    /// The first `content_bytes` of the file's bytes; fewer if the buffer is smaller.
    pub fn content(&self, content_bytes: usize) -> &[u8] {
        let content = &self.frame[PREFIX_BYTES..];
        &content[..content_bytes.min(content.len())]
    }

    /// The whole frame around the first `content_bytes`.
    pub fn frame(&mut self, tag: Tag, content_bytes: usize) -> &[u8] {
        let end = self.frame.len().min(PREFIX_BYTES + content_bytes);
        let payload_bytes = u32::try_from(end - HEADER_BYTES).unwrap_or(u32::MAX);
        let header = Header {
            frame_type: FrameType::Data,
            payload_bytes,
        };
        self.frame[..HEADER_BYTES].copy_from_slice(&header.encode());
        self.frame[HEADER_BYTES..PREFIX_BYTES].copy_from_slice(&tag.0.to_be_bytes());
        &self.frame[..end]
    }
}
