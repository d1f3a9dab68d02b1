//! Servers × clients: what each pair came to, and which side its failures are put down to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tabled::builder::Builder;
use tabled::settings::{Padding, Style};

use super::json::write_pretty;
use super::page::{Page, labelled, wrapped};
use super::table::trimmed;
use super::visible::{harmless, visible, with_text};
use super::words::points_words;
use super::{Points, Status};

/// Every server with every client, by one rubric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    /// Version of this format, 1.
    pub schema: u32,
    /// The rubric's title.
    pub title: String,
    /// The servers, as they were named.
    pub servers: Vec<String>,
    /// The clients, as they were named.
    pub clients: Vec<String>,
    /// The cells, server by server.
    pub cells: Vec<MatrixCell>,
}

/// One server with one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MatrixCell {
    /// Whose server.
    pub server: String,
    /// Whose client.
    pub client: String,
    /// The run's name: its recordings and its report are called so.
    pub run: String,
    /// What it came to.
    pub status: Status,
    /// Its points.
    pub points: Points,
    /// The items that failed, in the rubric's order.
    pub failures: Vec<Blamed>,
}

/// A failure of a pair, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Blamed {
    /// The item's id.
    pub item: String,
    /// Whose failure it is.
    pub side: Blame,
}

/// The side that fails an item with the reference's other side too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Blame {
    /// The server fails it with the reference client too, and the client passes it with the reference server.
    Server,
    /// The other way round.
    Client,
    /// Each of them fails it with the reference too.
    Both,
    /// Each of them passes it with the reference: only the two together fail.
    Neither,
    /// It cannot be told: the reference took no part, failed itself, or decided nothing.
    Unknown,
}

/// The matrix as indented JSON.
pub fn matrix_json(matrix: &Matrix) -> String {
    let mut text = Vec::new();
    write_pretty(matrix, &mut text).expect("a matrix has string keys only");
    String::from_utf8(text).expect("JSON is UTF-8")
}

/// The table of cells, and below it every failure with the side it is put down to.
pub fn matrix_table(matrix: &Matrix, page: &Page) -> String {
    let matrix = with_text(matrix, visible);
    let title = wrapped(&matrix.title, page.width()).join("\n");
    let failures: Vec<String> = matrix
        .cells
        .iter()
        .flat_map(|cell| cell.failures.iter().map(move |blamed| (cell, blamed)))
        .flat_map(|(cell, blamed)| failure(cell, blamed, page))
        .collect();
    let title = page.colour.bold(&title);
    let parts = [format!("{title}\n"), cells(&matrix), failures.join("\n")];
    let there: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    harmless(&(there.join("\n") + "\n"))
}

fn cells(matrix: &Matrix) -> String {
    let mut builder = Builder::default();
    let heading = ["server ↓  client →"].into_iter();
    builder.push_record(heading.chain(matrix.clients.iter().map(String::as_str)));
    for server in &matrix.servers {
        let row = matrix.clients.iter().map(|client| {
            let mut cells = matrix.cells.iter();
            let cell = cells.find(|cell| cell.server == *server && cell.client == *client);
            cell.map_or_else(|| "not run".to_owned(), in_short)
        });
        builder.push_record([server.clone()].into_iter().chain(row));
    }
    let mut table = builder.build();
    table.with(Style::empty()).with(Padding::new(1, 1, 0, 0));
    trimmed(&table.to_string())
}

/// `Fail, 3 of 5 points`.
fn in_short(cell: &MatrixCell) -> String {
    let word = match cell.status {
        Status::Passed => "Pass",
        Status::Failed => "Fail",
        Status::Inconclusive => "Inconclusive",
    };
    let points = points_words(cell.points);
    let reached = points.split(';').next().unwrap_or_default();
    format!("{word}, {reached}")
}

fn failure(cell: &MatrixCell, blamed: &Blamed, page: &Page) -> Vec<String> {
    let label = format!(" {}  ", blamed.item);
    let (server, client) = (&cell.server, &cell.client);
    let whose = match blamed.side {
        Blame::Server => {
            format!("the server of {server}: it fails with the reference client too")
        }
        Blame::Client => {
            format!("the client of {client}: it fails with the reference server too")
        }
        Blame::Both => {
            format!(
                "both the server of {server} and the client of {client}: each fails with the reference too"
            )
        }
        Blame::Neither => {
            format!(
                "neither alone: the server of {server} and the client of {client} each pass with the reference"
            )
        }
        Blame::Unknown => {
            "it cannot be told whose: with the reference pair this item failed, was not decided, or was not run, so there \
             is nothing to compare with"
                .to_owned()
        }
    };
    let text = format!("{server} × {client}: {whose}; reports/{}", cell.run);
    labelled(&label, &text, page.width())
}
