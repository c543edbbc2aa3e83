//! The numbers behind a figure, as drawn: every mark adds itself here, so that the table cannot differ
//! from the picture.

use crate::recording::cells::write_number;

/// One mark, or one point of a line.
#[derive(Clone, Debug, PartialEq)]
struct SourceRow {
    panel: String,
    series: String,
    x: f64,
    y: f64,
    low: f64,
    high: f64,
    n: usize,
}

/// Names of the axes of one panel.
#[derive(Clone, Debug, PartialEq)]
struct Axes {
    panel: String,
    x: String,
    y: String,
}

/// The source data of one figure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourceTable {
    rows: Vec<SourceRow>,
    axes: Vec<Axes>,
}

/// One point of a line with its band. NaN where there is no band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Horizontal value.
    pub x: f64,
    /// Vertical value.
    pub y: f64,
    /// Lower end of the band or error bar.
    pub low: f64,
    /// Upper end of the band or error bar.
    pub high: f64,
    /// How many independent networks it summarises.
    pub n: usize,
}

impl Mark {
    /// A point without a band.
    #[must_use]
    pub const fn plain(x: f64, y: f64) -> Self {
        Self { x, y, low: f64::NAN, high: f64::NAN, n: 1 }
    }
}

impl SourceTable {
    /// Says what the axes of `panel` are, with units.
    pub fn axes(&mut self, panel: &str, x: &str, y: &str) {
        // Labels may be set in two lines; a table has them in one.
        self.axes.push(Axes { panel: panel.to_owned(), x: x.replace('\n', " "), y: y.replace('\n', " ") });
    }

    /// Adds the points of one series.
    pub fn series(&mut self, panel: &str, series: &str, marks: impl IntoIterator<Item = Mark>) {
        let row = |mark: Mark| SourceRow {
            panel: panel.to_owned(),
            series: series.to_owned(),
            x: mark.x,
            y: mark.y,
            low: mark.low,
            high: mark.high,
            n: mark.n,
        };
        self.rows.extend(marks.into_iter().filter(|mark| mark.y.is_finite()).map(row));
    }

    /// Whether nothing was drawn.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table as CSV: panel, x and y names with units, series, x, y, low, high, n.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut text = "panel,x_name,y_name,series,x,y,low,high,n\n".to_owned();
        for row in &self.rows {
            let axes = self.axes.iter().find(|axes| axes.panel == row.panel);
            let (x, y) = axes.map_or(("", ""), |axes| (&axes.x, &axes.y));
            for cell in [&row.panel, x, y, &row.series] {
                quote(&mut text, cell);
                text.push(',');
            }
            for value in [row.x, row.y, row.low, row.high] {
                write_number(&mut text, value);
                text.push(',');
            }
            text.push_str(&row.n.to_string());
            text.push('\n');
        }
        text
    }
}

fn quote(text: &mut String, cell: &str) {
    if cell.contains([',', '"', '\n']) {
        text.push('"');
        text.push_str(&cell.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(cell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_axes_and_has_nan_for_missing_bands() {
        let mut table = SourceTable::default();
        table.axes("a", "Time (d)", "Spines, % of baseline");
        table.series("a", "vehicle", [Mark::plain(1.0, 99.5), Mark::plain(2.0, f64::NAN)]);
        assert_eq!(
            table.csv(),
            "panel,x_name,y_name,series,x,y,low,high,n\na,Time (d),\"Spines, % of baseline\",vehicle,1.0,99.5,NaN,NaN,1\n"
        );
    }
}
