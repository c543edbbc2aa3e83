//! F08: how many partners a neuron has, and how connection falls with distance.

use crate::figures::canvas::Rect;
use crate::figures::data::RecordedRun;
use crate::figures::figure::{Figure, Need};
use crate::figures::legend::{LegendKey, legend};
use crate::figures::moments::{Moment, kept_dendrites, moments, pairs, pyramidal, snapshot};
use crate::figures::panel::{Axis, Panel};
use crate::figures::scale::AxisScale;
use crate::figures::sheet::Sheet;
use crate::figures::style::{Dash, Pen, Style, TWO_COLUMNS_MM, okabe_ito};
use crate::foundation::error::Result;
use crate::recording::network::NetworkSnapshot;

pub(super) const FIGURE: Figure =
    Figure { id: "F08", title: "Degrees and distance", needs: &[Need::Snapshots(1)], draw };

/// Bins of a degree distribution.
const BINS: usize = 30;
/// Width of a bin of distance, in micrometres.
const STEP_UM: f64 = 20.0;
/// Neurons on either side between which distances are counted, at most.
const COUNTED: usize = 2_000;

/// Fewer pairs than this are not counted as a share.
const FEWEST: u64 = 500;

/// The part of the counts that a panel shows.
type Values = fn(&Counted) -> &Vec<f64>;
/// Axis label, words of the caption, values.
type Degree = (&'static str, &'static str, Values);

struct Counted {
    moment: Moment,
    received: Vec<f64>,
    sent: Vec<f64>,
    by_distance: Vec<f64>,
}

fn draw(run: &RecordedRun, style: Style) -> Result<Sheet> {
    let arm = run.featured();
    let replicate = run.replicates().first().copied().unwrap_or(0);
    let mut counted = Vec::new();
    for moment in moments(run, arm) {
        if let Some(kept) = snapshot(run, arm, replicate, moment.time)? {
            counted.push(count(moment, &kept));
        }
    }
    let degrees: Vec<Degree> = [
        (
            "In-degree (synapses per cell)",
            "Synapses received from pyramidal cells, per cell",
            (|it| &it.received) as Values,
        ),
        ("Out-degree (synapses per cell)", "Synapses given to pyramidal cells, per cell", |it| &it.sent),
    ]
    .into_iter()
    .filter(|(_, _, values)| counted.iter().any(|it| !values(it).is_empty()))
    .collect();
    let letters = ["a", "b", "c"];
    let parts: Vec<String> =
        degrees.iter().zip(letters).map(|((_, words, _), letter)| format!("**{letter}** {words}")).collect();
    let sampled = if degrees.len() < 2 {
        " The snapshots hold a sample of the dendrites, so what a cell gives is not known."
    } else {
        ""
    };
    let caption = format!(
        "Pyramidal cells of arm {}, one network (n = 1 network). {}. **{}** Share of ordered pairs of pyramidal cells that are \
         connected, by distance of their somata in three dimensions, in bins of {STEP_UM} µm (bins with fewer than {FEWEST} \
         pairs left out).{sampled}",
        arm.caption(),
        parts.join("; "),
        letters[degrees.len()]
    );
    let pen = |index: usize| {
        let pens = [
            Pen::solid(style.grey),
            Pen::solid(okabe_ito::VERMILLION).dashed(Dash::DASHED),
            Pen::solid(okabe_ito::SKY_BLUE).dashed(Dash::DASH_DOT),
            Pen::solid(okabe_ito::BLUE).dashed(Dash::LONG),
        ];
        pens[index % 4]
    };
    let entries: Vec<(String, LegendKey)> =
        counted.iter().enumerate().map(|(index, it)| (it.moment.name.clone(), LegendKey::Line(pen(index)))).collect();
    Sheet::paint(FIGURE.title, (TWO_COLUMNS_MM, 66.0), style, caption, |canvas, source| {
        legend(canvas, (14.0, 3.5), TWO_COLUMNS_MM - 18.0, &entries);
        let area = Rect { left: 14.0, top: 11.0, right: TWO_COLUMNS_MM - 3.5, bottom: 56.5 };
        let cells = area.grid(1, degrees.len() + 1, 17.0, 0.0);
        for (index, (label, _, values)) in degrees.iter().enumerate() {
            let letter = letters[index];
            let all = || counted.iter().flat_map(|it| values(it).iter().copied());
            let (low, high) = all().fold((f64::INFINITY, 0.0_f64), |(low, high), v| (low.min(v), high.max(v)));
            let width = ((high - low) / BINS as f64).ceil().max(1.0);
            let edges: Vec<f64> = (0..=BINS).map(|i| low - 0.5 + i as f64 * width).collect();
            let histograms: Vec<Vec<f64>> = counted.iter().map(|it| histogram(values(it), &edges)).collect();
            let y =
                Axis::new(AxisScale::around(histograms.iter().flatten().copied(), Some(0.0)), "Pyramidal cells (%)");
            let x = Axis::new(AxisScale::Linear(edges[0], edges[BINS]), *label);
            let panel = Panel::new(canvas, source, letter, cells[index], x, y);
            for (index, (it, heights)) in counted.iter().zip(&histograms).enumerate() {
                panel.steps(&it.moment.name, &edges, heights, pen(index));
            }
            panel.axes();
            panel.letter(letter, 11.0);
        }
        let bins = counted.iter().map(|it| it.by_distance.len()).max().unwrap_or(1).max(1);
        let x = Axis::new(AxisScale::Linear(0.0, bins as f64 * STEP_UM), "Distance (µm)");
        let shares = counted.iter().flat_map(|it| it.by_distance.iter().copied());
        let y = Axis::new(AxisScale::around(shares, Some(0.0)), "Connection probability (%)");
        let panel = Panel::new(canvas, source, letters[degrees.len()], cells[degrees.len()], x, y);
        for (index, it) in counted.iter().enumerate() {
            let edges: Vec<f64> = (0..=it.by_distance.len()).map(|i| i as f64 * STEP_UM).collect();
            panel.steps(&it.moment.name, &edges, &it.by_distance, pen(index));
        }
        panel.axes();
        panel.letter(letters[degrees.len()], 11.0);
    })
}

