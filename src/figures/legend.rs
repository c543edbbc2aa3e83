//! Legends, and the marks that they explain.

use crate::figures::canvas::{Anchor, Canvas, Point, Rect, Type, text_width};
use crate::figures::style::{Colour, Pen, SMALL_PT};

/// How one entry of a legend looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Key {
    /// A line.
    Line(Pen),
    /// A filled box of this opacity.
    Box(Colour, f64),
    /// A disc.
    Disc(Colour),
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

/// Height of a row of a legend, in millimetres.
const LEGEND_ROW_MM: f64 = 3.6;

/// A row of legend entries from `at` to the right, never over data: the caller gives it a strip of its own.
///
/// Entries that do not fit within `width` go to a next row; [`legend_height`] tells how many rows there are.
pub fn legend(canvas: &Canvas, at: Point, width: f64, entries: &[(String, Key)]) {
    for ((text, key), (dx, dy)) in entries.iter().zip(legend_places(width, entries)) {
        let (x, y) = (at.0 + dx, at.1 + dy);
        let key_width = key.width();
        match *key {
            Key::Line(pen) => canvas.line(&[(x, y), (x + key_width, y)], pen),
            Key::Box(colour, opacity) => canvas.rectangle(Rect::at(x, y - 1.1, key_width, 2.2), colour, opacity),
            Key::Disc(colour) => canvas.disc((x + 1.1, y), 0.8, colour, 1.0),
            Key::Neuron(colour, population) => neuron(canvas, population, (x + 1.1, y), colour, 1.5),
            Key::Published(colour, marker) => open_marker(canvas, marker, (x + 1.1, y), colour),
        }
        canvas.text(text, (x + key_width + 1.0, y), Type::small(Anchor::Left));
    }
}

/// The height of a legend of this width, in millimetres.
#[must_use]
pub fn legend_height(width: f64, entries: &[(String, Key)]) -> f64 {
    legend_places(width, entries).last().map_or(0.0, |place| place.1 + LEGEND_ROW_MM)
}

/// Where each entry of a legend begins.
fn legend_places(width: f64, entries: &[(String, Key)]) -> Vec<Point> {
    let (mut x, mut y) = (0.0, 0.0);
    let mut places = Vec::with_capacity(entries.len());
    for (text, key) in entries {
        let needed = key.width() + 1.0 + text_width(text, SMALL_PT);
        if x > 0.0 && x + needed > width {
            x = 0.0;
            y += LEGEND_ROW_MM;
        }
        places.push((x, y));
        x += needed + 4.0;
    }
    places
}

impl Key {
    fn width(self) -> f64 {
        match self {
            Self::Line(_) => 6.0,
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
