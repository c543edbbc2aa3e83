//! F10: the molecular cascade, from the glutamate surge to synaptic protein.

use crate::figures::data::Run;
use crate::figures::grid::{self, GridRow};
use crate::figures::style::Style;
use crate::figures::{Figure, Need, Sheet};
use crate::foundation::error::Result;
use crate::recording::dictionary::{RELATIVE, describe};

pub(super) const FIGURE: Figure =
    Figure { id: "F10", title: "The molecular cascade", needs: &[Need::Column("bdnf"), Need::Column("trkb")], draw };

const COLUMNS: [&str; 8] =
    ["glutamate_um", "ampa_throughput", "gaba_tone", "p_eef2", "bdnf", "trkb", "mtorc1", "protein"];

fn draw(run: &Run, style: Style) -> Result<Sheet> {
    let row = |column: &str| {
        let declared = describe(column)?.0;
        let must = (declared.unit == RELATIVE).then_some(1.0);
        Some(GridRow {
            column: column.to_owned(),
            label: format!("{}\n({})", short(declared.label), declared.unit),
            must,
        })
    };
    let rows: Vec<GridRow> = COLUMNS.into_iter().filter(|column| run.has(column)).filter_map(row).collect();
    let caption = format!(
        "The links between receptor block and spines. Left: calendar time; right: the {} h after the first dose; {RELATIVE}: relative to \
         the same network unstressed. Shaded: stress and infusions of arm `{}`. {}",
        grid::SPAN_H,
        run.featured().name,
        run.band_words()
    );
    Sheet::paint(FIGURE.title, grid::size(run, &style, rows.len()), style, caption, |canvas, source| {
        grid::paint(canvas, source, run, &rows);
    })
}

/// Rows are 22 mm high: a longer label would run into its neighbours.
fn short(label: &str) -> &str {
    match label {
        "Extracellular glutamate" => "Glutamate",
        "Synaptic protein" => "Protein",
        "AMPA throughput" => "AMPA",
        other => other,
    }
}
