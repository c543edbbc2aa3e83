//! F16: each published value beside the model's, all on one axis: the pass band of each target runs from −1 to 1. Three
//! pages: what was tuned on, what was predicted (F16b), and what was changed in view of a miss or holds by construction (F16c).

use std::path::Path;

use serde_json::Value;

use crate::figures::canvas::{Anchor, Canvas, Rect, Type, wrapped};
use crate::figures::drawing::{DrawingOptions, DrawingReport};
use crate::figures::legend::{LegendKey, Marker, legend, open_marker};
use crate::figures::scale::shortest;
use crate::figures::sheet::Sheet;
use crate::figures::source::{Mark, SourceTable};
use crate::figures::style::{AXIS_PT, Colour, LABEL_PT, PAGE_MM, Pen, Style, TWO_COLUMNS_MM, okabe_ito};
use crate::figures::{files, words};
use crate::foundation::error::{Error, Result};

/// The pages: id, title, and the kinds of target on each; the last one takes what no other does.
const PAGES: [(&str, &str, &[&str]); 3] = [
    ("F16", "Validation scoreboard: calibration", &["calibration"]),
    ("F16b", "Validation scoreboard: predictions", &["prediction"]),
    ("F16c", "Validation scoreboard: informed targets and structure", &["informed", "structural"]),
];

/// The board as `resprout validate --out` leaves it.
pub(super) const BOARD: &str = "scoreboard.json";

/// Height of a row of one line, where there is room.
const ROW_MM: f64 = 3.7;
/// Height of a further line of a row, as a share of the first.
const LINE: f64 = 0.75;
/// Height of the words.
const WORDS_PT: f64 = 6.5;
/// Width of the words that name a target.
const WORDS_MM: f64 = 86.0;
/// Beyond this many half widths of its band a value is drawn at the edge, with an arrow.
const EDGE: f64 = 3.0;

/// One target of the board.
struct BoardRow {
    id: String,
    kind: String,
    status: String,
    statement: String,
    unit: String,
    reason: String,
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

impl BoardRow {
    fn read(object: &Value) -> Option<Self> {
        let text = |key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
        let number = |key: &str| object.get(key).and_then(Value::as_f64).unwrap_or(f64::NAN);
        Some(Self {
            id: text("id")?,
            kind: text("kind")?,
            status: text("status")?,
            statement: text("statement").map_or_else(|| text("id"), Some)?,
            unit: text("unit").unwrap_or_default(),
            reason: text("reason").unwrap_or_default(),
            value: Interval { value: number("value"), low: number("low"), high: number("high") },
            published: Interval {
                value: number("published"),
                low: number("published_low"),
                high: number("published_high"),
            },
            band: (number("band_low"), number("band_high")),
        })
    }

    /// The page on which it stands.
    fn page(&self) -> usize {
        PAGES.iter().position(|(.., kinds)| kinds.contains(&self.kind.as_str())).unwrap_or(PAGES.len() - 1)
    }

    fn is_measurable(&self) -> bool {
        self.status != "not measurable"
    }

    /// What the target is called: a short form of its id, and what it is about.
    fn words(&self) -> Vec<String> {
        let about = words::plain(&self.statement);
        let why = if self.is_measurable() {
            String::new()
        } else {
            format!(" (not measurable: {})", words::plain(&self.reason))
        };
        wrapped(&format!("{about}{why}"), WORDS_MM, WORDS_PT)
    }

    /// Its unit, in as many lines as it takes.
    fn unit_lines(&self) -> Vec<String> {
        wrapped(&self.unit, UNIT_MM.1 - UNIT_MM.0, WORDS_PT)
    }

    /// Its height, in rows of one line.
    fn rows(&self) -> f64 {
        1.0 + LINE * self.words().len().max(self.unit_lines().len()).saturating_sub(1) as f64
    }

