//! A sheet of paper measured in millimetres, on plotters' SVG backend.

use std::cell::RefCell;
use std::sync::LazyLock;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::prelude::{Color, IntoFont, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, FontTransform, ShapeStyle, TextStyle, register_font};

use crate::figures::style::{Colour, Pen, SMALL_PT, Style};
use crate::foundation::error::{Error, Result};

/// Units of the SVG per millimetre: plotters' coordinates are whole numbers, so a unit is 20 µm.
pub const UNITS_PER_MM: f64 = 50.0;
const MM_PER_PT: f64 = 25.4 / 72.0;

/// The embedded font, and what to fall back on where an SVG is opened without it.
pub const FONT_FAMILY: &str = "Roboto, Arial, Helvetica, sans-serif";
/// Regular weight, a subset of Roboto.
pub const FONT_REGULAR: &[u8] = include_bytes!("fonts/Roboto-Regular-subset.ttf");
/// Bold weight, a subset of Roboto.
pub const FONT_BOLD: &[u8] = include_bytes!("fonts/Roboto-Bold-subset.ttf");

static FONTS_ARE_KNOWN: LazyLock<bool> = LazyLock::new(|| {
    register_font(FONT_FAMILY, FontStyle::Normal, FONT_REGULAR).is_ok()
        && register_font(FONT_FAMILY, FontStyle::Bold, FONT_BOLD).is_ok()
});

/// A point in millimetres from the upper left corner of the sheet.
pub type Point = (f64, f64);

/// A rectangle in millimetres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Lower edge.
    pub bottom: f64,
}

impl Rect {
    /// A rectangle from its upper left corner and its size.
    #[must_use]
    pub fn at(left: f64, top: f64, width: f64, height: f64) -> Self {
        Self { left, top, right: left + width, bottom: top + height }
    }

    /// Horizontal extent.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Vertical extent.
    #[must_use]
    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// `rows` × `columns` rectangles that fill this one but for the gaps, row by row.
    #[must_use]
    pub fn grid(&self, rows: usize, columns: usize, gap_x: f64, gap_y: f64) -> Vec<Self> {
        let width = (self.width() - gap_x * (columns as f64 - 1.0)) / columns as f64;
        let height = (self.height() - gap_y * (rows as f64 - 1.0)) / rows as f64;
        let cell = |index: usize| {
            let (row, column) = ((index / columns) as f64, (index % columns) as f64);
            Self::at(self.left + column * (width + gap_x), self.top + row * (height + gap_y), width, height)
        };
        (0..rows * columns).map(cell).collect()
    }
}

/// Which part of a text stands at its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its left end, at half height.
    Left,
    /// Its middle.
    Middle,
    /// Its right end, at half height.
    Right,
    /// The middle of its upper edge.
    Top,
    /// The middle of its lower edge.
    Bottom,
}

/// How a text is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Type {
    /// Height in points.
    pub size_pt: f64,
    /// Whether it is bold.
    pub bold: bool,
    /// Whether it reads upwards.
    pub upwards: bool,
    /// What stands at the position.
    pub anchor: Anchor,
    /// Colour; the style's ink if none is given.
    pub colour: Option<Colour>,
}

impl Type {
    /// Small text, level, in ink.
    #[must_use]
    pub const fn small(anchor: Anchor) -> Self {
        Self { size_pt: SMALL_PT, bold: false, upwards: false, anchor, colour: None }
    }

    /// The same with another height.
    #[must_use]
    pub const fn sized(self, size_pt: f64) -> Self {
        Self { size_pt, ..self }
    }

    /// The same in another colour.
    #[must_use]
    pub const fn coloured(self, colour: Colour) -> Self {
        Self { colour: Some(colour), ..self }
    }

    /// The same in bold.
    #[must_use]
    pub const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    /// The same, reading upwards.
    #[must_use]
    pub const fn upwards(self) -> Self {
        Self { upwards: true, ..self }
    }
}

/// A sheet to draw on. A failure is remembered and reported once, by [`draw`].
pub struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    /// The style of the figure.
    pub style: Style,
    failure: RefCell<Option<String>>,
}

