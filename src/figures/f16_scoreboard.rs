//! F16: each published value beside the model's, all on one axis: the pass band of each target runs from −1 to 1.

use std::path::Path;

use serde_json::Value;

use crate::figures::canvas::{Anchor, Canvas, Rect, Type, text_width};
use crate::figures::legend::{Key, Marker, legend, open_marker};
use crate::figures::source::{Mark, SourceTable};
use crate::figures::style::{AXIS_PT, Colour, LABEL_PT, Pen, SMALL_PT, Style, TWO_COLUMNS_MM, okabe_ito};
use crate::figures::{Format, Options, Report, Sheet, raster};
use crate::foundation::error::{Error, Result};
use crate::foundation::files;

/// The figure's id.
pub(super) const ID: &str = "F16";
const TITLE: &str = "Validation scoreboard";

/// The board as `resprout validate --out` leaves it.
pub(super) const BOARD: &str = "scoreboard.json";

const ROW_MM: f64 = 3.7;
/// Beyond this many half widths of its band a value is drawn at the edge, with an arrow.
const EDGE: f64 = 3.0;

/// One target of the board.
struct Row {
    id: String,
    kind: String,
    status: String,
    value: Interval,
    published: Interval,
    band: (f64, f64),
}

#[derive(Clone, Copy)]
struct Interval {
    value: f64,
    low: f64,
    high: f64,
}

impl Row {
    fn read(object: &Value) -> Option<Self> {
        let text = |key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
        let number = |key: &str| object.get(key).and_then(Value::as_f64).unwrap_or(f64::NAN);
        Some(Self {
            id: text("id")?,
            kind: text("kind")?,
            status: text("status")?,
            value: Interval { value: number("value"), low: number("low"), high: number("high") },
            published: Interval {
                value: number("published"),
                low: number("published_low"),
                high: number("published_high"),
            },
            band: (number("band_low"), number("band_high")),
        })
    }

    /// A value in half widths of the band from its middle.
    fn standardised(&self, value: f64) -> f64 {
        let (low, high) = self.band;
        (value - low.midpoint(high)) / (0.5 * (high - low))
    }

    fn mark(&self, place: f64, interval: Interval) -> Mark {
        let Interval { value, low, high } = interval;
        let [y, low, high] = [value, low, high].map(|value| self.standardised(value));
        Mark { x: place, y, low, high, n: 1 }
    }
}

/// Draws the scoreboard in `folder` into its `figures/`.
///
/// # Errors
/// [`Error::Input`] if the board cannot be read, [`Error::Io`] if a file cannot be written.
pub(super) fn draw(folder: &Path, options: &Options) -> Result<Report> {
    let path = folder.join(BOARD);
    let text = std::fs::read_to_string(&path).map_err(Error::io("read", &path))?;
    let board: Value =
        serde_json::from_str(&text).map_err(|error| Error::Input(format!("error: {}: {error}", path.display())))?;
    let rows: Vec<Row> = board.as_array().into_iter().flatten().filter_map(Row::read).collect();
    if rows.is_empty() {
        return Err(Error::Input(format!("error: {} holds no target", path.display())));
    }
    let sheet = paint(&rows, options.style)?;
    let out = folder.join("figures");
    files::create_folder(&out)?;
    let mut written = Vec::new();
    let mut put = |extension: &str, bytes: &[u8]| {
        let path = out.join(format!("{ID}.{extension}"));
        files::write(&path, bytes)?;
        written.push(path);
        Ok::<(), Error>(())
    };
    if options.formats.contains(&Format::Svg) {
        put("svg", sheet.svg.as_bytes())?;
    }
    if options.formats.contains(&Format::Png) {
        put("png", &raster::png(&sheet.svg)?)?;
    }
    put("csv", sheet.source.csv().as_bytes())?;
    let caption = format!(
        "# {ID}. {TITLE}\n\n{}\n\nSource data as drawn: `{ID}.csv`; values in their own units: `{BOARD}`. Research and teaching \
         software, not medical advice.\n",
        sheet.caption
    );
    put("md", caption.as_bytes())?;
    Ok(Report { drawn: vec![(ID, written)], skipped: Vec::new() })
}

