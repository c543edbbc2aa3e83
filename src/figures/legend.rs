//! Legends, and the marks that they explain.

use crate::figures::canvas::{Anchor, Canvas, Point, Rect, Type, text_width, wrapped};
use crate::figures::style::{Colour, Pen, SMALL_PT};

/// How one entry of a legend looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LegendKey {
    /// A line.
    Line(Pen),
    /// A filled box of this opacity.
    Box(Colour, f64),
    /// A disc.
    Disc(Colour),
    /// A line with a filled marker on it.
    Marked(Pen, Shape),
    /// Words alone.
    Words,
    /// A line that bears this number at its end.
    Numbered(Pen, usize),
    /// The marker of neurons of the population with this index: triangle, disc, square.
    Neuron(Colour, usize),
    /// The open marker of a published value.
    Published(Colour, Marker),
}

/// The shape of an open marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// A square on its corner.
    Diamond,
    /// A square on its side.
    Square,
    /// A triangle on its base.
    Triangle,
    /// A triangle on its point.
    Wedge,
}

impl Marker {
    /// The marker of the `index`-th of several published values.
    #[must_use]
    pub fn of(index: usize) -> Self {
        [Self::Diamond, Self::Square, Self::Triangle, Self::Wedge][index % 4]
    }

    fn outline(self, (x, y): Point) -> Vec<Point> {
        let corners: &[Point] = match self {
            Self::Diamond => &[(0.0, -1.05), (1.05, 0.0), (0.0, 1.05), (-1.05, 0.0)],
            Self::Square => &[(-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)],
            Self::Triangle => &[(0.0, -1.0), (1.0, 0.8), (-1.0, 0.8)],
            Self::Wedge => &[(0.0, 1.0), (1.0, -0.8), (-1.0, -0.8)],
        };
        corners.iter().chain(&corners[..1]).map(|(dx, dy)| (x + dx, y + dy)).collect()
    }
}

/// The shape of a filled marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A disc.
    Disc,
    /// A square on its side.
    Square,
    /// A triangle on its base.
    Triangle,
    /// A square on its corner.
    Diamond,
    /// A triangle on its point.
    Wedge,
}

impl Shape {
    /// The marker of the `index`-th of several series. Five shapes beside six colours: no two of thirty look alike.
    #[must_use]
    pub fn of(index: usize) -> Self {
        [Self::Disc, Self::Square, Self::Triangle, Self::Diamond, Self::Wedge][index % 5]
    }
}

/// A filled marker of a disc's radius `r`; shapes have about equal areas.
pub(super) fn spot(canvas: &Canvas, shape: Shape, (x, y): Point, r: f64, colour: Colour, opacity: f64) {
    let corners: &[Point] = match shape {
        Shape::Disc => return canvas.disc((x, y), r, colour, opacity),
        Shape::Square => &[(-0.89, -0.89), (0.89, -0.89), (0.89, 0.89), (-0.89, 0.89)],
        Shape::Triangle => &[(0.0, -1.4), (1.3, 0.85), (-1.3, 0.85)],
        Shape::Diamond => &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
        Shape::Wedge => &[(0.0, 1.4), (1.3, -0.85), (-1.3, -0.85)],
    };
    let outline: Vec<Point> = corners.iter().map(|(dx, dy)| (x + r * dx, y + r * dy)).collect();
    canvas.polygon(&outline, colour, opacity);
}

/// Height of a row of a legend, in millimetres.
const LEGEND_ROW_MM: f64 = 3.6;
/// Height of a further line of an entry, in millimetres.
const LEGEND_LINE_MM: f64 = 2.9;
/// Room between two entries of a row, in millimetres.
const LEGEND_GAP_MM: f64 = 4.0;
/// Legends with more entries than this stand in columns, as tables do.
const IN_ROWS: usize = 8;

/// One entry of a legend as it is set.
struct Placed {
    at: Point,
    lines: Vec<String>,
}

