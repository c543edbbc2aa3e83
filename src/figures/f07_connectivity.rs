//! F07: the connectivity matrix before and after, and the difference.

use crate::figures::canvas::{Anchor, Canvas, Rect, Type};
use crate::figures::data::RecordedRun;
use crate::figures::figure::{Figure, Need};
use crate::figures::moments::{Moment, kept_dendrites, moments, snapshot};
use crate::figures::protocol::population_words;
use crate::figures::scale::shortest;
use crate::figures::sheet::Sheet;
use crate::figures::source::{Mark, SourceTable};
use crate::figures::style::{AXIS_PT, Colour, LABEL_PT, LETTER_PT, Pen, Style, TWO_COLUMNS_MM, blend, okabe_ito};
use crate::foundation::error::Result;
use crate::recording::network::NetworkSnapshot;

pub(super) const FIGURE: Figure =
    Figure { id: "F07", title: "Connectivity before and after", needs: &[Need::Snapshots(2)], draw };

/// Blocks per side of a matrix.
const BLOCKS: usize = 48;
/// Colours are drawn in so many levels, so that blocks of equal colour join.
const LEVELS: f64 = 24.0;

/// The order of neurons along a matrix, cut into blocks that no population shares.
struct Layout {
    /// The block of each neuron.
    block: Vec<u16>,
    /// Neurons per block.
    sizes: Vec<f64>,
    /// Name and first block of each population.
    populations: Vec<(String, usize)>,
}

/// Mean number of synapses from a neuron of the column's block to one of the row's.
struct Matrix {
    moment: Moment,
    density: Vec<f64>,
}

fn draw(run: &RecordedRun, style: Style) -> Result<Sheet> {
    let arm = run.featured();
    let replicate = run.replicates().first().copied().unwrap_or(0);
    let mut layout: Option<Layout> = None;
    let mut matrices = Vec::new();
    for moment in moments(run, arm) {
        if let Some(kept) = snapshot(run, arm, replicate, moment.time)? {
            let layout = layout.get_or_insert_with(|| Layout::of(run, &kept));
            matrices.push(Matrix { moment, density: layout.density(&kept) });
        }
    }
    let layout = layout.unwrap_or(Layout { block: Vec::new(), sizes: Vec::new(), populations: Vec::new() });
    let rows = before_and_after(&matrices);
    let most =
        round_up(rows.iter().flat_map(|(a, b)| a.density.iter().chain(&b.density)).fold(0.0_f64, |m, &v| m.max(v)));
    let change = round_up(
        rows.iter()
            .flat_map(|(a, b)| a.density.iter().zip(&b.density).map(|(a, b)| (b - a).abs()))
            .fold(0.0_f64, f64::max),
    );
    let caption = format!(
        "Mean number of synapses from one neuron (column) to another (row), in blocks of neighbouring neurons. Neurons are ordered by \
         population and, within it, by position along a space-filling curve, so that neighbours in the matrix are neighbours in space. \
         Right: the difference, loss in vermillion, gain in blue. Arm {}, one network (n = 1).",
        arm.caption()
    );
    let side = 42.0;
    let height = rows.len() as f64 * (side + 17.0) + 3.0;
    Sheet::paint(FIGURE.title, (TWO_COLUMNS_MM, height), style, caption, |canvas, source| {
        for (row, (before, after)) in rows.iter().enumerate() {
            let y = 7.0 + row as f64 * (side + 17.0);
            let difference: Vec<f64> = before.density.iter().zip(&after.density).map(|(a, b)| b - a).collect();
            let shown = [
                (&before.density, before.moment.name.clone(), false),
                (&after.density, after.moment.name.clone(), false),
                (&difference, "difference".to_owned(), true),
            ];
            for (column, (values, title, is_change)) in shown.into_iter().enumerate() {
                let left = [12.0, 59.0, 122.0][column];
                let frame = Rect::at(left, y, side, side);
                let letter = char::from(b'a' + (3 * row + column) as u8).to_string();
                let paper = style.paper;
                let colour = |value: f64| -> Colour {
                    if is_change {
                        let end = if value < 0.0 { okabe_ito::VERMILLION } else { okabe_ito::BLUE };
                        blend(paper, end, level(value.abs() / change))
                    } else {
                        sequential(&style, level(value / most))
                    }
                };
                blocks(canvas, frame, &layout, values, colour);
                record(&mut source.borrow_mut(), &letter, &title, values, layout.sizes.len());
                frame_of(canvas, frame, &layout, column == 0);
                canvas.text(&letter, (left - 4.5, y - 3.2), Type::small(Anchor::Left).sized(LETTER_PT).bold());
                canvas.text(&title, (left, y - 3.2), Type::small(Anchor::Left).sized(LABEL_PT));
                if column > 0 {
                    let span = if is_change { (-change, change) } else { (0.0, most) };
                    let unit = if is_change { "change in synapses per pair" } else { "synapses per pair" };
                    bar(canvas, Rect::at(frame.right + 1.8, y, 2.2, side), span, unit, colour);
                }
            }
        }
    })
}

