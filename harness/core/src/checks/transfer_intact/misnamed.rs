//! A file that arrived under another name than was expected: no pass, and told with what to write.

use crate::checks::{Evidence, Finding, program};
use crate::diagnosis::Usually;
use crate::manifest::{FileRecord, Transfer};

/// The finding of a file that did not arrive under its name, with where its contents are.
pub(super) fn told(file: &FileRecord, found_as: &str, finding: Finding) -> Finding {
    let whose = match file.transfer {
        Transfer::Upload => "the server's folder".to_owned(),
        Transfer::Download => format!("client {}'s folder", file.client),
    };
    let found = program::quoted(found_as);
    let mut usually = vec![cause(file, found_as)];
    usually.extend(finding.usually.clone());
    Finding {
        saw: format!(
            "{}; {whose} has {found} with the same contents",
            finding.saw
        ),
        ..finding
    }
    .with(Evidence::File {
        name: file.name.clone(),
        what: format!("SHA-256 {}, as {found}", file.source_sha256),
    })
    .usually(usually)
}

fn cause(file: &FileRecord, found_as: &str) -> Usually {
    let said = |cause: &str, remedy: String, source: &str| Usually {
        cause: cause.to_owned(),
        remedy,
        source: source.to_owned(),
    };
    let is_elsewhere = found_as.starts_with("../");
    match file.transfer {
        Transfer::Upload => said(
            "the server stores uploads under another name, or in another folder",
            "store them under the name they are sent by; `server_dir` of the target says where"
                .to_owned(),
            "docs/targets.md, Files",
        ),
        Transfer::Download if is_elsewhere => said(
            "the client saves downloads in another folder than the target says",
            "set `client_dir` under [files] of the target to the folder where they arrive"
                .to_owned(),
            "docs/targets.md, Files",
        ),
        Transfer::Download => said(
            "the client saves downloads under a name of its own",
            format!(
                "if the assignment allows that, say so under [files] of the target: `download_as = {:?}`",
                found_as.replace(&file.name, "{name}")
            ),
            "docs/targets.md, Files",
        ),
    }
}
