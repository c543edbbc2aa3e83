//! One pair of axes: data clipped to its frame, ticks, labels, shades and legends.

use std::cell::RefCell;

use crate::figures::canvas::{Anchor, Canvas, Point, Rect, Type, text_width};
use crate::figures::clip::{clip_line, clip_polygon, thin};
use crate::figures::legend::{Marker, Shape, neuron, open_marker, spot};
use crate::figures::scale::{AxisScale, AxisTick};
use crate::figures::source::{Mark, SourceTable};
use crate::figures::style::{AXIS_PT, Colour, LABEL_PT, LETTER_PT, Pen, SMALL_PT};

const TICK_MM: f64 = 0.9;
/// Distance of numbers that stand beside a panel one above the other.
pub const NUMBER_MM: f64 = 2.7;
/// More numbers than this stand in two columns, by turns: in one they would fan out steeply from where their lines end.
pub const NUMBERS_IN_A_COLUMN: usize = 16;
/// From the frame to where numbers stand, in one column and in two; and from one column to the other.
const LEAD_MM: [f64; 2] = [3.4, 7.0];
const COLUMN_MM: f64 = 4.6;

/// One axis of a panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// How it maps values.
    pub scale: AxisScale,
    /// What it shows, with its unit.
    pub label: String,
    /// What the source data call it, where that is not what the picture says.
    pub recorded: Option<String>,
    /// Its ticks; round ones if none are given.
    pub ticks: Option<Vec<AxisTick>>,
    /// Whether ticks carry their text and the axis its label: false where a neighbour already says it.
    pub labelled: bool,
}

impl Axis {
    /// An axis with round ticks.
    #[must_use]
    pub fn new(scale: AxisScale, label: impl Into<String>) -> Self {
        Self { scale, label: label.into(), recorded: None, ticks: None, labelled: true }
    }

    /// The same with these ticks.
    #[must_use]
    pub fn with_ticks(self, ticks: Vec<AxisTick>) -> Self {
        Self { ticks: Some(ticks), ..self }
    }

    /// The same, called otherwise in the source data: where ticks bear units of their own, the numbers need one.
    #[must_use]
    pub fn recorded_as(self, name: &str) -> Self {
        Self { recorded: Some(name.to_owned()), ..self }
    }

    fn name(&self) -> &str {
        self.recorded.as_ref().unwrap_or(&self.label)
    }

    /// The same, its text left to a neighbour, unless `labelled`.
    #[must_use]
    pub fn labelled(self, labelled: bool) -> Self {
        Self { labelled, ..self }
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
        source.borrow_mut().axes(id, x.name(), y.name());
        Self { canvas, source, id: id.to_owned(), frame, x, y }
    }

    /// A panel that lies on its side: what is measured runs along the horizontal axis, and rows stand on the vertical
    /// one. In the source data rows are x and values are y, as in every other panel, so that bands belong to y.
    #[must_use]
    pub fn lying(
        canvas: &'c Canvas<'a>,
        source: &'c RefCell<SourceTable>,
        id: &str,
        frame: Rect,
        values: Axis,
        rows: Axis,
    ) -> Self {
        source.borrow_mut().axes(id, rows.name(), values.name());
        Self { canvas, source, id: id.to_owned(), frame, x: values, y: rows }
    }

    /// Where a pair of values stands on the sheet.
    #[must_use]
    pub fn place(&self, x: f64, y: f64) -> Point {
        let Rect { left, bottom, .. } = self.frame;
        (left + self.x.scale.share(x) * self.frame.width(), bottom - self.y.scale.share(y) * self.frame.height())
    }

    /// What the horizontal axis shows.
    #[must_use]
    pub fn x_label(&self) -> &str {
        self.x.name()
    }

    /// Shades the span from `from` to `to` on the horizontal axis, as far as it is within the frame.
    pub fn shade(&self, from: f64, to: f64, colour: Colour, opacity: f64) {
        let edge = |x: f64| self.place(x, 0.0).0.clamp(self.frame.left, self.frame.right);
        let (left, right) = (edge(from), edge(to));
        if right > left {
            self.canvas.rectangle(Rect { left, right, ..self.frame }, colour, opacity);
        }
    }