/// Legend entries from `at` to the right, never over data: the caller gives it a strip of its own.
///
/// Entries that do not fit within `width` go to a next row, and text that does not fit into a row is wrapped;
/// [`legend_height`] tells how high it all is.
pub fn legend(canvas: &Canvas, at: Point, width: f64, entries: &[(String, LegendKey)]) {
    for ((_, key), placed) in entries.iter().zip(legend_places(width, entries).0) {
        let (x, y) = (at.0 + placed.at.0, at.1 + placed.at.1);
        let key_width = key.width();
        let ends = [(x, y), (x + key_width, y)];
        match *key {
            LegendKey::Words => {}
            LegendKey::Line(pen) => canvas.line(&ends, pen),
            LegendKey::Box(colour, opacity) => canvas.rectangle(Rect::at(x, y - 1.1, key_width, 2.2), colour, opacity),
            LegendKey::Disc(colour) => canvas.disc((x + 1.1, y), 0.8, colour, 1.0),
            LegendKey::Neuron(colour, population) => neuron(canvas, population, (x + 1.1, y), colour, 1.5),
            LegendKey::Published(colour, marker) => open_marker(canvas, marker, (x + 1.1, y), colour),
            LegendKey::Marked(pen, shape) => {
                canvas.line(&ends, pen);
                spot(canvas, shape, (x + 0.5 * key_width, y), 0.75, pen.colour, 1.0);
            }
            LegendKey::Numbered(pen, number) => {
                canvas.line(&[(x + NUMBER_MM, y), (x + key_width, y)], pen);
                canvas.text(&number.to_string(), (x + NUMBER_MM - 0.8, y), Type::small(Anchor::Right).bold());
            }
        }
        for (line, text) in placed.lines.iter().enumerate() {
            let at = (x + key_width + 1.0, y + LEGEND_LINE_MM * line as f64);
            canvas.text(text, at, Type::small(Anchor::Left));
        }
    }
}

/// Room for the number of a numbered entry.
const NUMBER_MM: f64 = 3.6;

/// The height of a legend of this width, in millimetres.
#[must_use]
pub fn legend_height(width: f64, entries: &[(String, LegendKey)]) -> f64 {
    legend_places(width, entries).1
}

/// Where each entry of a legend begins and how it is wrapped, and the height of all.
fn legend_places(width: f64, entries: &[(String, LegendKey)]) -> (Vec<Placed>, f64) {
    let room = |key: &LegendKey| width - key.width() - 1.0;
    let needed = |(text, key): &(String, LegendKey)| key.width() + 1.0 + text_width(text, SMALL_PT);
    // What is shaded comes first, in a row of its own; of the rest a column is as wide as its widest entry.
    let head = entries.iter().take_while(|(_, key)| matches!(key, LegendKey::Box(..) | LegendKey::Words)).count();
    let widest = entries[head..].iter().map(needed).fold(0.0, f64::max) + LEGEND_GAP_MM;
    let columns = if entries.len() > IN_ROWS { ((width + LEGEND_GAP_MM) / widest).floor() as usize } else { 0 };
    let (mut x, mut y, mut height) = (0.0, 0.0, 0.0_f64);
    let mut places = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let lines = wrapped(&entry.0, room(&entry.1), SMALL_PT);
        let tall = LEGEND_ROW_MM + LEGEND_LINE_MM * lines.len().saturating_sub(1) as f64;
        let in_columns = columns > 1 && index >= head;
        let full = if in_columns { (index - head).is_multiple_of(columns) } else { x + needed(entry) > width };
        if index > 0 && full {
            x = 0.0;
            y += height;
            height = 0.0;
        }
        height = height.max(tall);
        places.push(Placed { at: (x, y), lines });
        x += if in_columns { (width + LEGEND_GAP_MM) / columns as f64 } else { needed(entry) + LEGEND_GAP_MM };
    }
    (places, y + height)
}

impl LegendKey {
    fn width(self) -> f64 {
        match self {
            Self::Words => 0.0,
            Self::Line(_) | Self::Marked(..) => 8.0,
            Self::Numbered(..) => 8.0 + NUMBER_MM,
            Self::Box(..) => 3.4,
            Self::Disc(_) | Self::Neuron(..) | Self::Published(..) => 2.2,
        }
    }
}

/// The marker of a neuron: pyramidal cells, the first population, are triangles, so that shape tells them apart
/// without colour.
pub fn neuron(canvas: &Canvas, population: usize, (x, y): Point, colour: Colour, size: f64) {
    let r = 0.5 * size;
    match population {
        0 => canvas.polygon(&[(x, y - r), (x + r, y + 0.8 * r), (x - r, y + 0.8 * r)], colour, 1.0),
        1 => canvas.disc((x, y), 1.1 * r, colour, 1.0),
        _ => canvas.rectangle(Rect::at(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r), colour, 1.0),
    }
}

/// An open marker in the shape given, filled with paper.
pub(super) fn open_marker(canvas: &Canvas, marker: Marker, at: Point, colour: Colour) {
    let outline = marker.outline(at);
    canvas.polygon(&outline, canvas.style.paper, 1.0);
    canvas.line(&outline, Pen::solid(colour).weighing(0.8));
}
