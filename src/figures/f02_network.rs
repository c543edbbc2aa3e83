//! F02: the network in space, before stress, after it, and after the dose.

use crate::figures::canvas::{Anchor, Canvas, Point, Rect, Type, text_width};
use crate::figures::data::RecordedRun;
use crate::figures::figure::{Figure, Need};
use crate::figures::legend::{LegendKey, legend, neuron as neuron_mark};
use crate::figures::moments::{ConnectionFate, Moment, moments, pairs, pyramidal, snapshot};
use crate::figures::protocol::population_words;
use crate::figures::scale::number;
use crate::figures::sheet::Sheet;
use crate::figures::source::Mark;
use crate::figures::style::{
    Colour, Dash, LABEL_PT, LETTER_PT, Pen, SMALL_PT, Style, TWO_COLUMNS_MM, blend, okabe_ito,
};
use crate::foundation::error::Result;
use crate::foundation::random::{Purpose, Seed};
use crate::recording::network::NeuronTable;

pub(super) const FIGURE: Figure =
    Figure { id: "F02", title: "The network in space", needs: &[Need::Snapshots(2)], draw };

/// Connections drawn: more would hide each other.
const EDGES: usize = 180;
/// Height of a line of small text, in millimetres.
const LINE_MM: f64 = 3.2;
/// Neurons drawn at most.
const NEURONS: usize = 2_500;

/// One panel's connections.
struct PanelConnections {
    moment: Moment,
    /// Sampled connections with their fate.
    edges: Vec<(u64, ConnectionFate)>,
    /// Connections of each fate in the whole network.
    counts: [usize; 4],
}

fn draw(run: &RecordedRun, style: Style) -> Result<Sheet> {
    let arm = run.featured();
    let replicate = run.replicates().first().copied().unwrap_or(0);
    let mut networks = Vec::new();
    let mut neurons = NeuronTable::default();
    for moment in moments(run, arm) {
        if let Some(kept) = snapshot(run, arm, replicate, moment.time)? {
            let spiny = pyramidal(&kept);
            networks.push((moment, pairs(&kept, &spiny)));
            neurons = kept.neurons;
        }
    }
    let sampled = sample(networks.iter().flat_map(|(_, pairs)| pairs.iter().copied()).collect());
    let stressed = networks.iter().position(|(moment, _)| moment.name == "end of stress");
    let states: Vec<PanelConnections> = (0..networks.len())
        .map(|index| {
            let has = |network: usize, pair: u64| networks[network].1.binary_search(&pair).is_ok();
            let fate = |pair: u64| {
                let before = stressed.filter(|&stressed| stressed < index).unwrap_or(index);
                ConnectionFate::of(has(0, pair), has(before, pair), has(index, pair))
            };
            let mut counts = [0; 4];
            let mut all: Vec<u64> = networks[0].1.iter().chain(&networks[index].1).copied().collect();
            all.sort_unstable();
            all.dedup();
            for fate in all.into_iter().filter_map(fate) {
                counts[fate as usize] += 1;
            }
            let edges = sampled.iter().filter_map(|&pair| Some((pair, fate(pair)?))).collect();
            PanelConnections { moment: networks[index].0.clone(), edges, counts }
        })
        .collect();
    paint(run, &style, &states, &neurons)
}

/// The connections drawn: those with the smallest addressed random number, so that the same ones are drawn at
/// every moment and on every machine.
fn sample(mut all: Vec<u64>) -> Vec<u64> {
    all.sort_unstable();
    all.dedup();
    let order = |pair: u64| Seed(0).block(Purpose::SnapshotSample, pair >> 32, pair as u32);
    let mut ranked: Vec<([u32; 4], u64)> = all.into_iter().map(|pair| (order(pair), pair)).collect();
    let kept = EDGES.min(ranked.len());
    if kept < ranked.len() {
        ranked.select_nth_unstable(kept);
    }
    let mut sampled: Vec<u64> = ranked[..kept].iter().map(|&(_, pair)| pair).collect();
    sampled.sort_unstable();
    sampled
}

fn pen(fate: ConnectionFate, style: &Style) -> Pen {
    // One weight for all: a heavier line would make its kind look like more than it is.
    match fate {
        ConnectionFate::Kept => Pen::solid(style.grey),
        ConnectionFate::Lost => Pen::solid(okabe_ito::VERMILLION).dashed(Dash::DASH_DOT),
        ConnectionFate::New => Pen::solid(okabe_ito::BLUISH_GREEN).dashed(Dash::DASHED),
        ConnectionFate::Reformed => Pen::solid(okabe_ito::BLUE).dashed(Dash::LONG),
    }
    .weighing(0.7)
}