/// Draws on a sheet of the given size and returns its SVG text.
///
/// # Errors
/// [`Error::Run`] if the drawing library refused something.
pub fn draw(title: &str, width_mm: f64, height_mm: f64, style: Style, paint: impl FnOnce(&Canvas)) -> Result<String> {
    let failed = |what: String| Error::Run(format!("cannot draw `{title}`: {what}"));
    if !*FONTS_ARE_KNOWN {
        return Err(failed("the embedded font cannot be read".to_owned()));
    }
    let mut svg = String::new();
    let size = (units(width_mm) as u32, units(height_mm) as u32);
    {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        area.fill(&style.paper).map_err(|error| failed(error.to_string()))?;
        let canvas = Canvas { area, style, failure: RefCell::new(None) };
        paint(&canvas);
        canvas.area.present().map_err(|error| failed(error.to_string()))?;
        if let Some(what) = canvas.failure.into_inner() {
            return Err(failed(what));
        }
    }
    let (width, height) = size;
    // As many units as the view box has, and no digits of a sum of floats.
    let [width_mm, height_mm] = [width, height].map(|side| f64::from(side) / UNITS_PER_MM);
    let body = svg.split_once(">\n").map_or("", |(_, body)| body);
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width_mm}mm\" height=\"{height_mm}mm\" \
         viewBox=\"0 0 {width} {height}\">\n<title>{title}</title>\n{body}"
    ))
}

fn units(mm: f64) -> i32 {
    (mm * UNITS_PER_MM).round() as i32
}

fn place((x, y): Point) -> (i32, i32) {
    (units(x), units(y))
}

fn stroke(colour: Colour, opacity: f64, weight_pt: f64) -> ShapeStyle {
    let weight = (weight_pt * MM_PER_PT * UNITS_PER_MM).round().max(1.0) as u32;
    ShapeStyle { color: colour.mix(opacity), filled: false, stroke_width: weight }
}

fn fill(colour: Colour, opacity: f64) -> ShapeStyle {
    ShapeStyle { color: colour.mix(opacity), filled: true, stroke_width: 0 }
}

impl Canvas<'_> {
    fn note<T, E: std::fmt::Display>(&self, result: std::result::Result<T, E>) {
        if let Err(error) = result {
            self.failure.borrow_mut().get_or_insert(error.to_string());
        }
    }

    /// A line through `points`.
    pub fn line(&self, points: &[Point], pen: Pen) {
        self.faint_line(points, pen, 1.0);
    }

    /// A line through `points` that lets what lies under it show.
    pub fn faint_line(&self, points: &[Point], pen: Pen, opacity: f64) {
        let style = stroke(pen.colour, opacity, pen.weight_pt);
        let path = |points: &[Point]| {
            let mut path: Vec<(i32, i32)> = points.iter().copied().map(place).collect();
            path.dedup();
            if path.len() > 1 {
                self.note(self.area.draw(&PathElement::new(path, style)));
            }
        };
        if pen.dash.0.is_empty() { path(points) } else { dashes(points, pen.dash.0, path) }
    }

    /// A filled polygon.
    pub fn polygon(&self, points: &[Point], colour: Colour, opacity: f64) {
        let path: Vec<(i32, i32)> = points.iter().copied().map(place).collect();
        self.note(self.area.draw(&Polygon::new(path, fill(colour, opacity))));
    }

    /// A filled rectangle.
    pub fn rectangle(&self, rect: Rect, colour: Colour, opacity: f64) {
        let corners = [place((rect.left, rect.top)), place((rect.right, rect.bottom))];
        self.note(self.area.draw(&Rectangle::new(corners, fill(colour, opacity))));
    }

    /// A disc, filled with `colour`.
    pub fn disc(&self, centre: Point, radius_mm: f64, colour: Colour, opacity: f64) {
        self.note(self.area.draw(&Circle::new(place(centre), units(radius_mm), fill(colour, opacity))));
    }

    /// A circle, not filled.
    pub fn circle(&self, centre: Point, radius_mm: f64, pen: Pen) {
        let style = stroke(pen.colour, 1.0, pen.weight_pt);
        self.note(self.area.draw(&Circle::new(place(centre), units(radius_mm), style)));
    }

    /// A line of text.
    pub fn text(&self, text: &str, at: Point, set: Type) {
        let pos = match set.anchor {
            Anchor::Left => Pos::new(HPos::Left, VPos::Center),
            Anchor::Middle => Pos::new(HPos::Center, VPos::Center),
            Anchor::Right => Pos::new(HPos::Right, VPos::Center),
            Anchor::Top => Pos::new(HPos::Center, VPos::Top),
            Anchor::Bottom => Pos::new(HPos::Center, VPos::Bottom),
        };
        let colour = set.colour.unwrap_or(self.style.ink);
        let mut font = (FONT_FAMILY, plotters_size(set.size_pt)).into_font();
        if set.bold {
            font = font.style(FontStyle::Bold);
        }
        if set.upwards {
            font = font.transform(FontTransform::Rotate270);
        }
        let style = TextStyle::from(font).color(&colour).pos(pos);
        self.note(self.area.draw_text(&printable(text), &style, place(at)));
    }
}