    /// Shades the layer from `low` to `high` on the vertical axis, as far as it is within the frame.
    pub fn layer(&self, low: f64, high: f64, colour: Colour, opacity: f64) {
        let edge = |y: f64| self.place(0.0, y).1.clamp(self.frame.top, self.frame.bottom);
        if high > low {
            self.canvas.rectangle(Rect { top: edge(high), bottom: edge(low), ..self.frame }, colour, opacity);
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

    /// A line that guides the eye between marks that are drawn, and recorded, as points. It does not bridge what is missing.
    pub fn guide(&self, marks: &[Mark], pen: Pen) {
        self.guide_aside(marks, pen, 0.0);
    }

    /// The same, drawn `aside_mm` to the right of where its marks stand.
    pub fn guide_aside(&self, marks: &[Mark], pen: Pen, aside_mm: f64) {
        let at = |mark: &Mark| {
            let (x, y) = self.place(mark.x, mark.y);
            (x + aside_mm, y)
        };
        let line: Vec<Point> = marks.iter().map(at).collect();
        for piece in clip_line(&line, self.frame) {
            self.canvas.line(&piece, pen);
        }
    }

    /// Markers at `marks`, with error bars where they have them.
    pub fn points(&self, series: &str, marks: &[Mark], shape: Shape, colour: Colour, radius_mm: f64) {
        self.points_aside(series, marks, shape, colour, radius_mm, 0.0);
    }

    /// The same, drawn `aside_mm` to the right of where they stand, so that none hides another; the source data hold where they
    /// stand.
    pub fn points_aside(
        &self,
        series: &str,
        marks: &[Mark],
        shape: Shape,
        colour: Colour,
        radius_mm: f64,
        aside_mm: f64,
    ) {
        self.source.borrow_mut().series(&self.id, series, marks.iter().copied());
        for mark in marks.iter().filter(|mark| mark.y.is_finite()) {
            let (x, y) = self.place(mark.x, mark.y);
            if mark.low.is_finite() && mark.high.is_finite() {
                self.upright_bar(x + aside_mm, self.place(mark.x, mark.low).1, self.place(mark.x, mark.high).1, colour);
            }
            spot(self.canvas, shape, (x + aside_mm, y), radius_mm, colour, 1.0);
        }
    }

    /// Bars from zero at places that are no numbers, `half` wide to either side of `place`, with error bars; the source data
    /// hold the marks as they are.
    pub fn bars(&self, series: &str, bars: &[(f64, Mark)], half: f64, shape: Shape, colour: Colour) {
        self.source.borrow_mut().series(&self.id, series, bars.iter().map(|(_, mark)| *mark));
        for (place, mark) in bars.iter().filter(|(_, mark)| mark.y.is_finite()) {
            let ((left, top), (right, bottom)) = (self.place(place - half, mark.y), self.place(place + half, 0.0));
            if mark.y > 0.0 {
                self.canvas.rectangle(Rect { left, top, right, bottom }, colour, 0.3);
            }
            let x = left.midpoint(right);
            if mark.low.is_finite() && mark.high.is_finite() {
                self.upright_bar(x, self.place(*place, mark.low).1, self.place(*place, mark.high).1, colour);
            }
            spot(self.canvas, shape, (x, top), 0.6, colour, 1.0);
        }
    }

    /// Numbers beside the right end of the frame, each joined to the height at which its line ends there.
    pub fn numbers(&self, ends: &[(usize, f64, Pen)]) {
        let Rect { right, top, bottom, .. } = self.frame;
        let height = |y: f64| self.place(0.0, y).1.clamp(top, bottom);
        let mut ends: Vec<(usize, f64, Pen)> =
            ends.iter().filter(|end| end.1.is_finite()).map(|&(number, y, pen)| (number, height(y), pen)).collect();
        ends.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        let wanted: Vec<f64> = ends.iter().map(|end| end.1).collect();
        let columns = if ends.len() > NUMBERS_IN_A_COLUMN { 2 } else { 1 };
        let lead = LEAD_MM[columns - 1];
        let places = apart(&wanted, NUMBER_MM / columns as f64, (top, bottom));
        for (index, ((number, y, pen), label_y)) in ends.iter().zip(places).enumerate() {
            let x = right + lead + COLUMN_MM * (index % columns) as f64;
            let line = [(right, *y), (right + 1.0, *y), (right + lead, label_y), (x + 0.8, label_y)];
            self.canvas.line(&line, Pen::solid(pen.colour).weighing(AXIS_PT));
            self.canvas.text(&number.to_string(), (x + 1.3, label_y), Type::small(Anchor::Left));
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

    /// A marker of a [lying](Self::lying) panel with its error bar: a row (x) and its value (y), drawn `shift` rows
    /// further down; a disc, or open in the shape given.
    pub fn lying_point(&self, series: &str, mark: Mark, shift: f64, colour: Colour, open: Option<Marker>) {
        self.source.borrow_mut().series(&self.id, series, [mark]);
        if !mark.y.is_finite() {
            return;
        }
        let at = |value: f64| self.place(value, mark.x + shift);
        if mark.low.is_finite() && mark.high.is_finite() {
            let pen = Pen::solid(colour).weighing(0.7);
            let (low, high) = (at(mark.low), at(mark.high));
            self.canvas.line(&[low, high], pen);
            for end in [low, high] {
                self.canvas.line(&[(end.0, end.1 - 0.45), (end.0, end.1 + 0.45)], pen);
            }
        }
        match open {
            Some(marker) => open_marker(self.canvas, marker, at(mark.y), colour),
            None => self.canvas.disc(at(mark.y), 0.7, colour, 1.0),
        }
    }

    fn error_bar(&self, mark: &Mark, colour: Colour) {
        if mark.low.is_finite() && mark.high.is_finite() {
            let (low, high) = (self.place(mark.x, mark.low), self.place(mark.x, mark.high));
            self.upright_bar(low.0, low.1, high.1, colour);
        }
    }

    /// An upright error bar on the sheet.
    fn upright_bar(&self, x: f64, low: f64, high: f64, colour: Colour) {
        let pen = Pen::solid(colour).weighing(0.7);
        self.canvas.line(&[(x, low), (x, high)], pen);
        for end in [low, high] {
            self.canvas.line(&[(x - 0.6, end), (x + 0.6, end)], pen);
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
                self.canvas.text(&text, (x, bottom + TICK_MM + 2.1), Type::small(Anchor::Middle));
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
            let at = (left.midpoint(right), bottom + TICK_MM + 5.5);
            for (index, line) in (0_u32..).zip(self.x.label.split('\n')) {
                let at = (at.0, at.1 + 3.1 * f64::from(index));
                self.canvas.text(line, at, Type::small(Anchor::Middle).sized(LABEL_PT));
            }
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

/// Heights near those wanted, which ascend, at least `step` apart, and within the bounds as long as there is room.
fn apart(wanted: &[f64], step: f64, (top, bottom): (f64, f64)) -> Vec<f64> {
    let half = |n: usize| step * (n as f64 - 1.0) / 2.0;
    let within = |middle: f64, n: usize| middle.min(bottom - half(n)).max(top + half(n));
    // Groups of labels that touch stand around the mean of what they want.
    let mut groups: Vec<(f64, usize)> = Vec::new();
    for &y in wanted {
        groups.push((y, 1));
        while let [.., (below, m), (above, n)] = groups[..] {
            if within(above, n) - within(below, m) >= step * (m + n) as f64 / 2.0 {
                break;
            }
            groups.truncate(groups.len() - 2);
            groups.push(((below * m as f64 + above * n as f64) / (m + n) as f64, m + n));
        }
    }
    let spread = |(middle, n): (f64, usize)| (0..n).map(move |i| within(middle, n) - half(n) + step * i as f64);
    groups.into_iter().flat_map(spread).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn labels_stand_apart_in_their_order_and_within_their_bounds(mut wanted in prop::collection::vec(0.0..80.0_f64, 1..30)) {
            wanted.sort_by(f64::total_cmp);
            let placed = apart(&wanted, 2.5, (0.0, 80.0));
            prop_assert_eq!(placed.len(), wanted.len());
            prop_assert!(placed.windows(2).all(|pair| pair[1] - pair[0] >= 2.5 - 1e-9));
            prop_assert!(placed.iter().all(|y| (-1e-9..=80.0 + 1e-9).contains(y)), "{:?}", placed);
        }
    }

    #[test]
    fn labels_that_have_room_stand_where_they_belong() {
        assert_eq!(apart(&[1.0, 9.0], 2.5, (0.0, 10.0)), [1.0, 9.0]);
        assert_eq!(apart(&[4.0, 4.0], 2.0, (0.0, 10.0)), [3.0, 5.0]);
        assert_eq!(apart(&[0.0, 0.0], 2.0, (0.0, 10.0)), [0.0, 2.0]);
    }
}