fn paint(run: &RecordedRun, style: &Style, states: &[PanelConnections], neurons: &NeuronTable) -> Result<Sheet> {
    let extent = |axis: usize| {
        let along = neurons.position_um.iter().map(|position| f64::from(position[axis]));
        along.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
    };
    // A little room, so that no soma is cut by the frame.
    let roomy = |(low, high): (f64, f64)| (low - 0.015 * (high - low), high + 0.015 * (high - low));
    let ((x0, x1), (y0, y1)) = (roomy(extent(0)), roomy(extent(1)));
    let columns = if states.len() == 3 { 3 } else { 2 };
    let rows = states.len().div_ceil(columns);
    let (margin, gap, foot) = (3.0, 8.0, 5.5);
    let width = (TWO_COLUMNS_MM - 2.0 * margin - gap * (columns - 1) as f64) / columns as f64;
    let words: Vec<Vec<String>> = states
        .iter()
        .enumerate()
        .map(|(index, state)| if index == 0 { vec![standing(state)] } else { shares(state, width - 4.0) })
        .collect();
    let head = 5.3 + LINE_MM * words.iter().map(Vec::len).max().unwrap_or(1) as f64;
    let per_um = width / (x1 - x0).max(1.0);
    let height = ((y1 - y0) * per_um).min(width * 1.1);
    let top = 11.0;
    let size = (TWO_COLUMNS_MM, top + rows as f64 * (head + height + foot) + 2.0);
    let order = |population: usize| {
        let name = neurons.populations.get(population).map_or("", String::as_str);
        run.folder.course.populations.iter().position(|known| known == name).unwrap_or(population)
    };
    Sheet::paint(FIGURE.title, size, *style, caption(run, states, neurons), |canvas, source| {
        let mut entries: Vec<(String, LegendKey)> = ConnectionFate::ALL
            .into_iter()
            .map(|fate| (fate.word().to_owned(), LegendKey::Line(pen(fate, style))))
            .collect();
        entries.truncate(if states.iter().any(|state| state.counts[ConnectionFate::Reformed as usize] > 0) {
            4
        } else {
            3
        });
        legend(canvas, (margin, 3.5), size.0 - 2.0 * margin, &entries);
        let mut ranked: Vec<usize> = (0..neurons.populations.len()).collect();
        ranked.sort_by_key(|&index| order(index));
        let names: Vec<(String, LegendKey)> = ranked
            .into_iter()
            .map(|index| {
                (
                    population_words(&neurons.populations[index]).to_owned(),
                    LegendKey::Neuron(colour(order(index), style), order(index)),
                )
            })
            .collect();
        legend(canvas, (margin, 7.1), size.0 - 2.0 * margin, &names);
        for (index, state) in states.iter().enumerate() {
            let left = margin + (index % columns) as f64 * (width + gap);
            let y = top + (index / columns) as f64 * (head + height + foot) + head;
            let frame = Rect::at(left, y, width, height);
            let place = |neuron: usize| -> Point {
                let [x, y, _] = neurons.position_um[neuron].map(f64::from);
                (frame.left + (x - x0) * per_um, frame.bottom - (y - y0) / (y1 - y0).max(1.0) * frame.height())
            };
            let every = neurons.len().div_ceil(NEURONS).max(1);
            for neuron in (0..neurons.len()).step_by(every) {
                let population = order(usize::from(neurons.population[neuron]));
                neuron_mark(canvas, population, place(neuron), colour(population, style), 1.0);
            }
            for fate in ConnectionFate::ALL {
                for &(pair, _) in state.edges.iter().filter(|edge| edge.1 == fate) {
                    canvas.line(&[place(pair as u32 as usize), place((pair >> 32) as usize)], pen(fate, style));
                }
            }
            canvas.line(
                &[
                    (frame.left, frame.top),
                    (frame.right, frame.top),
                    (frame.right, frame.bottom),
                    (frame.left, frame.bottom),
                    (frame.left, frame.top),
                ],
                Pen::solid(style.faint).weighing(0.4),
            );
            let letter = char::from(b'a' + index as u8).to_string();
            canvas.text(&letter, (left, y - head + 2.7), Type::small(Anchor::Left).sized(LETTER_PT).bold());
            canvas.text(&state.moment.name, (left + 4.0, y - head + 2.7), Type::small(Anchor::Left).sized(LABEL_PT));
            for (line, words) in words[index].iter().enumerate() {
                let at = (left + 4.0, y - head + 6.3 + LINE_MM * line as f64);
                canvas.text(words, at, Type::small(Anchor::Left).coloured(style.grey));
            }
            if index + 1 == states.len() {
                scale_bar(canvas, frame, per_um);
            }
            let mut table = source.borrow_mut();
            table.axes(&letter, "Postsynaptic neuron (id)", "Presynaptic neuron (id)");
            table.axes(&format!("{letter}, all connections"), "Time (h)", "Connections (count)");
            let all = state.counts.iter().zip(ConnectionFate::ALL);
            for (&count, fate) in all {
                let mark = Mark::plain(state.moment.time.hours(), count as f64);
                table.series(&format!("{letter}, all connections"), fate.word(), [mark]);
            }
            for &(pair, fate) in &state.edges {
                table.series(&letter, fate.word(), [Mark::plain((pair >> 32) as f64, f64::from(pair as u32))]);
            }
        }
    })
}

