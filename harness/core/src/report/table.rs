//! The rubric table, as rubric authors write it: one row an item.

use tabled::builder::Builder;
use tabled::settings::{Color, Modify, Padding, Style, object::Cell};

use super::page::{Colour, Page, columns_of, wrapped};
use super::visible::{harmless, visible, with_text};
use super::words::{item_result, points_words, summary};
use super::{ItemReport, Report, ResultName};

/// The rubric table with what was graded above it, and the points and folders below.
pub fn table(report: &Report, page: &Page) -> String {
    let report = with_text(report, visible);
    let text = format!(
        "{}\n\n{}\n\n{}",
        heading(&report, page),
        rows(&report.items, page),
        footer(&report, page)
    );
    harmless(&text)
}

/// Title, and what was graded.
fn heading(report: &Report, page: &Page) -> String {
    let title = wrapped(&report.title, page.width()).join("\n");
    format!(
        "{}\n{}",
        page.colour.bold(&title),
        wrapped(&summary(report).join(" · "), page.width()).join("\n")
    )
}

/// The points, and where everything lies.
fn footer(report: &Report, page: &Page) -> String {
    let folders = page.reports.iter().chain(&page.captures);
    let points = format!(" {}", points_words(report.points));
    let one_line = folders.clone().fold(points.clone(), |line, folder| {
        format!("{line}   {}", visible(folder))
    });
    if columns_of(&one_line) <= page.width() {
        return one_line + "\n";
    }
    folders.fold(points, |lines, folder| {
        format!("{lines}\n {}", visible(folder))
    }) + "\n"
}

const HEADINGS: [&str; 5] = ["#", "Fail (0)", "Pass (1)", "Result", "Evidence"];

/// Columns between two cells, and before the first.
const GAP: usize = 2;

fn rows(items: &[ItemReport], page: &Page) -> String {
    let cells: Vec<[String; 5]> = items.iter().map(cells).collect();
    let widths = Widths::fit(&cells, page.width());
    let mut builder = Builder::default();
    builder.push_record(HEADINGS);
    for row in &cells {
        builder.push_record(widths.wrap(row));
    }
    let mut table = builder.build();
    table.with(Style::empty()).with(Padding::new(1, 1, 0, 0));
    for (index, item) in items.iter().enumerate() {
        let colour = ink(page.colour, item.result);
        table.with(Modify::new(Cell::new(index + 1, 3)).with(colour));
    }
    trimmed(&table.to_string())
}

fn cells(item: &ItemReport) -> [String; 5] {
    [
        item.number.to_string(),
        item.fail.clone(),
        item.pass.clone(),
        item_result(item),
        item.evidence.clone(),
    ]
}

/// The columns that each cell may take.
struct Widths([usize; 5]);

impl Widths {
    /// Number and result take what they need, the result at most a word of its own; the three texts share the rest.
    fn fit(rows: &[[String; 5]], page_width: usize) -> Self {
        let needed = |column: usize| {
            let cells = rows.iter().map(|row| columns_of(&row[column]));
            cells
                .chain([columns_of(HEADINGS[column])])
                .max()
                .unwrap_or(0)
        };
        let (number, result) = (needed(0), needed(3).min("Inconclusive".len()));
        let texts = page_width.saturating_sub(number + result + 5 * GAP);
        let evidence = (texts * 2 / 5).min(needed(4));
        let half = (texts - evidence) / 2;
        Self([
            number,
            half.min(needed(1)),
            half.min(needed(2)),
            result,
            evidence,
        ])
    }

    fn wrap(&self, row: &[String; 5]) -> [String; 5] {
        std::array::from_fn(|column| wrapped(&row[column], self.0[column]).join("\n"))
    }
}

/// The colour of a result's cell.
fn ink(colour: Colour, result: ResultName) -> Color {
    match (colour, result) {
        (Colour::Plain, _) => Color::empty(),
        (Colour::Ansi, ResultName::Pass) => Color::FG_GREEN,
        (Colour::Ansi, ResultName::Fail) => Color::FG_RED,
        (Colour::Ansi, ResultName::Flaky) => Color::FG_MAGENTA,
        (Colour::Ansi, ResultName::Inconclusive) => Color::FG_YELLOW,
        (Colour::Ansi, ResultName::Skipped) => Color::FG_BRIGHT_BLACK,
    }
}

/// Lines without the spaces that fill their last cell.
pub(super) fn trimmed(table: &str) -> String {
    let lines: Vec<&str> = table.lines().map(str::trim_end).collect();
    lines.join("\n")
}
