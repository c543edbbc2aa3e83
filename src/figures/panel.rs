//! One pair of axes: data clipped to its frame, ticks, labels, shades and legends.

use std::cell::RefCell;

use crate::figures::canvas::{Anchor, Canvas, Point, Rect, Type, text_width};
use crate::figures::scale::{Scale, Tick};
use crate::figures::source::{Mark, SourceTable};
use crate::figures::style::{AXIS_PT, Colour, LABEL_PT, LETTER_PT, Pen, SMALL_PT};

const TICK_MM: f64 = 0.9;

/// One axis of a panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// How it maps values.
    pub scale: Scale,
    /// What it shows, with its unit.
    pub label: String,
    /// Its ticks; round ones if none are given.
    pub ticks: Option<Vec<Tick>>,
    /// Whether ticks carry their text and the axis its label: false where a neighbour already says it.
    pub labelled: bool,
}

impl Axis {
    /// An axis with round ticks.
    #[must_use]
    pub fn new(scale: Scale, label: impl Into<String>) -> Self {
        Self { scale, label: label.into(), ticks: None, labelled: true }
    }

    /// The same with these ticks.
    #[must_use]
    pub fn with_ticks(self, ticks: Vec<Tick>) -> Self {
        Self { ticks: Some(ticks), ..self }
    }

    /// The same, its text left to a neighbour, unless `labelled`.
    #[must_use]
    pub fn labelled(self, labelled: bool) -> Self {
        Self { labelled, ..self }
    }
}

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

/// A pair of axes on a sheet.
pub struct Panel<'c, 'a> {
    canvas: &'c Canvas<'a>,
    source: &'c RefCell<SourceTable>,
    id: String,
    /// Where data go, in millimetres.
    pub frame: Rect,
    x: Axis,
    y: Axis,
}

impl<'c, 'a> Panel<'c, 'a> {
    /// A panel named `id` in the source data, with its data in `frame`.
    #[must_use]
    pub fn new(
        canvas: &'c Canvas<'a>,
        source: &'c RefCell<SourceTable>,
        id: &str,
        frame: Rect,
        x: Axis,
        y: Axis,
    ) -> Self {
        source.borrow_mut().axes(id, &x.label, &y.label);
        Self { canvas, source, id: id.to_owned(), frame, x, y }
    }

    /// Where a pair of values stands on the sheet.
    #[must_use]
    pub fn place(&self, x: f64, y: f64) -> Point {
        let Rect { left, bottom, .. } = self.frame;
        (left + self.x.scale.share(x) * self.frame.width(), bottom - self.y.scale.share(y) * self.frame.height())
    }

    /// Shades the span from `from` to `to` on the horizontal axis, as far as it is within the frame.
    pub fn shade(&self, from: f64, to: f64, colour: Colour, opacity: f64) {
        let edge = |x: f64| self.place(x, 0.0).0.clamp(self.frame.left, self.frame.right);
        let (left, right) = (edge(from), edge(to));
        if right > left {
            self.canvas.rectangle(Rect { left, right, ..self.frame }, colour, opacity);
        }
    }

    /// A rule across the frame at `y`.
    pub fn rule(&self, y: f64, pen: Pen) {
        let height = self.place(0.0, y).1;
        if (self.frame.top..=self.frame.bottom).contains(&height) {
            self.canvas.line(&[(self.frame.left, height), (self.frame.right, height)], pen);
        }
    }

    /// A rule up the frame at `x`.
    pub fn upright(&self, x: f64, pen: Pen) {
        let place = self.place(x, 0.0).0;
        if (self.frame.left..=self.frame.right).contains(&place) {
            self.canvas.line(&[(place, self.frame.top), (place, self.frame.bottom)], pen);
        }
    }