/// What stress did, then what followed: neighbours in time, the last one against the end of stress. Without a snapshot at
/// the end of stress the second one stands for it.
fn before_and_after(matrices: &[Matrix]) -> Vec<(&Matrix, &Matrix)> {
    let (Some(first), Some(last)) = (matrices.first(), matrices.last()) else { return Vec::new() };
    let stressed = matrices.iter().skip(1).find(|matrix| matrix.moment.name == "end of stress");
    match stressed.or_else(|| matrices.get(1)) {
        Some(middle) if middle.moment == last.moment => vec![(first, last)],
        Some(middle) => vec![(first, middle), (middle, last)],
        None => Vec::new(),
    }
}

impl Layout {
    fn of(run: &RecordedRun, snapshot: &NetworkSnapshot) -> Self {
        let neurons = &snapshot.neurons;
        let order = &run.folder.course.populations;
        let mut ranked: Vec<usize> = (0..neurons.populations.len()).collect();
        ranked.sort_by_key(|&index| order.iter().position(|name| *name == neurons.populations[index]).unwrap_or(index));
        let mut layout = Self { block: vec![0; neurons.len()], sizes: Vec::new(), populations: Vec::new() };
        for population in ranked {
            // Neurons are numbered along a space-filling curve, so order of id is order of place.
            let members: Vec<usize> =
                (0..neurons.len()).filter(|&id| usize::from(neurons.population[id]) == population).collect();
            if members.is_empty() {
                continue;
            }
            let share = members.len() as f64 / neurons.len() as f64;
            let count = ((BLOCKS as f64 * share).round() as usize).clamp(1, members.len());
            let first = layout.sizes.len();
            layout.populations.push((neurons.populations[population].clone(), first));
            layout.sizes.extend(vec![0.0; count]);
            for (place, &id) in members.iter().enumerate() {
                let block = first + place * count / members.len();
                layout.block[id] = block as u16;
                layout.sizes[block] += 1.0;
            }
        }
        layout
    }

    fn density(&self, snapshot: &NetworkSnapshot) -> Vec<f64> {
        let side = self.sizes.len();
        let mut counts = vec![0_u32; side * side];
        let mut held = vec![0.0; side];
        for (id, _) in kept_dendrites(snapshot).into_iter().enumerate().filter(|(_, kept)| *kept) {
            held[usize::from(self.block[id])] += 1.0;
        }
        for (&post, &pre) in snapshot.synapses.post.iter().zip(&snapshot.synapses.pre) {
            let (row, column) = (self.block[post as usize], self.block[pre as usize]);
            counts[usize::from(row) * side + usize::from(column)] += 1;
        }
        let pairs = |index: usize| held[index / side] * self.sizes[index % side];
        counts.iter().enumerate().map(|(index, &count)| f64::from(count) / f64::max(pairs(index), 1.0)).collect()
    }
}

