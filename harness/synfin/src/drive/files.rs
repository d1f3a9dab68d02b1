//! The files that steps transfer: laid out before, looked at after.

use sha2::{Digest as _, Sha256};
use synfin_core::content::file_bytes;
use synfin_core::manifest::{FileRecord, Role, Transfer};
use synfin_core::spec::{Beside, ClientNumber, PlacedContents, Step, StepEntry, StepFile};

use super::client::place_number;
use super::play::Play;
use super::stage::Stage;
use crate::sandbox::SandboxError;

/// The size of a file that a step downloads and none uploaded before, bytes.
const PLACED_SIZE: u64 = 64 * 1024;

/// A file as a raw client names and sends it.
#[derive(Debug, Default)]
pub(super) struct RawFile {
    /// Its name.
    pub(super) name: String,
    /// Its size, bytes.
    pub(super) size: u64,
    /// Its bytes, if they are sent.
    pub(super) content: Vec<u8>,
}

impl Stage {
    /// Lays out what a request needs: the file to upload, or an empty place for the one to download.
    pub(crate) async fn prepare(
        &self,
        client: ClientNumber,
        place: usize,
        step: &Step,
    ) -> Result<StepFile, SandboxError> {
        let Some(file) = self.file_of(client, place, step) else {
            return Ok(StepFile::default());
        };
        let role = Role::Client(client.0);
        let files = &self.play.target.files;
        match file.transfer {
            Transfer::Upload => {
                let path = format!("{}/{}", files.client_dir, file.name);
                let contents = contents(self.play.seed, &file);
                self.sandbox.put(role, &path, &contents).await?;
            }
            Transfer::Download => {
                let path = files.download_path(&file.name);
                self.sandbox.remove(role, &path).await?;
            }
        }
        self.log().files.push(file.clone());
        Ok(StepFile {
            name: file.name,
            size: file.size,
        })
    }

    /// The file of a raw client's step, its name and contents; what it sends is recorded. Of a download only the server's
    /// copy exists: where the file stands among the bytes that come back, only a program knows.
    pub(super) fn raw_file(
        &self,
        client: ClientNumber,
        place: usize,
        step: &Step,
    ) -> Option<RawFile> {
        let file = self.file_of(client, place, step)?;
        let content = match file.transfer {
            Transfer::Upload => contents(self.play.seed, &file),
            Transfer::Download => Vec::new(),
        };
        let found = RawFile {
            name: file.name.clone(),
            size: file.size,
            content,
        };
        if file.transfer == Transfer::Upload {
            self.log().files.push(file);
        }
        Some(found)
    }

    /// The record of the file that the step transfers, nothing having arrived yet.
    fn file_of(&self, client: ClientNumber, place: usize, step: &Step) -> Option<FileRecord> {
        let name = step.file_name(client)?;
        let (transfer, size) = self.play.transfer(step, client)?;
        let mut file = FileRecord {
            client: client.0,
            entry: place_number(place),
            transfer,
            name,
            size,
            source_sha256: String::new(),
            arrived_size: None,
            arrived_sha256: None,
            found_as: None,
        };
        file.source_sha256 = sha256(&contents(self.play.seed, &file));
        Some(file)
    }

    /// Makes the folder of the role's transferred files, and lays what the target places beside its program.
    pub(crate) async fn place(&self, role: Role) -> Result<(), SandboxError> {
        let files = &self.play.target.files;
        let transferred = match role {
            Role::Server => &files.server_dir,
            Role::Client(_) => &files.client_dir,
        };
        self.sandbox.make_folder(role, transferred).await?;
        for placed in &files.place {
            let is_its = match placed.beside {
                Beside::Both => true,
                Beside::Server => role == Role::Server,
                Beside::Client => role != Role::Server,
            };
            if !is_its {
                continue;
            }
            let path = &placed.path;
            match &placed.contents {
                PlacedContents::Folder => self.sandbox.make_folder(role, path).await?,
                PlacedContents::Text(text) => self.sandbox.put(role, path, text.as_bytes()).await?,
                PlacedContents::Seeded(size) => {
                    let size = usize::try_from(*size).unwrap_or(usize::MAX);
                    let contents = file_bytes(self.play.seed, path, size);
                    self.sandbox.put(role, path, &contents).await?;
                }
            }
        }
        Ok(())
    }

    /// Puts the files that steps download and none uploads where the server serves from.
    pub(crate) async fn place_downloads(&self) -> Result<(), SandboxError> {
        let uploaded: Vec<String> = self.play.uploads().map(|(name, _)| name).collect();
        let downloads = self
            .play
            .doings()
            .filter(|(step, _)| matches!(step.request(), Some(Step::Download { .. })));
        for name in downloads.filter_map(|(step, client)| step.file_name(client)) {
            if !uploaded.contains(&name) {
                let path = format!("{}/{name}", self.play.target.files.server_dir);
                let size = usize::try_from(PLACED_SIZE).unwrap_or(usize::MAX);
                self.sandbox
                    .put(
                        Role::Server,
                        &path,
                        &file_bytes(self.play.seed, &name, size),
                    )
                    .await?;
            }
        }
        Ok(())
    }