    /// A line through `marks` in a band, named `series` in the source data. NaN breaks the line.
    pub fn series(&self, series: &str, marks: &[Mark], pen: Pen) {
        self.source.borrow_mut().series(&self.id, series, self.within(marks));
        for run in marks.split(|mark| !mark.y.is_finite()) {
            for banded in run.split(|mark| !mark.low.is_finite() || !mark.high.is_finite()) {
                if banded.len() > 1 {
                    let upper = banded.iter().map(|mark| self.place(mark.x, mark.high));
                    let lower = banded.iter().rev().map(|mark| self.place(mark.x, mark.low));
                    let outline = clip_polygon(upper.chain(lower).collect(), self.frame);
                    if outline.len() > 2 {
                        self.canvas.polygon(&outline, pen.colour, 0.2);
                    }
                }
            }
            let line: Vec<Point> = run.iter().map(|mark| self.place(mark.x, mark.y)).collect();
            for piece in clip_line(&thin(&line), self.frame) {
                self.canvas.line(&piece, pen);
            }
        }
    }

    /// A line that guides the eye between marks that are drawn, and recorded, as points.
    pub fn guide(&self, marks: &[Mark], pen: Pen) {
        let line: Vec<Point> =
            marks.iter().filter(|mark| mark.y.is_finite()).map(|mark| self.place(mark.x, mark.y)).collect();
        for piece in clip_line(&line, self.frame) {
            self.canvas.line(&piece, pen);
        }
    }

    /// Discs at `marks`, with error bars where they have them.
    pub fn points(&self, series: &str, marks: &[Mark], colour: Colour, radius_mm: f64) {
        self.source.borrow_mut().series(&self.id, series, marks.iter().copied());
        for mark in marks.iter().filter(|mark| mark.y.is_finite()) {
            self.error_bar(mark, colour);
            self.canvas.disc(self.place(mark.x, mark.y), radius_mm, colour, 1.0);
        }
    }

    /// Markers of a population at `marks`: shape tells populations apart without colour.
    pub fn neurons(&self, series: &str, marks: &[Mark], population: usize, colour: Colour) {
        self.source.borrow_mut().series(&self.id, series, marks.iter().copied());
        for mark in marks.iter().filter(|mark| mark.y.is_finite()) {
            neuron(self.canvas, population, self.place(mark.x, mark.y), colour, 0.9);
        }
    }

    /// A published value: an open marker in ink with its error bar, told apart from the model by its shape.
    pub fn published(&self, series: &str, mark: Mark, marker: Marker) {
        let ink = self.canvas.style.ink;
        self.source.borrow_mut().series(&self.id, series, [mark]);
        self.error_bar(&mark, ink);
        open_marker(self.canvas, marker, self.place(mark.x, mark.y), ink);
    }

    fn error_bar(&self, mark: &Mark, colour: Colour) {
        if mark.low.is_finite() && mark.high.is_finite() {
            let pen = Pen::solid(colour).weighing(0.7);
            let (low, high) = (self.place(mark.x, mark.low), self.place(mark.x, mark.high));
            self.canvas.line(&[low, high], pen);
            for end in [low, high] {
                self.canvas.line(&[(end.0 - 0.6, end.1), (end.0 + 0.6, end.1)], pen);
            }
        }
    }

    /// Steps of a histogram: `edges` are one more than `heights`.
    pub fn steps(&self, series: &str, edges: &[f64], heights: &[f64], pen: Pen) {
        let marks = edges.windows(2).zip(heights).map(|(edge, &height)| Mark::plain(edge[0].midpoint(edge[1]), height));
        self.source.borrow_mut().series(&self.id, series, marks);
        let corners = edges.windows(2).zip(heights).flat_map(|(edge, &height)| [(edge[0], height), (edge[1], height)]);
        let line: Vec<Point> = corners.map(|(x, y)| self.place(x, y)).collect();
        for piece in clip_line(&line, self.frame) {
            self.canvas.line(&piece, pen);
        }
    }

    /// The part of a line that the frame shows.
    fn within(&self, marks: &[Mark]) -> Vec<Mark> {
        marks.iter().copied().filter(|mark| (-1e-9..=1.0 + 1e-9).contains(&self.x.scale.share(mark.x))).collect()
    }