/// plotters' SVG backend divides a font's size by 1.24 before it writes it.
fn plotters_size(size_pt: f64) -> f64 {
    (size_pt * MM_PER_PT * UNITS_PER_MM).round() * 1.24
}

/// The text with a question mark for every character that the embedded font has no glyph for: it would leave no trace.
fn printable(text: &str) -> String {
    let has_glyph = |c: char| GLYPHS.iter().any(|&(first, last)| (first..=last).contains(&c));
    text.chars().map(|c| if has_glyph(c) { c } else { '?' }).collect()
}

/// The characters of the embedded font, in ranges.
const GLYPHS: [(char, char); 19] = [
    (' ', '~'),
    ('\u{a0}', '\u{17f}'),
    ('\u{391}', '\u{3a1}'),
    ('\u{3a3}', '\u{3c9}'),
    ('\u{2010}', '\u{2026}'),
    ('\u{2030}', '\u{2030}'),
    ('\u{2070}', '\u{2071}'),
    ('\u{2074}', '\u{208e}'),
    ('\u{2090}', '\u{209c}'),
    ('\u{20ac}', '\u{20ac}'),
    ('\u{2122}', '\u{2122}'),
    ('\u{2126}', '\u{2126}'),
    ('\u{2206}', '\u{2206}'),
    ('\u{2212}', '\u{2212}'),
    ('\u{221a}', '\u{221a}'),
    ('\u{221e}', '\u{221e}'),
    ('\u{2248}', '\u{2248}'),
    ('\u{2260}', '\u{2260}'),
    ('\u{2264}', '\u{2265}'),
];

/// The text in lines no wider than `width` millimetres, broken at spaces; a word that is wider by itself is broken within,
/// so that nothing is lost.
#[must_use]
pub fn wrapped(text: &str, width: f64, size_pt: f64) -> Vec<String> {
    let fits = |line: &str| text_width(line, size_pt) <= width;
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        if let Some(line) = lines.last_mut().filter(|line| fits(&format!("{line} {word}"))) {
            line.push(' ');
            line.push_str(word);
            continue;
        }
        let mut rest = String::new();
        for c in word.chars() {
            if !rest.is_empty() && !fits(&format!("{rest}{c}")) {
                lines.push(std::mem::take(&mut rest));
            }
            rest.push(c);
        }
        lines.push(rest);
    }
    lines
}

/// The text, cut to `width` millimetres with an ellipsis that says so.
#[must_use]
pub fn shortened(text: &str, width: f64, size_pt: f64) -> String {
    if text_width(text, size_pt) <= width {
        return text.to_owned();
    }
    let mut kept = text.to_owned();
    while kept.pop().is_some() && text_width(&format!("{}…", kept.trim_end()), size_pt) > width {}
    format!("{}…", kept.trim_end())
}

/// Width of a line of text, in millimetres.
#[must_use]
pub fn text_width(text: &str, size_pt: f64) -> f64 {
    /// Ascent minus descent of Roboto over its em: plotters scales glyphs by the former.
    const HEIGHT_PER_EM: f64 = 1.172;
    if !*FONTS_ARE_KNOWN {
        return 0.0;
    }
    let size = plotters_size(size_pt) / 1.24 * HEIGHT_PER_EM;
    let width = (FONT_FAMILY, size).into_font().box_size(&printable(text)).map_or(0, |(width, _)| width);
    f64::from(width) / UNITS_PER_MM
}