fn colour(population: usize, style: &Style) -> Colour {
    match population {
        0 => blend(okabe_ito::SKY_BLUE, style.paper, 0.3),
        1 => okabe_ito::REDDISH_PURPLE,
        _ => okabe_ito::ORANGE,
    }
}

/// How many connections the baseline has.
fn standing(state: &PanelConnections) -> String {
    let digits = state.counts[ConnectionFate::Kept as usize].to_string();
    // A space that does not break between thousands.
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    format!("{} connected pairs of pyramidal cells", groups.join("\u{a0}"))
}

/// The shares of all connections, of which the drawn ones are a sample: in percent of those of the baseline, in
/// as many lines as the width asks for.
fn shares(state: &PanelConnections, width: f64) -> Vec<String> {
    let count = |fate: ConnectionFate| state.counts[fate as usize] as f64;
    let baseline = count(ConnectionFate::Kept) + count(ConnectionFate::Lost) + count(ConnectionFate::Reformed);
    let percent =
        |fate: ConnectionFate| format!("{} {} %", fate.word(), number(100.0 * count(fate) / baseline.max(1.0), 1));
    let present = ConnectionFate::ALL.into_iter().filter(|&fate| count(fate) > 0.0);
    let mut lines: Vec<String> = Vec::new();
    for share in present.map(percent) {
        match lines.last_mut() {
            Some(line) if text_width(&format!("{line} · {share}"), SMALL_PT) <= width => {
                line.push_str(" · ");
                line.push_str(&share);
            }
            _ => lines.push(share),
        }
    }
    lines
}

/// A bar of a round length, about a fifth of the frame, under its right corner.
fn scale_bar(canvas: &Canvas, frame: Rect, per_um: f64) {
    let fifth = frame.width() / per_um / 5.0;
    let decade = 10_f64.powf(fifth.log10().floor());
    let length = decade * [5.0, 2.0, 1.0].into_iter().find(|&round| round * decade <= fifth).unwrap_or(1.0);
    let y = frame.bottom + 2.6;
    let bar = Pen::solid(canvas.style.ink).weighing(1.5);
    canvas.line(&[(frame.right - length * per_um, y), (frame.right, y)], bar);
    let text = format!("{} µm", number(length, 0));
    canvas.text(&text, (frame.right - length * per_um - 1.2, y), Type::small(Anchor::Right));
}

fn caption(run: &RecordedRun, states: &[PanelConnections], neurons: &NeuronTable) -> String {
    let drawn = states.iter().map(|state| state.edges.len()).max().unwrap_or(0);
    let moments: Vec<String> = states
        .iter()
        .enumerate()
        .map(|(index, state)| format!("**{}** {}", char::from(b'a' + index as u8), state.moment.name))
        .collect();
    let first = states.first().map_or("baseline", |state| state.moment.name.as_str());
    let stressed = states.iter().any(|state| state.moment.name == "end of stress") && first != "end of stress";
    let reformed = if stressed { "; re-formed: lost at the end of stress, there again" } else { "" };
    let thinned = neurons.len().div_ceil(NEURONS).max(1);
    let shown = if thinned > 1 { format!(" Every {thinned}th neuron is drawn.") } else { String::new() };
    format!(
        "{}. Somata of {} neurons, seen along z, and the same random sample of connections between pyramidal cells (at most \
         {drawn} of them exist in one panel), in arm {}, one network (n = 1); every kind of connection is drawn with the same weight and as often as it occurs. \
         Compared with panel **a** ({first}), kept: there in both; lost: there in **a**, not now; new: not there in **a**, there now{reformed}. \
         Percentages are of all connections between pyramidal cells in **a**, not of the sample.{shown}",
        moments.join("; "),
        neurons.len(),
        run.featured().caption(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_does_not_depend_on_the_order_or_on_repetition() {
        let all: Vec<u64> = (0..5_000_u64).map(|i| (i % 70) << 32 | i).collect();
        let mut shuffled: Vec<u64> = all.iter().rev().copied().collect();
        shuffled.extend(&all[..100]);
        assert_eq!(sample(all.clone()), sample(shuffled));
        assert_eq!(sample(all).len(), EDGES);
    }
}