/// The panels: name, kind, and the rows of it that have a value.
fn panels(rows: &[Row]) -> Vec<(&'static str, Vec<&Row>)> {
    [("Calibration", "calibration"), ("Structural", "structural"), ("Prediction", "prediction")]
        .into_iter()
        .map(|(title, kind)| {
            let own = rows.iter().filter(|row| row.kind == kind && row.status != "not measurable");
            (title, own.collect::<Vec<&Row>>())
        })
        .filter(|(_, own)| !own.is_empty())
        .collect()
}

fn paint(rows: &[Row], style: Style) -> Result<Sheet> {
    const TOP_MM: f64 = 13.0;
    const HEAD_MM: f64 = 9.5;
    const FOOT_MM: f64 = 13.0;
    let panels = panels(rows);
    // calibration and structure share the left column, predictions have the right one
    let is_right = |title: &str| title == "Prediction";
    let height_of = |right: bool| {
        let own = panels.iter().filter(|(title, _)| is_right(title) == right);
        own.map(|(_, rows)| HEAD_MM + ROW_MM * rows.len() as f64).fold(0.0, |sum, x| sum + x)
    };
    let height = TOP_MM + height_of(false).max(height_of(true)) + FOOT_MM;
    let silent = rows.iter().filter(|row| row.status == "not measurable").count();
    let failed = rows.iter().filter(|row| row.status == "fail").count();
    let caption = format!(
        "Published values (open diamonds, bars: the spread that sources give) and the model's (discs, bars: 5 to 95 % over networks or \
         resamples of virtual subjects). Each target has its own unit; here its pass band runs from −1 to 1 (grey), so that all fit on one \
         axis. Arrows: beyond ±{EDGE}. Orange, with a cross: outside the band, {failed} of {}. Calibration targets were tuned on, so that a hit says \
         only that the fit worked; predictions were not; structural targets hold by construction. {silent} targets that this version cannot \
         measure are left out.",
        rows.len() - silent
    );
    Sheet::paint(TITLE, (TWO_COLUMNS_MM, height), style, caption, |canvas, source| {
        let entries = [
            ("published".to_owned(), Key::Published(style.ink, Marker::Diamond)),
            ("model, within its band".to_owned(), Key::Disc(okabe_ito::BLUE)),
            ("model, outside (×)".to_owned(), Key::Disc(okabe_ito::VERMILLION)),
            ("pass band".to_owned(), Key::Box(style.faint, 0.6)),
        ];
        legend(canvas, (4.0, 5.0), TWO_COLUMNS_MM - 8.0, &entries);
        for right in [false, true] {
            let mut top = TOP_MM;
            let half = TWO_COLUMNS_MM / 2.0;
            let left = if right { half } else { 0.0 };
            for (title, rows) in panels.iter().filter(|(title, _)| is_right(title) == right) {
                let frame = Rect {
                    left: left + 36.0,
                    top: top + HEAD_MM - 4.5,
                    right: left + half - 3.0,
                    bottom: top + HEAD_MM - 4.5 + ROW_MM * rows.len() as f64,
                };
                let passed = rows.iter().filter(|row| row.status == "pass").count();
                let heading = format!("{title}: {passed} of {}", rows.len());
                canvas.text(&heading, (left + 3.0, top + 2.0), Type::small(Anchor::Left).sized(LABEL_PT).bold());
                panel(canvas, &mut source.borrow_mut(), title, frame, rows);
                top += HEAD_MM + ROW_MM * rows.len() as f64;
            }
            let label = "value, in half widths of its pass band";
            canvas.text(
                label,
                (left + 36.0 + (half - 39.0) / 2.0, top + 4.5),
                Type::small(Anchor::Middle).sized(LABEL_PT),
            );
        }
    })
}