    /// Notes what arrived of the file that the client's step downloaded.
    pub(crate) async fn collect_download(
        &self,
        client: ClientNumber,
        place: usize,
    ) -> Result<(), SandboxError> {
        let is_it = |file: &FileRecord| {
            file.client == client.0
                && file.entry == place_number(place)
                && file.transfer == Transfer::Download
        };
        self.collect(is_it).await
    }

    /// Notes what arrived of all uploaded files.
    pub(crate) async fn collect_uploads(&self) -> Result<(), SandboxError> {
        self.collect(|file| file.transfer == Transfer::Upload).await
    }

    async fn collect(&self, wanted: impl Fn(&FileRecord) -> bool) -> Result<(), SandboxError> {
        let files: Vec<FileRecord> = self
            .log()
            .files
            .iter()
            .filter(|file| wanted(file))
            .cloned()
            .collect();
        for file in files {
            let arrived = self.arrived(file.clone()).await?;
            let mut log = self.log();
            for record in log.files.iter_mut().filter(|record| **record == file) {
                record.clone_from(&arrived);
            }
        }
        Ok(())
    }

    /// The program that a file goes to, the folder where it should arrive, and its path.
    fn destination(&self, file: &FileRecord) -> (Role, &str, String) {
        let files = &self.play.target.files;
        match file.transfer {
            Transfer::Upload => {
                let path = format!("{}/{}", files.server_dir, file.name);
                (Role::Server, &files.server_dir, path)
            }
            Transfer::Download => {
                let path = files.download_path(&file.name);
                (Role::Client(file.client), &files.client_dir, path)
            }
        }
    }

    /// The record with what arrived: size and digest of the file where it should be, or its contents under another name.
    async fn arrived(&self, file: FileRecord) -> Result<FileRecord, SandboxError> {
        let (role, folder, path) = self.destination(&file);
        let found_as = match self.digest_of(role, &path).await? {
            Some((size, sha256)) => {
                return Ok(FileRecord {
                    arrived_size: Some(size),
                    arrived_sha256: Some(sha256),
                    found_as: None,
                    ..file
                });
            }
            None => self.found_elsewhere(role, folder, &file).await?,
        };
        Ok(FileRecord {
            arrived_size: None,
            arrived_sha256: None,
            found_as,
            ..file
        })
    }
}

impl Play {
    /// Every file that a client transfers: name and size.
    pub(crate) fn transfers(&self) -> impl Iterator<Item = (String, u64)> {
        self.doings().filter_map(|(step, client)| {
            let name = step.file_name(client)?;
            let (_, size) = self.transfer(step, client)?;
            Some((name, size))
        })
    }

    /// Which way a step's file goes, and its size in bytes.
    pub(super) fn transfer(&self, step: &Step, client: ClientNumber) -> Option<(Transfer, u64)> {
        let name = step.file_name(client)?;
        match step.request()? {
            Step::Upload { size, .. } => Some((Transfer::Upload, size.0)),
            Step::Download { .. } => Some((Transfer::Download, self.uploaded_size(&name))),
            Step::Connect | Step::List | Step::Quit | Step::Hold | Step::Fault(_) => None,
        }
    }

    /// The size of the file of this name that some step uploads; placed files have a size of their own.
    fn uploaded_size(&self, name: &str) -> u64 {
        let upload = self.uploads().find(|(uploaded, _)| uploaded == name);
        upload.map_or(PLACED_SIZE, |(_, size)| size)
    }

    /// Every file that a client uploads, if it can: name and size.
    fn uploads(&self) -> impl Iterator<Item = (String, u64)> {
        let can_upload = self.target.client.can("upload");
        self.doings()
            .filter(move |(_, client)| can_upload || self.scenario.is_raw(*client))
            .filter_map(|(step, client)| match step.request()? {
                Step::Upload { size, .. } => Some((step.file_name(client)?, size.0)),
                Step::Connect
                | Step::List
                | Step::Download { .. }
                | Step::Quit
                | Step::Hold
                | Step::Fault(_) => None,
            })
    }

    /// Every step with every client that does it.
    fn doings(&self) -> impl Iterator<Item = (&Step, ClientNumber)> {
        let clients = || self.scenario.everybody();
        let is_its =
            |entry: &StepEntry, client: ClientNumber| entry.only.is_none_or(|only| only == client);
        self.scenario.steps.iter().flat_map(move |entry| {
            clients()
                .filter(move |client| is_its(entry, *client))
                .map(move |client| (&entry.step, client))
        })
    }
}

fn contents(seed: u64, file: &FileRecord) -> Vec<u8> {
    file_bytes(
        seed,
        &file.name,
        usize::try_from(file.size).unwrap_or(usize::MAX),
    )
}

fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}