    /// A value, rounded for people.
    fn number(value: f64) -> String {
        if !value.is_finite() {
            return if value.is_nan() { "–".to_owned() } else { "never".to_owned() };
        }
        let digits = if value.abs() >= 100.0 { 0 } else { 2 - value.abs().max(0.1).log10().floor().max(-1.0) as i32 };
        let power = 10_f64.powi(digits.max(0));
        shortest((value * power).round() / power)
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
pub(super) fn draw(folder: &Path, options: &DrawingOptions) -> Result<DrawingReport> {
    let path = folder.join(BOARD);
    let text = std::fs::read_to_string(&path).map_err(Error::io("read", &path))?;
    let board: Value =
        serde_json::from_str(&text).map_err(|error| Error::Input(format!("error: {}: {error}", path.display())))?;
    let rows: Vec<BoardRow> = board.as_array().into_iter().flatten().filter_map(BoardRow::read).collect();
    if rows.is_empty() {
        return Err(Error::Input(format!("error: {} holds no target", path.display())));
    }
    let mut drawn = Vec::new();
    for (index, (id, title, _)) in PAGES.iter().enumerate() {
        let own: Vec<&BoardRow> = rows.iter().filter(|row| row.page() == index).collect();
        if own.is_empty() {
            continue;
        }
        let sheet = paint(title, &own, &rows, options.style)?;
        let caption = format!(
            "# {id}. {title}\n\n{}\n\nSource data as drawn: `{id}.csv`; values in their own units: `{BOARD}`. Research and teaching \
             software, not medical advice.\n",
            sheet.caption
        );
        drawn.push((*id, files::write(folder, id, &options.formats, &sheet, &caption)?));
    }
    Ok(DrawingReport { drawn, skipped: Vec::new() })
}

/// The groups of a page: one for each kind, in the order of their first rows.
fn groups<'a>(rows: &[&'a BoardRow]) -> Vec<(String, Vec<&'a BoardRow>)> {
    let mut groups: Vec<(&str, Vec<&BoardRow>)> = Vec::new();
    for &row in rows {
        match groups.iter_mut().find(|(kind, _)| *kind == row.kind) {
            Some((_, own)) => own.push(row),
            None => groups.push((&row.kind, vec![row])),
        }
    }
    let titled = |(kind, own): (&str, Vec<&'a BoardRow>)| {
        let mut letters = kind.chars();
        let title: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        (title, own)
    };
    groups.into_iter().map(titled).collect()
}

/// How many of `rows` are met, and how many cannot be measured: `13 of 14 met, 1 not measurable`.
fn tally(rows: &[&BoardRow]) -> String {
    let passed = rows.iter().filter(|row| row.status == "pass").count();
    let silent = rows.iter().filter(|row| !row.is_measurable()).count();
    let unmeasured = if silent > 0 { format!(", {silent} not measurable") } else { String::new() };
    format!("{passed} of {} met{unmeasured}", rows.len())
}

/// Where columns stand, in millimetres: words end, the axis runs, numbers end, units run.
const WORDS_END_MM: f64 = 99.5;
const AXIS_MM: (f64, f64) = (101.5, 136.5);
const PUBLISHED_END_MM: f64 = 149.0;
const MODEL_END_MM: f64 = 160.5;
const UNIT_MM: (f64, f64) = (161.7, TWO_COLUMNS_MM - 1.5);

fn paint(title: &str, rows: &[&BoardRow], board: &[BoardRow], style: Style) -> Result<Sheet> {
    const TOP_MM: f64 = 9.0;
    const HEAD_MM: f64 = 6.5;
    const FOOT_MM: f64 = 10.0;
    let groups = groups(rows);
    let lines = rows.iter().map(|row| row.rows()).fold(0.0, |sum, x| sum + x);
    let room = PAGE_MM - TOP_MM - FOOT_MM - HEAD_MM * groups.len() as f64;
    let row_mm = ROW_MM.min(room / lines);
    let height = TOP_MM + HEAD_MM * groups.len() as f64 + row_mm * lines + FOOT_MM;
    let kinds: Vec<String> = {
        let all: Vec<&BoardRow> = board.iter().collect();
        self::groups(&all).iter().map(|(kind, own)| format!("{} {}", own.len(), kind.to_lowercase())).collect()
    };
    let failed = rows.iter().filter(|row| row.status == "fail").count();
    let caption = format!(
        "Published values (open diamonds, bars: the spread that sources give) and the model's (discs, bars: 5 to 95 % over networks or \
         resamples of virtual subjects). Each target has its own unit; here its pass band runs from −1 to 1 (grey), so that all fit on one \
         axis; the numbers on the right are in the target's unit. Arrows: beyond ±{EDGE}. Orange, with a cross: outside the band, {failed} of \
         the {} on this page. Calibration targets were tuned on, so that a hit says only that the fit worked; predictions were not; structural \
         targets hold by construction. The board has {} targets in all: {}; this page and its sisters show each of them.",
        rows.len(),
        board.len(),
        words::list(&kinds)
    );
    Sheet::paint(title, (TWO_COLUMNS_MM, height), style, caption, |canvas, source| {
        let entries = [
            ("published".to_owned(), LegendKey::Published(style.ink, Marker::Diamond)),
            ("model, within its band".to_owned(), LegendKey::Disc(okabe_ito::BLUE)),
            ("model, outside (×)".to_owned(), LegendKey::Disc(okabe_ito::VERMILLION)),
            ("pass band".to_owned(), LegendKey::Box(style.faint, 0.6)),
        ];
        legend(canvas, (4.0, 4.0), TWO_COLUMNS_MM - 8.0, &entries);
        let mut top = TOP_MM;
        for (index, (title, own)) in groups.iter().enumerate() {
            let heading = format!("{title}: {}", tally(own));
            canvas.text(&heading, (3.0, top + 2.5), Type::small(Anchor::Left).sized(LABEL_PT).bold());
            for (text, end) in [("published", PUBLISHED_END_MM), ("model", MODEL_END_MM)] {
                canvas.text(text, (end, top + 2.5), Type::small(Anchor::Right));
            }
            top += HEAD_MM;
            let lines = own.iter().map(|row| row.rows()).fold(0.0, |sum, x| sum + x);
            let frame = Rect { left: AXIS_MM.0, right: AXIS_MM.1, top: top - 1.0, bottom: top - 1.0 + row_mm * lines };
            panel(canvas, &mut source.borrow_mut(), title, frame, own, row_mm, index + 1 == groups.len());
            top += row_mm * lines;
        }
        let at = (AXIS_MM.0.midpoint(AXIS_MM.1), top + 6.0);
        canvas.text("value, in half widths of its pass band", at, Type::small(Anchor::Middle).sized(LABEL_PT));
    })
}

fn panel(
    canvas: &Canvas,
    source: &mut SourceTable,
    title: &str,
    frame: Rect,
    rows: &[&BoardRow],
    row_mm: f64,
    labelled: bool,
) {
    let style = canvas.style;
    let across = |z: f64| frame.left + (z.clamp(-EDGE, EDGE) + EDGE) / (2.0 * EDGE) * frame.width();
    canvas.rectangle(Rect { left: across(-1.0), right: across(1.0), ..frame }, style.faint, 0.6);
    source.axes(title, "row, from the top", "value, in half widths of its pass band");
    let mut top = frame.top;
    for (index, row) in rows.iter().enumerate() {
        let place = index as f64 + 1.0;
        let y = top + 0.5 * row.rows() * row_mm;
        top += row.rows() * row_mm;
        let fails = row.status == "fail";
        let colour = if fails { okabe_ito::VERMILLION } else { okabe_ito::BLUE };
        let set = |anchor| {
            let set = Type::small(anchor).sized(WORDS_PT).coloured(if fails { colour } else { style.ink });
            if fails { set.bold() } else { set }
        };
        // The part of the id before the point groups targets; it is how texts call them.
        let number = row.id.split('.').next().unwrap_or(&row.id);
        let height =
            |lines: usize, line: usize| y + row_mm * LINE * (line as f64 - 0.5 * lines.saturating_sub(1) as f64);
        let words = row.words();
        canvas.text(number, (3.0, height(words.len(), 0)), set(Anchor::Left));
        for (line, text) in words.iter().enumerate() {
            canvas.text(text, (WORDS_END_MM, height(words.len(), line)), set(Anchor::Right));
        }
        canvas.text(
            &BoardRow::number(row.published.value),
            (PUBLISHED_END_MM, y),
            Type::small(Anchor::Right).sized(WORDS_PT),
        );
        let answer = if row.is_measurable() { BoardRow::number(row.value.value) } else { "–".to_owned() };
        canvas.text(&answer, (MODEL_END_MM, y), set(Anchor::Right));

        let unit = row.unit_lines();
        for (line, text) in unit.iter().enumerate() {
            canvas.text(text, (UNIT_MM.0, height(unit.len(), line)), Type::small(Anchor::Left).sized(WORDS_PT));
        }

        let published = row.mark(place, row.published);
        source.series(title, &format!("{} published", row.id), [published]);
        bar(canvas, &published, y - 0.55, style.ink, across);
        open_marker(canvas, Marker::Diamond, (across(published.y), y - 0.55), style.ink);
        if !row.is_measurable() {
            continue;
        }
        let model = row.mark(place, row.value);
        source.series(title, &format!("{} model", row.id), [model]);
        bar(canvas, &model, y + 0.7, colour, across);
        spot(canvas, model.y, y + 0.7, colour, fails, across);
    }
    let pen = Pen::solid(style.ink).weighing(AXIS_PT);
    canvas.line(&[(frame.left, frame.bottom), (frame.right, frame.bottom)], pen);
    for tick in [-3.0_f64, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0] {
        let x = across(tick);
        canvas.line(&[(x, frame.bottom), (x, frame.bottom + 0.9)], pen);
        if labelled {
            let text = format!("{tick}").replace('-', "−");
            canvas.text(&text, (x, frame.bottom + 2.4), Type::small(Anchor::Middle));
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_runs_from_minus_one_to_one_and_a_miss_is_seen_outside_it() {
        let board = r#"[
            {"id": "C1.peak", "kind": "calibration", "status": "pass", "value": 190, "low": 180, "high": 200, "published": 185,
             "published_low": 150, "published_high": 240, "band_low": 150, "band_high": 240},
            {"id": "P01.x", "statement": "peak after a dose", "unit": "ng/mL", "kind": "prediction", "status": "fail", "value": 500, "low": 490, "high": 510, "published": 10,
             "band_low": 5, "band_high": 15},
            {"id": "P02.y", "kind": "prediction", "status": "not measurable", "value": null, "low": null, "high": null,
             "statement": "change", "unit": "points", "reason": "no spikes", "published": -0.25, "band_low": -5, "band_high": 15},
            {"id": "P03.z", "kind": "prediction", "status": "pass", "value": 1, "low": 0, "high": 2, "unit": "% of ketamine in the same mouse",
             "statement": "share", "published": 1, "band_low": 0, "band_high": 2}
        ]"#;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(BOARD), board).unwrap();
        let report = crate::figures::draw(folder.path(), &DrawingOptions::default()).unwrap();
        assert_eq!(report.drawn.iter().map(|drawn| drawn.0).collect::<Vec<_>>(), ["F16", "F16b"]);
        let read = |name: &str| std::fs::read_to_string(folder.path().join("figures").join(name)).unwrap();
        assert!(read("F16.csv").contains("C1.peak published,1.0,-0.222222222,-1.0,1.0,1"), "{}", read("F16.csv"));
        let (csv, svg) = (read("F16b.csv"), read("F16b.svg"));
        assert!(csv.contains("P01.x model,1.0,98.0,96.0,100.0,1"), "{csv}");
        assert!(csv.contains("P02.y published") && !csv.contains("P02.y model"), "{csv}");
        for text in ["Prediction: 1 of 3 met, 1 not measurable", "peak after a dose", "500", "ng/mL", "−0.25", "points"]
        {
            assert!(svg.contains(&format!("\n{text}\n")), "`{text}` is not written");
        }
        assert!(svg.contains("(not measurable: no spikes)"));
        // a unit is never cut: it stands in as many lines as it takes
        let unit = wrapped("% of ketamine in the same mouse", UNIT_MM.1 - UNIT_MM.0, WORDS_PT);
        assert!(unit.len() > 1 && wrapped("% of ketamine", UNIT_MM.1 - UNIT_MM.0, WORDS_PT).len() == 1, "{unit:?}");
        for line in unit {
            assert!(svg.contains(&format!("\n{line}\n")), "`{line}` is not written");
        }
        assert!(read("F16b.md").contains("4 targets in all: 1 calibration and 3 prediction"), "{}", read("F16b.md"));
    }
}
