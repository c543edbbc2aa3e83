//! F09: activity by population.

use crate::figures::data::RecordedRun;
use crate::figures::figure::{Figure, Need};
use crate::figures::grid::{self, GridRow};
use crate::figures::protocol::{left_out_words, population_words};
use crate::figures::sheet::Sheet;
use crate::figures::style::Style;
use crate::foundation::error::Result;
use crate::recording::dictionary::of_population;

pub(super) const FIGURE: Figure =
    Figure { id: "F09", title: "Activity by population", needs: &[Need::Column("rate_<population>_hz")], draw };

const FAMILY: &str = "rate_<population>_hz";

fn draw(run: &RecordedRun, style: Style) -> Result<Sheet> {
    let row = |population: &String| GridRow {
        column: of_population(FAMILY, population),
        label: format!("{} (Hz)", population_words(population)),
        must: None,
    };
    let rows: Vec<GridRow> = run.populations(FAMILY).iter().map(row).collect();
    let caption = format!(
        "Firing rate, mean over each population. Left: calendar time; right: the {} h after the first dose. Shaded: stress and infusions of \
         arm {}.{}{} {}",
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
