//! One pair of axes: data clipped to its frame, ticks, labels, shades and legends.

use std::cell::RefCell;

use crate::figures::canvas::{Anchor, Canvas, Point, Rect, Type, text_width};
use crate::figures::clip::{clip_line, clip_polygon, thin};
use crate::figures::legend::{Marker, neuron, open_marker};
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
        source.borrow_mut().axes(id, &rows.label, &values.label);
        Self { canvas, source, id: id.to_owned(), frame, x: values, y: rows }
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
