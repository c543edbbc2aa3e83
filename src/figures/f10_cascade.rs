//! F10: the molecular cascade, from the glutamate surge to synaptic protein.

use crate::figures::data::RecordedRun;
use crate::figures::figure::{Figure, Need};
use crate::figures::grid::{self, GridRow};
use crate::figures::protocol::left_out_words;
use crate::figures::sheet::Sheet;
use crate::figures::style::Style;
use crate::foundation::error::Result;
use crate::recording::dictionary::{RELATIVE, describe};

pub(super) const FIGURE: Figure =
    Figure { id: "F10", title: "The molecular cascade", needs: &[Need::Column("bdnf"), Need::Column("trkb")], draw };

const COLUMNS: [&str; 8] =
    ["glutamate_um", "ampa_throughput", "gaba_tone", "p_eef2", "bdnf", "trkb", "mtorc1", "protein"];
/// Columns that most protocols leave where they are; they have a row where they move.
const MOVED: [&str; 1] = ["serotonin"];

fn draw(run: &RecordedRun, style: Style) -> Result<Sheet> {
    let row = |column: &str| {
        let declared = describe(column)?.0;
        let must = (declared.unit == RELATIVE || MOVED.contains(&column)).then_some(1.0);
        Some(GridRow {
            column: column.to_owned(),
            label: format!("{}\n({})", short(declared.label), declared.unit),
            must,
        })
    };
    let rows: Vec<GridRow> = MOVED
        .into_iter()
        .filter(|column| moves(run, column))
        .chain(COLUMNS)
        .filter(|column| run.has(column))
        .filter_map(row)
        .collect();
    let caption = format!(
        "The links between receptor block and spines. Left: calendar time; right: the {} h after the first dose; {RELATIVE}: relative to \
         the same network unstressed. Shaded: stress and infusions of arm {}.{}{} {}",
        grid::SPAN_H,
        run.featured().caption(),
        grid::strip_words(run, &style),
        left_out_words(run, &grid::arms(run)),
        run.band_words()
    );
    Sheet::paint(FIGURE.title, grid::size(run, &style, rows.len()), style, caption, |canvas, source| {
        grid::paint(canvas, source, run, &rows);
    })
}

/// Whether a column of some arm leaves its typical value of 1, by more than the noise of a print.
fn moves(run: &RecordedRun, column: &str) -> bool {
    let mut traces = run.arms().iter().flat_map(|arm| run.traces(arm, column));
    traces.any(|trace| trace.values.iter().any(|value| (value - 1.0).abs() > 0.01))
}

/// Rows are 22 mm high: a longer label would run into its neighbours.
fn short(label: &str) -> &str {
    match label {
        "Extracellular glutamate" => "Glutamate",
        "Synaptic protein" => "Protein",
        "AMPA throughput" => "AMPA",
        "Serotonergic tone" => "Serotonin tone",
        other => other,
    }
}
