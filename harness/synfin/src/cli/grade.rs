//! `synfin grade`: judge a recording, without privileges, on any system.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use synfin_core::grade::GradeError;
use synfin_core::report;

use super::capture::CaptureArg;
use super::exit::{Exit, Failure, Strictness};
use super::output::{self, Output};
use super::progress::Progress;
use super::source;
use crate::grading::{self, Graded, GradingError, Written};
use crate::options::RubricSource;

/// Grade a recording, or a capture made elsewhere.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A run's folder (captures/RUN), or a pcap or pcapng file.
    recording: PathBuf,
    /// Where the server listens, for a capture made elsewhere.
    #[arg(long, value_name = "ADDR:PORT")]
    server: Option<SocketAddr>,
    /// A rubric file or a built-in rubric's name, in place of the one recorded with; for a capture made elsewhere
    /// `lifecycle` if nothing is said.
    #[arg(long, value_name = "FILE|NAME")]
    rubric: Option<String>,
    /// The folder under which reports/ is made.
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    #[command(flatten)]
    output: OutputArgs,
}

/// What `run` and `grade` print, and when they are content.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(super) struct OutputArgs {
    /// What is printed on standard output; every format is written to files too.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Count skipped items as inconclusive.
    #[arg(long)]
    strict: bool,
}

/// A format of standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// The rubric table, the connection table, and what did not pass.
    #[default]
    Table,
    /// The connection table.
    Connections,
    /// report.json.
    Json,
    /// GitHub-flavoured Markdown.
    Markdown,
    /// JUnit XML.
    Junit,
}

pub(super) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let rubric = args.rubric.as_deref().map(source::rubric).transpose()?;
    match (args.recording.is_dir(), args.server) {
        (true, None) => grade_recording(
            &args.recording,
            &args.out,
            rubric.as_ref(),
            args.output,
            output,
        ),
        (true, Some(_)) => Err(Failure::Usage(anyhow!(
            "--server is for a capture made elsewhere; {} is a folder, whose manifests name the server",
            args.recording.display()
        ))),
        (false, None) => Err(which_server(&args.recording)),
        (false, Some(server)) => {
            check_server(&args.recording, server)?;
            let graded =
                grading::grade_capture(&args.recording, server, &args.out, rubric.as_ref());
            print(&graded.map_err(failure)?, None, args.output, output)
        }
    }
}

/// Grades a run's folder, writes its reports and prints; `synfin run` ends with this too.
pub(super) fn grade_recording(
    folder: &Path,
    out: &Path,
    rubric: Option<&RubricSource>,
    args: OutputArgs,
    output: &Output,
) -> Result<Exit, Failure> {
    let graded = grading::grade_and_report(folder, out, rubric).map_err(failure)?;
    print(&graded, Some(folder), args, output)
}

/// Prints the report, and tells which files there are now.
fn print(
    graded: &Graded,
    captures: Option<&Path>,
    args: OutputArgs,
    output: &Output,
) -> Result<Exit, Failure> {
    output::data(&rendered(graded, captures, args.format, output)?)?;
    if tell_files(&graded.files, output) == Exit::Internal {
        return Ok(Exit::Internal);
    }
    Ok(Exit::of_report(
        &graded.report,
        Strictness::of_flag(args.strict),
    ))
}

/// Tells which files there are now; that one is missing is our failure.
pub(super) fn tell_files(files: &[Written], output: &Output) -> Exit {
    for file in files {
        match &file.outcome {
            Ok(()) => output.talk(format_args!("wrote {}", shown(&file.path))),
            Err(error) => output::warn(&format!("failed to write {}", shown(&file.path)), error),
        }
    }
    if files.iter().any(|file| file.outcome.is_err()) {
        return Exit::Internal;
    }
    Exit::Passed
}

fn rendered(
    graded: &Graded,
    captures: Option<&Path>,
    format: Format,
    output: &Output,
) -> Result<String, Failure> {
    let report = &graded.report;
    let page = report::Page {
        captures: captures.map(shown),
        reports: Some(shown(&graded.folder)),
        ..output.page()
    };
    match format {
        Format::Table => Ok(grading::summary(report, &page)),
        Format::Connections => Ok(report::connections(report, &page)),
        Format::Json => Ok(report::json(report)),
        Format::Markdown => Ok(report::markdown(report)),
        Format::Junit => report::junit(report).map_err(Failure::internal),
    }
}

/// A path as the user would type it.
fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

/// What is wrong with a recording, a rubric or a place to write to is the user's to mend.
pub(super) fn failure(error: GradingError) -> Failure {
    match error {
        GradingError::Grade(GradeError::Spec(error)) => Failure::Spec(Box::new(error)),
        GradingError::Grade(error @ GradeError::Capture { .. }) => Failure::usage(error),
        GradingError::Store(error) => Failure::usage(error),
    }
}

/// A capture made elsewhere says who answered, but not who was meant.
fn which_server(path: &Path) -> Failure {
    match Servers::of(path) {
        Ok(servers) => servers.question(
            "which server is to be graded? give --server ADDR:PORT",
            path,
        ),
        Err(failure) => failure,
    }
}

/// A server that nobody connected to was not meant, if others were.
fn check_server(path: &Path, server: SocketAddr) -> Result<(), Failure> {
    let servers = Servers::of(path)?;
    let canonical = |address: SocketAddr| (address.ip().to_canonical(), address.port());
    let mut asked = servers.asked.iter().copied().map(canonical);
    if servers.answered.is_empty() || asked.any(|it| it == canonical(server)) {
        return Ok(());
    }
    let what = format!("no connection is to {server}");
    Err(servers.question(&what, path))
}

/// The servers of a capture.
#[derive(Default)]
struct Servers {
    /// Whom somebody wanted to connect to.
    asked: HashSet<SocketAddr>,
    /// Who answered SYNs, and on how many connections; the busiest first.
    answered: Vec<(SocketAddr, usize)>,
}

impl Servers {
    fn of(path: &Path) -> Result<Self, Failure> {
        let mut capture = CaptureArg::from(path.to_owned()).open(Progress::none())?;
        let mut asked = HashSet::new();
        let mut answered: HashMap<SocketAddr, usize> = HashMap::new();
        let _ = capture.each_connection(|connection| {
            asked.insert(connection.responder);
            if connection.setup.syn_ack.is_some() {
                *answered.entry(connection.responder).or_default() += 1;
            }
            ControlFlow::<()>::Continue(())
        });
        let mut answered: Vec<_> = answered.into_iter().collect();
        answered.sort_by_key(|&(server, count)| (Reverse(count), server));
        Ok(Self { asked, answered })
    }

    /// What is asked of the user, and who there is.
    fn question(&self, question: &str, path: &Path) -> Failure {
        let answered = self.answered.iter();
        let seen: Vec<String> = answered
            .map(|(server, connections)| format!("\n  {server}  on {connections} connections"))
            .collect();
        Failure::Usage(match seen.as_slice() {
            [] => anyhow!("{question}; nobody answered a SYN in {}", path.display()),
            seen => anyhow!(
                "{question}; in {} these answered:{}",
                path.display(),
                seen.concat()
            ),
        })
    }
}
