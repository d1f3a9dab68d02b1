//! A pipe, which can be left while it is silent.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use super::stop::Stop;

/// The most that is read of a pipe at once.
const CHUNK_BYTES: usize = 1 << 18;

/// How many chunks may wait.
const CHUNKS: usize = 4;

/// Standard input as a reader that ends when its writer does, or when the process is asked to stop.
#[derive(Debug)]
pub struct Pipe {
    chunks: Receiver<Chunk>,
    current: Vec<u8>,
    given: usize,
    has_ended: bool,
    stop: Stop,
}

#[derive(Debug)]
enum Chunk {
    Bytes(Vec<u8>),
    End,
    Failed(io::Error),
}

impl Pipe {
    /// Reads standard input.
    ///
    /// # Errors
    /// If the system gives no thread or no signals.
    pub fn stdin() -> io::Result<Self> {
        let (sender, chunks) = sync_channel(CHUNKS);
        let stopper = sender.clone();
        let stop = Stop::on_signal(move || {
            // Full, there is something to read, and the reader sees that it was asked.
            let _ = stopper.try_send(Chunk::End);
        })?;
        thread::Builder::new()
            .name("stdin".to_owned())
            .spawn(move || {
                let mut stdin = io::stdin().lock();
                loop {
                    let chunk = next_chunk(&mut stdin);
                    let is_last = !matches!(chunk, Chunk::Bytes(_));
                    if sender.send(chunk).is_err() || is_last {
                        return;
                    }
                }
            })?;
        Ok(Self {
            chunks,
            current: Vec::new(),
            given: 0,
            has_ended: false,
            stop,
        })
    }

    fn refill(&mut self) -> io::Result<()> {
        self.given = 0;
        self.current.clear();
        match self.chunks.recv() {
            Ok(Chunk::Bytes(bytes)) => self.current = bytes,
            Ok(Chunk::Failed(error)) => return Err(error),
            Ok(Chunk::End) | Err(_) => self.has_ended = true,
        }
        Ok(())
    }
}

fn next_chunk(source: &mut impl Read) -> Chunk {
    let mut bytes = vec![0; CHUNK_BYTES];
    match source.read(&mut bytes) {
        Ok(0) => Chunk::End,
        Ok(read) => {
            bytes.truncate(read);
            Chunk::Bytes(bytes)
        }
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Chunk::Bytes(Vec::new()),
        Err(error) => Chunk::Failed(error),
    }
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.current.len() && !self.has_ended && !self.stop.is_asked() {
            self.refill()?;
        }
        let rest = &self.current[self.given..];
        let given = rest.len().min(buffer.len());
        buffer[..given].copy_from_slice(&rest[..given]);
        self.given += given;
        Ok(given)
    }
}