    /// Draws the axes: call it after the data.
    pub fn axes(&self) {
        let ink = self.canvas.style.ink;
        let pen = Pen::solid(ink).weighing(AXIS_PT);
        let Rect { left, top, right, bottom } = self.frame;
        self.canvas.line(&[(left, top), (left, bottom), (right, bottom)], pen);
        let x_ticks =
            self.x.ticks.clone().unwrap_or_else(|| self.x.scale.ticks((self.frame.width() / 10.0) as usize + 1));
        for (value, text) in x_ticks {
            let x = self.place(value, 0.0).0;
            self.canvas.line(&[(x, bottom), (x, bottom + TICK_MM)], pen);
            if self.x.labelled {
                self.canvas.text(&text, (x, bottom + TICK_MM + 1.7), Type::small(Anchor::Middle));
            }
        }
        let mut widest = 0.0_f64;
        let y_ticks =
            self.y.ticks.clone().unwrap_or_else(|| self.y.scale.ticks((self.frame.height() / 7.0) as usize + 1));
        for (value, text) in y_ticks {
            let y = self.place(self.x.scale.ends().0, value).1;
            self.canvas.line(&[(left - TICK_MM, y), (left, y)], pen);
            if self.y.labelled {
                self.canvas.text(&text, (left - TICK_MM - 0.6, y), Type::small(Anchor::Right));
                widest = widest.max(text_width(&text, SMALL_PT));
            }
        }
        if self.x.ticks.is_none() {
            for value in self.x.scale.minor_ticks() {
                let x = self.place(value, 0.0).0;
                self.canvas.line(&[(x, bottom), (x, bottom + 0.5 * TICK_MM)], pen);
            }
        }
        if self.y.ticks.is_none() {
            for value in self.y.scale.minor_ticks() {
                let y = self.place(self.x.scale.ends().0, value).1;
                self.canvas.line(&[(left - 0.5 * TICK_MM, y), (left, y)], pen);
            }
        }
        if self.x.labelled {
            let at = (left.midpoint(right), bottom + TICK_MM + 5.2);
            self.canvas.text(&self.x.label, at, Type::small(Anchor::Middle).sized(LABEL_PT));
        }
        if self.y.labelled {
            let lines: Vec<&str> = self.y.label.split('\n').collect();
            for (index, line) in lines.iter().rev().enumerate() {
                let at = (left - TICK_MM - 0.6 - widest - 2.2 - 3.1 * index as f64, top.midpoint(bottom));
                self.canvas.text(line, at, Type::small(Anchor::Middle).sized(LABEL_PT).upwards());
            }
        }
    }

    /// The panel's letter, at the upper left corner outside the frame.
    pub fn letter(&self, letter: &str, offset_mm: f64) {
        let at = (self.frame.left - offset_mm, self.frame.top - 2.2);
        self.canvas.text(letter, at, Type::small(Anchor::Left).sized(LETTER_PT).bold());
    }