/// Cuts a line into dashes and hands each of them on.
fn dashes(points: &[Point], pattern: &[f64], mut path: impl FnMut(&[Point])) {
    let (mut index, mut left) = (0, pattern[0]);
    let mut dash: Vec<Point> = points.first().copied().into_iter().collect();
    for pair in points.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let mut done = 0.0;
        while length - done > left {
            done += left;
            let share = done / length;
            let here = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
            if index % 2 == 0 {
                dash.push(here);
                path(&dash);
            }
            dash.clear();
            dash.push(here);
            index += 1;
            left = pattern[index % pattern.len()];
        }
        left -= length - done;
        if index % 2 == 0 {
            dash.push(to);
        } else {
            dash.clear();
            dash.push(to);
        }
    }
    if index % 2 == 0 {
        path(&dash);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_cover_the_share_of_the_line_that_the_pattern_says() {
        // A right angle of 30 mm, dashes of 2 on and 1 off: 10 whole periods.
        let corner = [(0.0, 0.0), (17.0, 0.0), (17.0, 13.0)];
        let mut drawn = 0.0;
        dashes(&corner, &[2.0, 1.0], |dash| {
            drawn += dash.windows(2).map(|pair| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1)).sum::<f64>();
        });
        assert!((drawn - 20.0).abs() < 1e-9, "{drawn}");
    }

    /// Eleven times the advance of a digit in Roboto (1150 of 2048 per em), at 10 pt.
    #[test]
    fn the_width_of_digits_is_their_advance() {
        let expected = 11.0 * 1150.0 / 2048.0 * 10.0 * MM_PER_PT;
        let width = text_width("00000000000", 10.0);
        assert!((width - expected).abs() < 0.01 * expected, "{width} {expected}");
    }

    #[test]
    fn long_text_is_wrapped_without_loss_or_cut_with_a_mark() {
        let text = "half a milligram per kilogram, in_one_word_that_is_far_too_long_for_a_line";
        let lines = wrapped(text, 30.0, SMALL_PT);
        assert!(lines.iter().all(|line| text_width(line, SMALL_PT) <= 30.0), "{lines:?}");
        let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        assert_eq!(letters(&lines.concat()), letters(text));
        let cut = shortened(text, 30.0, SMALL_PT);
        assert!(cut.ends_with('…') && text_width(&cut, SMALL_PT) <= 30.0, "{cut}");
        assert_eq!(shortened("short", 30.0, SMALL_PT), "short");
    }

    /// An undrawn character would be an unnoticed one.
    #[test]
    fn characters_that_the_font_lacks_are_seen_to_be_missing() {
        assert_eq!(printable("Kétamine 氯胺酮 \u{1f9e0} µ…"), "Kétamine ??? ? µ…");
        for font in [FONT_REGULAR, FONT_BOLD] {
            let mapped = mapped(font);
            let known: Vec<u32> = GLYPHS.iter().flat_map(|&(first, last)| first as u32..=last as u32).collect();
            assert_eq!(mapped, known);
        }
    }

    /// The characters of a font's table `cmap`, format 4 (OpenType specification).
    fn mapped(font: &[u8]) -> Vec<u32> {
        let u16_at = |at: usize| usize::from(u16::from_be_bytes([font[at], font[at + 1]]));
        let u32_at = |at: usize| u16_at(at) << 16 | u16_at(at + 2);
        let table = (0..u16_at(4)).map(|i| 12 + 16 * i).find(|&at| &font[at..at + 4] == b"cmap").unwrap();
        let cmap = u32_at(table + 8);
        let tables = (0..u16_at(cmap + 2)).map(|i| cmap + u32_at(cmap + 8 + 8 * i));
        let at = tables.into_iter().find(|&at| u16_at(at) == 4).unwrap();
        let segments = u16_at(at + 6) / 2;
        let segment = |i: usize| u16_at(at + 16 + 2 * segments + 2 * i)..=u16_at(at + 14 + 2 * i);
        (0..segments).flat_map(segment).filter(|&c| c != 0xffff).map(|c| c as u32).collect()
    }

    #[test]
    fn a_sheet_says_its_size_in_millimetres_and_escapes_its_title() {
        let svg = draw("a < b & c", 85.0, 40.5, Style::PRINT, |canvas| {
            canvas.text("µm", (1.0, 2.0), Type::small(Anchor::Left));
        })
        .unwrap();
        assert!(svg.contains("width=\"85mm\" height=\"40.5mm\" viewBox=\"0 0 4250 2025\""));
        assert!(svg.contains("<title>a &lt; b &amp; c</title>"));
        assert!(svg.contains("\nµm\n") && svg.trim_end().ends_with("</svg>"));
    }
}
