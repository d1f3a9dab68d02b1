//! One upload or download of a session, frame by frame. Disk work happens on blocking threads in pieces of one frame,
//! so that a slow client never holds a thread.

use std::sync::Arc;

use synfin_protocol::{
    ClientMessage, DataBuffer, Digest, ErrorCode, FrameError, FrameType, PutMode, ServerMessage,
    Tag, UncheckedName,
};

use crate::connection::ReceiveError;
use crate::session::{End, Failure, Session, blocking, checked, within};
use crate::store::{Download, Upload, UploadRequest};

impl Session {
    /// `GET_`: `META`, as many `DATA` as it takes, `DONE`.
    pub(crate) async fn download(&mut self, tag: Tag, name: &UncheckedName) -> Result<(), Failure> {
        let name = checked(name)?;
        let _turn = Arc::clone(&self.context.transfers).acquire_owned().await;
        let store = Arc::clone(&self.context.store);
        let wanted = name.clone();
        let mut download = blocking(move || store.download(&wanted)).await?;
        let size_bytes = download.size_bytes();
        self.send(&ServerMessage::Meta { tag, size_bytes }).await?;
        if size_bytes > 0 {
            download = self.send_content(tag, download).await?;
        }
        let digest = download.digest();
        self.send(&ServerMessage::Done { tag, digest }).await?;
        tracing::info!(peer = %self.peer, %name, size_bytes, %digest, "sent");
        Ok(())
    }

    async fn send_content(
        &mut self,
        tag: Tag,
        mut download: Download,
    ) -> Result<Download, Failure> {
        let mut buffer = DataBuffer::new(self.max_data_bytes);
        let limit = self.context.limits.no_progress;
        while !download.is_complete() {
            let count;
            (download, buffer, count) = blocking(move || {
                let count = download.read(buffer.content_mut())?;
                Ok((download, buffer, count))
            })
            .await?;
            let sending = self.connection.send_frame(buffer.frame(tag, count));
            within(limit, "the client to read", sending).await??;
        }
        Ok(download)
    }

    /// `PUT_`: `CONT`, the client's `DATA` and `DONE`, and `OKAY` once the file stands under its name.
    pub(crate) async fn upload(
        &mut self,
        tag: Tag,
        name: &UncheckedName,
        size_bytes: u64,
        mode: PutMode,
    ) -> Result<(), Failure> {
        let name = checked(name)?;
        let _turn = Arc::clone(&self.context.transfers).acquire_owned().await;
        let store = Arc::clone(&self.context.store);
        let request = UploadRequest {
            name: name.clone(),
            size_bytes,
            mode,
        };
        let upload = blocking(move || Upload::begin(store, request)).await?;
        self.send(&ServerMessage::Continue { tag }).await?;
        let (upload, digest) = self.receive_content(tag, upload).await?;
        blocking(move || upload.publish(digest)).await?;
        self.send(&ServerMessage::Stored { tag }).await?;
        tracing::info!(peer = %self.peer, %name, size_bytes, %digest, "stored");
        Ok(())
    }

    async fn receive_content(
        &mut self,
        tag: Tag,
        mut upload: Upload,
    ) -> Result<(Upload, Digest), Failure> {
        let mut payload = Vec::new();
        loop {
            match self.receive_piece(tag, &mut payload).await? {
                Piece::End(digest) => return Ok((upload, digest)),
                Piece::Content { start } => {
                    (upload, payload) = blocking(move || {
                        upload.write(&payload[start..])?;
                        Ok((upload, payload))
                    })
                    .await?;
                }
            }
        }
    }

    /// The next frame of an upload, in `payload`.
    async fn receive_piece(&mut self, tag: Tag, payload: &mut Vec<u8>) -> Result<Piece, End> {
        let limit = self.context.limits.no_progress;
        within(
            limit,
            "the next part of an upload",
            self.receive_frame(tag, payload),
        )
        .await?
    }

    async fn receive_frame(&mut self, expected: Tag, payload: &mut Vec<u8>) -> Result<Piece, End> {
        if !self.connection.begin_frame().await? {
            return Err(End::Lost(ReceiveError::CutOff));
        }
        let header = self.connection.finish_header().await?;
        if !matches!(header.frame_type, FrameType::Data | FrameType::Done) {
            return Err(FrameError::OutOfPlace(header.frame_type).into());
        }
        self.connection.payload(header, payload).await?;
        match ClientMessage::parse(header, payload)? {
            ClientMessage::Data { tag, content } if tag == expected => Ok(Piece::Content {
                start: payload.len() - content.len(),
            }),
            ClientMessage::Done { tag, digest } if tag == expected => Ok(Piece::End(digest)),
            _other_tag => Err(End::told(
                ErrorCode::Protocol,
                "a part of another transfer than the running one",
            )),
        }
    }
}

/// What an upload is made of.
enum Piece {
    /// The payload from `start` on belongs to the file.
    Content { start: usize },
    /// All was sent, and had this digest.
    End(Digest),
}