    /// A title over the frame, set from its left edge.
    pub fn title(&self, title: &str) {
        self.canvas.text(title, (self.frame.left, self.frame.top - 2.2), Type::small(Anchor::Left).sized(LABEL_PT));
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

fn open_marker(canvas: &Canvas, marker: Marker, at: Point, colour: Colour) {
    let outline = marker.outline(at);
    canvas.polygon(&outline, canvas.style.paper, 1.0);
    canvas.line(&outline, Pen::solid(colour).weighing(0.8));
}

/// Drops the points of a line that no printer could show: within a column of 0.05 mm only the first,
/// the lowest, the highest and the last are kept.
fn thin(points: &[Point]) -> Vec<Point> {
    const COLUMN_MM: f64 = 0.05;
    let mut kept: Vec<Point> = Vec::new();
    let mut start = 0;
    while start < points.len() {
        let column = (points[start].0 / COLUMN_MM).floor();
        let length = points[start..].iter().take_while(|point| (point.0 / COLUMN_MM).floor() == column).count();
        let group = &points[start..start + length.max(1)];
        let by_height = |a: &&Point, b: &&Point| a.1.total_cmp(&b.1);
        let mut indices = vec![0, group.len() - 1];
        for extreme in [group.iter().min_by(by_height), group.iter().max_by(by_height)].into_iter().flatten() {
            indices.extend(group.iter().position(|point| point == extreme));
        }
        indices.sort_unstable();
        indices.dedup();
        kept.extend(indices.into_iter().map(|index| group[index]));
        start += length.max(1);
    }
    kept
}

/// The pieces of a line that lie within `frame` (Liang and Barsky's parametric clipping).
fn clip_line(points: &[Point], frame: Rect) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let (dx, dy) = (x1 - x0, y1 - y0);
        let sides = [(-dx, x0 - frame.left), (dx, frame.right - x0), (-dy, y0 - frame.top), (dy, frame.bottom - y0)];
        let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
        for (run, room) in sides {
            if run == 0.0 {
                if room < 0.0 {
                    leaves = -1.0;
                }
            } else if run < 0.0 {
                enters = enters.max(room / run);
            } else {
                leaves = leaves.min(room / run);
            }
        }
        if enters <= leaves {
            let from = (x0 + enters * dx, y0 + enters * dy);
            let to = (x0 + leaves * dx, y0 + leaves * dy);
            match pieces.last_mut() {
                Some(piece) if enters == 0.0 && piece.last() == Some(&from) => piece.push(to),
                _ => pieces.push(vec![from, to]),
            }
        }
    }
    pieces
}

/// The part of a polygon that lies within `frame` (Sutherland and Hodgman).
fn clip_polygon(mut outline: Vec<Point>, frame: Rect) -> Vec<Point> {
    type Side = (fn(Point) -> f64, f64, f64);
    let sides: [Side; 4] = [
        (|p| p.0, 1.0, frame.left),
        (|p| p.0, -1.0, frame.right),
        (|p| p.1, 1.0, frame.top),
        (|p| p.1, -1.0, frame.bottom),
    ];
    for (coordinate, sign, edge) in sides {
        let depth = |point: Point| sign * (coordinate(point) - edge);
        let mut kept = Vec::with_capacity(outline.len());
        for (index, &to) in outline.iter().enumerate() {
            let from = outline[(index + outline.len() - 1) % outline.len()];
            let (d0, d1) = (depth(from), depth(to));
            if (d0 < 0.0) != (d1 < 0.0) {
                let share = d0 / (d0 - d1);
                kept.push((from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1)));
            }
            if d1 >= 0.0 {
                kept.push(to);
            }
        }
        outline = kept;
    }
    outline
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FRAME: Rect = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    proptest! {
        #[test]
        fn nothing_is_drawn_outside_the_frame(points in prop::collection::vec((-20.0..30.0, -20.0..30.0), 3..20)) {
            let inside = |&(x, y): &Point| (-1e-9..=10.0 + 1e-9).contains(&x) && (-1e-9..=10.0 + 1e-9).contains(&y);
            prop_assert!(clip_line(&points, FRAME).iter().flatten().all(inside));
            prop_assert!(clip_polygon(points, FRAME).iter().all(inside));
        }
    }

    #[test]
    fn a_line_within_the_frame_stays_whole_and_a_crossing_line_is_cut_at_the_edge() {
        let whole = [(1.0, 1.0), (5.0, 9.0), (9.0, 1.0)];
        assert_eq!(clip_line(&whole, FRAME), [whole.to_vec()]);
        assert_eq!(
            clip_line(&[(-5.0, 5.0), (5.0, 5.0), (5.0, 15.0)], FRAME),
            [vec![(0.0, 5.0), (5.0, 5.0), (5.0, 10.0)]]
        );
    }

    #[test]
    fn thinning_keeps_peaks_that_fall_between_two_columns() {
        let mut points: Vec<Point> = (0..10_000).map(|i| (f64::from(i) * 1e-4, 1.0)).collect();
        points[4_321].1 = 7.0;
        let kept = thin(&points);
        assert!(kept.len() < 100 && kept.contains(&points[4_321]));
    }
}