/// The next round number at or above `value`.
fn round_up(value: f64) -> f64 {
    if value <= 0.0 {
        return 1.0;
    }
    let decade = 10_f64.powf(value.log10().floor());
    let round = [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    decade * round.into_iter().find(|round| round * decade >= value * 0.999_999).unwrap_or(10.0)
}

fn level(share: f64) -> f64 {
    if share.is_finite() { (share * LEVELS).round() / LEVELS } else { 0.0 }
}

/// From paper through sky blue to a dark blue: lightness alone tells the values apart.
fn sequential(style: &Style, share: f64) -> Colour {
    let dark = blend(okabe_ito::BLUE, style.ink, 0.55);
    // Square root: most pairs are far apart and weakly connected, and the eye should see them too.
    let share = share.sqrt();
    if share < 0.5 {
        blend(style.paper, okabe_ito::SKY_BLUE, 2.0 * share)
    } else {
        blend(okabe_ito::SKY_BLUE, dark, 2.0 * share - 1.0)
    }
}

/// Draws the blocks, joining neighbours of equal colour along a row.
fn blocks(canvas: &Canvas, frame: Rect, layout: &Layout, values: &[f64], colour: impl Fn(f64) -> Colour) {
    let side = layout.sizes.len();
    let edge = |block: usize| block as f64 / side as f64;
    // Blocks reach a little under those drawn after them, or the paper would shine through the joints.
    let overlap = |block: usize| if block < side { 0.06 } else { 0.0 };
    for row in 0..side {
        let mut start = 0;
        while start < side {
            let here = colour(values[row * side + start]);
            let mut end = start + 1;
            while end < side && colour(values[row * side + end]) == here {
                end += 1;
            }
            let rect = Rect {
                left: frame.left + edge(start) * frame.width(),
                right: frame.left + edge(end) * frame.width() + overlap(end),
                top: frame.top + edge(row) * frame.height(),
                bottom: frame.top + edge(row + 1) * frame.height() + overlap(row + 1),
            };
            canvas.rectangle(rect, here, 1.0);
            start = end;
        }
    }
}

/// The frame of a matrix, with rules between populations and their names.
fn frame_of(canvas: &Canvas, frame: Rect, layout: &Layout, named: bool) {
    let ink = Pen::solid(canvas.style.ink).weighing(AXIS_PT);
    let corners = [
        (frame.left, frame.top),
        (frame.right, frame.top),
        (frame.right, frame.bottom),
        (frame.left, frame.bottom),
        (frame.left, frame.top),
    ];
    canvas.line(&corners, ink);
    let side = layout.sizes.len() as f64;
    for (index, (name, first)) in layout.populations.iter().enumerate() {
        let end = layout.populations.get(index + 1).map_or(layout.sizes.len(), |next| next.1);
        let (from, to) = (*first as f64 / side, end as f64 / side);
        if index > 0 {
            let (x, y) = (frame.left + from * frame.width(), frame.top + from * frame.height());
            canvas.line(&[(x, frame.top), (x, frame.bottom)], ink);
            canvas.line(&[(frame.left, y), (frame.right, y)], ink);
        }
        let middle = from.midpoint(to);
        let name = population_words(name);
        let below = (frame.left + middle * frame.width(), frame.bottom + 1.9);
        canvas.text(name, below, Type::small(Anchor::Middle).sized(6.5));
        if named {
            let beside = (frame.left - 1.6, frame.top + middle * frame.height());
            canvas.text(name, beside, Type::small(Anchor::Middle).sized(6.5).upwards());
        }
    }
    canvas.text("presynaptic", (frame.left.midpoint(frame.right), frame.bottom + 5.2), Type::small(Anchor::Middle));
    if named {
        let at = (frame.left - 5.0, frame.top.midpoint(frame.bottom));
        canvas.text("postsynaptic", at, Type::small(Anchor::Middle).upwards());
    }
}

/// A colour bar with its ends and middle, and the unit beside it.
fn bar(canvas: &Canvas, frame: Rect, (low, high): (f64, f64), unit: &str, colour: impl Fn(f64) -> Colour) {
    let steps = LEVELS as usize * 2;
    for step in 0..steps {
        let share = (step as f64 + 0.5) / steps as f64;
        let height = frame.height() / steps as f64;
        let top = frame.bottom - (step + 1) as f64 * height;
        canvas.rectangle(
            Rect::at(frame.left, top, frame.width(), height + if step > 0 { 0.06 } else { 0.0 }),
            colour(low + share * (high - low)),
            1.0,
        );
    }
    let ink = Pen::solid(canvas.style.ink).weighing(AXIS_PT);
    for share in [0.0, 0.5, 1.0] {
        let y = frame.bottom - share * frame.height();
        canvas.line(&[(frame.right, y), (frame.right + 0.7, y)], ink);
        let value = low + share * (high - low);
        canvas.text(&shortest(value), (frame.right + 1.2, y), Type::small(Anchor::Left));
    }
    let at = (frame.right + 9.8, frame.top.midpoint(frame.bottom));
    canvas.text(unit, at, Type::small(Anchor::Middle).upwards());
}

fn record(table: &mut SourceTable, letter: &str, title: &str, values: &[f64], side: usize) {
    table.axes(letter, "Presynaptic block", "Synapses per pair, one series per postsynaptic block");
    for (row, line) in values.chunks(side.max(1)).enumerate() {
        let marks = line.iter().enumerate().map(|(column, &value)| Mark::plain(column as f64, value));
        table.series(letter, &format!("{title}, postsynaptic block {row}"), marks);
    }
}
