//! Servers × clients: every pair recorded and graded like any other run, then all of them compared.

use std::path::Path;

use synfin_core::grade::{self, PairReport};
use synfin_core::report::{Matrix, Report};
use tokio::sync::{mpsc, watch};
use tokio::task::block_in_place;

use crate::grading::{self, GradingError, Written};
use crate::options::{MatrixOptions, Named, Programs, RunOptions};
use crate::runner::{self, RunError, RunEvent};

/// What came of a matrix.
#[derive(Debug)]
pub struct MatrixOutcome {
    /// The cells, and whose their failures are.
    pub matrix: Matrix,
    /// Every file that was to be written, and whether it was.
    pub files: Vec<Written>,
    /// Whether Ctrl-C ended it early.
    pub interrupted: bool,
}

/// Why there is no matrix.
#[derive(Debug, thiserror::Error)]
pub enum MatrixError {
    /// A pair could not be recorded.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A pair could not be graded, or nothing be written.
    #[error(transparent)]
    Grading(#[from] GradingError),
}

/// Records and grades every server with every client, one pair after the other. When `interrupted` becomes true, the
/// pair at hand is ended and the rest left out.
pub async fn matrix(
    options: &MatrixOptions,
    events: mpsc::UnboundedSender<RunEvent>,
    interrupted: watch::Receiver<bool>,
) -> Result<MatrixOutcome, MatrixError> {
    let mut pairs = Vec::new();
    for (server, client) in all_pairs(options) {
        if *interrupted.borrow() {
            break;
        }
        let what = format!("{} × {}", server.name, client.name);
        // Nobody has to listen.
        let _ = events.send(RunEvent::Began { what });
        let run = RunOptions {
            programs: Programs::Pair {
                server: server.source.clone(),
                client: client.source.clone(),
            },
            ..options.run.clone()
        };
        let outcome = runner::run(&run, events.clone(), interrupted.clone()).await?;
        let report = block_in_place(|| report(&outcome.folder, &run.out))?;
        pairs.push(PairReport {
            server: server.name.clone(),
            client: client.name.clone(),
            report,
        });
    }
    let matrix = grade::matrix(&pairs);
    Ok(MatrixOutcome {
        files: grading::publish_matrix(&matrix, &options.run.out)?,
        matrix,
        interrupted: *interrupted.borrow(),
    })
}

fn report(run: &Path, out: &Path) -> Result<Report, GradingError> {
    Ok(grading::grade_and_report(run, out, None)?.report)
}

fn all_pairs(options: &MatrixOptions) -> impl Iterator<Item = (&Named, &Named)> {
    let servers = options.servers.iter();
    servers.flat_map(|server| options.clients.iter().map(move |client| (server, client)))
}