fn panel(canvas: &Canvas, source: &mut SourceTable, title: &str, frame: Rect, rows: &[&Row]) {
    let style = canvas.style;
    let across = |z: f64| frame.left + (z.clamp(-EDGE, EDGE) + EDGE) / (2.0 * EDGE) * frame.width();
    canvas.rectangle(Rect { left: across(-1.0), right: across(1.0), ..frame }, style.faint, 0.6);
    source.axes(title, "row, from the top", "value, in half widths of its pass band");
    for (index, row) in rows.iter().enumerate() {
        let place = index as f64 + 1.0;
        let y = frame.top + (index as f64 + 0.5) * ROW_MM;
        let fails = row.status == "fail";
        let colour = if fails { okabe_ito::VERMILLION } else { okabe_ito::BLUE };
        let name = shortened(&row.id, 31.0);
        let set = Type::small(Anchor::Right).coloured(if fails { colour } else { style.ink });
        canvas.text(&name, (frame.left - 1.5, y), if fails { set.bold() } else { set });

        let published = row.mark(place, row.published);
        let model = row.mark(place, row.value);
        source.series(title, &format!("{} published", row.id), [published]);
        source.series(title, &format!("{} model", row.id), [model]);
        bar(canvas, &published, y - 0.55, style.ink, across);
        open_marker(canvas, Marker::Diamond, (across(published.y), y - 0.55), style.ink);
        bar(canvas, &model, y + 0.7, colour, across);
        spot(canvas, model.y, y + 0.7, colour, fails, across);
    }
    let pen = Pen::solid(style.ink).weighing(AXIS_PT);
    canvas.line(&[(frame.left, frame.bottom), (frame.right, frame.bottom)], pen);
    for tick in [-3.0_f64, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0] {
        let x = across(tick);
        canvas.line(&[(x, frame.bottom), (x, frame.bottom + 0.9)], pen);
        let text = format!("{tick}").replace('-', "−");
        canvas.text(&text, (x, frame.bottom + 2.4), Type::small(Anchor::Middle));
    }
}

fn bar(canvas: &Canvas, mark: &Mark, y: f64, colour: Colour, across: impl Fn(f64) -> f64) {
    if mark.low.is_finite() && mark.high.is_finite() {
        canvas.line(&[(across(mark.low), y), (across(mark.high), y)], Pen::solid(colour).weighing(0.7));
    }
}

/// The model's value: a disc, crossed if it fails; an arrow if it lies beyond the axis.
fn spot(canvas: &Canvas, z: f64, y: f64, colour: Colour, fails: bool, across: impl Fn(f64) -> f64) {
    // a time that never came has no place on an axis but its far end
    let z = if z.is_nan() { EDGE + 1.0 } else { z };
    let x = across(z);
    if z.abs() > EDGE {
        let tip = z.signum() * 1.4;
        canvas.polygon(&[(x, y), (x - tip, y - 0.8), (x - tip, y + 0.8)], colour, 1.0);
        return;
    }
    canvas.disc((x, y), 0.8, colour, 1.0);
    if fails {
        let pen = Pen::solid(canvas.style.paper).weighing(0.6);
        canvas.line(&[(x - 0.5, y - 0.5), (x + 0.5, y + 0.5)], pen);
        canvas.line(&[(x - 0.5, y + 0.5), (x + 0.5, y - 0.5)], pen);
    }
}

/// A name that fits into `width` millimetres.
fn shortened(name: &str, width: f64) -> String {
    let mut text = name.replace('_', " ");
    while text_width(&text, SMALL_PT) > width && text.pop().is_some() {}
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_runs_from_minus_one_to_one_and_a_miss_is_seen_outside_it() {
        let board = r#"[
            {"id": "C1.peak", "kind": "calibration", "status": "pass", "value": 190, "low": 180, "high": 200, "published": 185,
             "published_low": 150, "published_high": 240, "band_low": 150, "band_high": 240},
            {"id": "P01.x", "kind": "prediction", "status": "fail", "value": 500, "low": 490, "high": 510, "published": 10,
             "band_low": 5, "band_high": 15},
            {"id": "P02.y", "kind": "prediction", "status": "not measurable", "value": null, "low": null, "high": null,
             "published": 10, "band_low": 5, "band_high": 15}
        ]"#;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(BOARD), board).unwrap();
        let report = crate::figures::draw(folder.path(), &Options::default()).unwrap();
        assert_eq!(report.drawn[0].0, "F16");
        let csv = std::fs::read_to_string(folder.path().join("figures/F16.csv")).unwrap();
        assert!(csv.contains("C1.peak published,1,-0.222222222,-1,1,1"), "{csv}");
        assert!(csv.contains("P01.x model,1,98,96,100,1"), "{csv}");
        assert!(!csv.contains("P02.y"));
        let caption = std::fs::read_to_string(folder.path().join("figures/F16.md")).unwrap();
        assert!(caption.contains("1 of 2") && caption.contains("1 targets that this version cannot"), "{caption}");
    }
}