fn count(moment: Moment, kept: &NetworkSnapshot) -> Counted {
    let spiny = pyramidal(kept);
    let cells: Vec<usize> = (0..spiny.len()).filter(|&id| spiny[id]).collect();
    let mut received = vec![0.0; spiny.len()];
    let mut sent = vec![0.0; spiny.len()];
    for (&post, &pre) in kept.synapses.post.iter().zip(&kept.synapses.pre) {
        if spiny[post as usize] && spiny[pre as usize] {
            received[post as usize] += 1.0;
            sent[pre as usize] += 1.0;
        }
    }
    let dendrites = kept_dendrites(kept);
    let whole = dendrites.iter().all(|&held| held);
    let held = cells.iter().filter(|&&id| dendrites[id]);
    let by_distance = by_distance(kept, &cells, &dendrites, &pairs(kept, &spiny));
    Counted {
        moment,
        received: held.map(|&id| received[id]).collect(),
        // What a cell gives is known only where every dendrite was kept.
        sent: if whole { cells.iter().map(|&id| sent[id]).collect() } else { Vec::new() },
        by_distance,
    }
}

/// Percent of ordered pairs that are connected, per bin of distance; NaN where too few pairs are that far apart.
fn by_distance(kept: &NetworkSnapshot, cells: &[usize], dendrites: &[bool], connected: &[u64]) -> Vec<f64> {
    let every = cells.len().div_ceil(COUNTED).max(1);
    let counted: Vec<usize> = cells.iter().copied().step_by(every).collect();
    let mut taken = vec![false; kept.neurons.len()];
    for &id in &counted {
        taken[id] = true;
    }
    let bin = |a: usize, b: usize| {
        let [a, b] = [a, b].map(|id| kept.neurons.position_um[id].map(f64::from));
        let squared = a.iter().zip(&b).map(|(a, b)| (a - b).powi(2)).fold(0.0, |total, d| total + d);
        (squared.sqrt() / STEP_UM) as usize
    };
    let mut possible: Vec<u64> = Vec::new();
    let mut found: Vec<u64> = Vec::new();
    let add = |counts: &mut Vec<u64>, index: usize| {
        if counts.len() <= index {
            counts.resize(index + 1, 0);
        }
        counts[index] += 1;
    };
    for &a in counted.iter().filter(|&&a| dendrites[a]) {
        for &b in counted.iter().filter(|&&b| b != a) {
            add(&mut possible, bin(a, b));
        }
    }
    for &pair in connected {
        let (post, pre) = ((pair >> 32) as usize, pair as u32 as usize);
        if taken[post] && taken[pre] && post != pre {
            add(&mut found, bin(post, pre));
        }
    }
    found.resize(possible.len(), 0);
    let mut shares: Vec<f64> = possible
        .iter()
        .zip(&found)
        .map(|(&of, &some)| if of < FEWEST { f64::NAN } else { 100.0 * some as f64 / of as f64 })
        .collect();
    while shares.last().is_some_and(|share| share.is_nan()) {
        shares.pop();
    }
    shares
}

/// Percent of `values` in each bin.
fn histogram(values: &[f64], edges: &[f64]) -> Vec<f64> {
    let mut counts = vec![0.0; edges.len() - 1];
    let width = edges[1] - edges[0];
    for &value in values {
        let bin = ((value - edges[0]) / width) as usize;
        counts[bin.min(edges.len() - 2)] += 100.0 / values.len() as f64;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::network::NeuronTable;

    /// A row of cells 10 µm apart, each connected to the next but no other: all pairs at 10 µm one way, none farther.
    #[test]
    fn connection_probability_counts_ordered_pairs() {
        let n = 400;
        let neurons = NeuronTable {
            populations: vec!["pyr".into()],
            population: vec![0; n],
            position_um: (0..n).map(|id| [10.0 * id as f32, 0.0, 0.0]).collect(),
            rate_hz: vec![1.0; n],
            spines: vec![1; n],
            trkb: vec![1.0; n],
        };
        let kept = NetworkSnapshot { neurons, ..NetworkSnapshot::default() };
        let cells: Vec<usize> = (0..n).collect();
        let connected: Vec<u64> = (0..n as u64 - 1).map(|id| id << 32 | (id + 1)).collect();
        let shares = by_distance(&kept, &cells, &vec![true; n], &connected);
        // The first bin holds pairs 10 µm apart only, half of which point the right way.
        assert!((shares[0] - 50.0).abs() < 1e-9, "{}", shares[0]);
        assert!(shares[1] == 0.0 && shares.len() > 100);
    }

    #[test]
    fn a_histogram_sums_to_a_hundred_percent() {
        let heights = histogram(&[1.0, 2.0, 2.0, 5.0], &[0.5, 2.5, 4.5, 6.5]);
        assert_eq!(heights, [75.0, 0.0, 25.0]);
    }
}
