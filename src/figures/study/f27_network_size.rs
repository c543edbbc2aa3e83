//! F27: each outcome against the size of the network, network by network: where it holds, and how much networks differ.

use std::fmt::Write as _;

use crate::figures::canvas::{Rect, text_width, wrapped};
use crate::figures::legend::{LegendKey, Shape, legend, legend_height};
use crate::figures::panel::{Axis, Panel};
use crate::figures::scale::{AxisScale, AxisTick, grouped, number, spaced};
use crate::figures::sheet::Sheet;
use crate::figures::source::Mark;
use crate::figures::style::{AXIS_PT, LABEL_PT, Pen, Style, TWO_COLUMNS_MM, okabe_ito};
use crate::figures::words;
use crate::foundation::error::Result;
use crate::recording::study_table::{FactorColumn, StudyTable};
use crate::statistics::band::{Band, BandedMean};
use crate::statistics::finite;
use crate::statistics::independent::IndependentContrast;
use crate::statistics::moments;

use super::reading::{NetworkOutcomes, asked, outcome_words, places};

pub(super) const TITLE: &str = "Outcomes against the size of the network";

/// So many panels a page has.
const MOST_PANELS: usize = 12;
const COLUMNS: usize = 3;
const ROW_MM: f64 = 46.0;
/// Dots stand left of their size, within so many millimetres, and the mean right of it.
const DOTS_MM: (f64, f64) = (-2.4, -0.2);
const MEAN_MM: f64 = 0.9;
/// A mean that differs by less than this share of that at the largest size holds.
const TOLERANCE: f64 = 0.05;
/// Multiples of the golden ratio spread evenly, however many there are.
const GOLDEN: f64 = 0.618_033_988_749_895;

/// An outcome of one arm at every size.
struct SizedOutcome {
    words: String,
    /// The values of networks, by size.
    by_size: Vec<Vec<f64>>,
}

impl SizedOutcome {
    /// The label of its axis, in lines of this width: what it is, then the unit.
    fn label(&self, width_mm: f64) -> String {
        if text_width(&self.words, LABEL_PT) <= width_mm {
            return self.words.clone();
        }
        let unit = self.words.rfind(" (").unwrap_or(self.words.len());
        let (name, unit) = self.words.split_at(unit);
        [name, unit].into_iter().flat_map(|part| wrapped(part, width_mm, LABEL_PT)).collect::<Vec<_>>().join("\n")
    }

    /// The mean at each size, with what is known of it.
    fn means(&self, sizes: &[f64]) -> Vec<Mark> {
        let mean = |(&x, values): (&f64, &Vec<f64>)| {
            let BandedMean { n, mean, low, high } = BandedMean::of(values, Band::Confidence);
            Mark { x, y: mean, low, high, n }
        };
        sizes.iter().zip(&self.by_size).map(mean).collect()
    }

    /// How the mean at a size differs from that at the largest; none at the largest itself.
    fn differs(&self, size: usize) -> Option<IndependentContrast> {
        let last = self.by_size.len() - 1;
        (size < last).then(|| IndependentContrast::of(&self.by_size[size], &self.by_size[last]))
    }

    /// Whether the mean at a size differs from that at the largest beyond what chance explains.
    fn is_told_apart(&self, size: usize) -> bool {
        let interval = self.differs(size).and_then(|contrast| contrast.interval);
        interval.is_some_and(|[low, high]| low > 0.0 || high < 0.0)
    }

    /// The smallest size from which on no mean is told apart by more than the tolerance.
    fn holds_from(&self) -> usize {
        let last = self.by_size.len() - 1;
        let largest = moments::mean(&self.by_size[last]);
        let holds = |&size: &usize| {
            // one network, or none, tells nothing
            let Some(contrast) = self.differs(size).filter(|contrast| contrast.interval.is_some()) else {
                return false;
            };
            !self.is_told_apart(size) || contrast.mean.abs() <= TOLERANCE * largest.abs()
        };
        last - (0..last).rev().take_while(holds).count()
    }
}

/// The page of a study in which the factor called `size` is the number of neurons.
pub(super) fn draw(table: &StudyTable, size: &FactorColumn, style: Style) -> Result<Sheet> {
    let places = places(size);
    let sizes: Vec<f64> = places.iter().map(|place| place.x).collect();
    let of_arm = |name: &str, words: &str, arm: &String| {
        let values = NetworkOutcomes::of(table, name, arm);
        let by_size = places.iter().map(|place| finite(&values.means(|point| place.holds(point)))).collect();
        SizedOutcome { words: words.to_owned(), by_size }
    };
    let all: Vec<SizedOutcome> = asked(table)
        .iter()
        .flat_map(|one| {
            // of several arms each has a panel, named; of one, the name of the outcome says it
            let words = |arm: &str| match one.arms.len() {
                1 => outcome_words(one),
                _ => format!("{}, {arm}", outcome_words(one)),
            };
            one.arms.iter().map(|arm| of_arm(&one.name, &words(arm), arm)).collect::<Vec<_>>()
        })
        .filter(|one| one.by_size.iter().any(|values| !values.is_empty()))
        .collect();
    let shown = &all[..all.len().min(MOST_PANELS)];
    let largest = count(sizes.last().copied().unwrap_or(0.0));
    let entries = [
        (format!("95 % interval of the mean at {largest} neurons"), LegendKey::Box(style.faint, 0.8)),
        ("one network".to_owned(), LegendKey::Disc(okabe_ito::SKY_BLUE)),
        ("mean and its 95 % interval".to_owned(), LegendKey::Marked(mean_pen(), Shape::Square)),
    ];
    let rows = shown.len().div_ceil(COLUMNS).max(1);
    let head = 4.0 + legend_height(TWO_COLUMNS_MM - 8.0, &entries);
    let height = head + 3.0 + ROW_MM * rows as f64;
    let caption = caption(table, size, &sizes, shown, all.len() > MOST_PANELS);
    Sheet::paint(TITLE, (TWO_COLUMNS_MM, height), style, caption, |canvas, source| {
        legend(canvas, (4.0, 4.0), TWO_COLUMNS_MM - 8.0, &entries);
        let area = Rect { left: 16.0, top: head + 3.0, right: TWO_COLUMNS_MM - 3.0, bottom: height - 10.0 };
        let cells = area.grid(rows, COLUMNS, 19.0, 14.0);
        for (index, one) in shown.iter().enumerate() {
            let letter = char::from(b'a' + index as u8).to_string();
            let frame = cells[index];
            // intervals of few networks reach beyond every network
            let means = one.means(&sizes);
            let ends = means.iter().flat_map(|mark| [mark.low, mark.high]);
            let y = AxisScale::around(one.by_size.iter().flatten().copied().chain(ends), None);
            let label = one.label(frame.height() + 5.0);
            let y = Axis::new(y, label).recorded_as(&one.words);
            let panel = Panel::new(canvas, source, &letter, frame, x_axis(&sizes, frame.width()), y);
            paint(&panel, one, &means, style);
            panel.axes();
            panel.letter(&letter, 14.0);
        }
    })
}

/// A count with plain blanks between its thousands: the font has no thin ones.
fn count(size: f64) -> String {
    grouped(size as u64).replace('\u{2009}', " ")
}

fn mean_pen() -> Pen {
    Pen::solid(okabe_ito::BLUE)
}

fn paint(panel: &Panel, one: &SizedOutcome, means: &[Mark], style: Style) {
    if let Some(last) = means.last() {
        panel.layer(last.low, last.high, style.faint, 0.8);
        panel.rule(last.y, Pen::solid(style.grey).weighing(AXIS_PT));
    }
    for (mean, values) in means.iter().zip(&one.by_size) {
        for (index, &value) in values.iter().enumerate() {
            let share = (GOLDEN * index as f64).fract();
            let aside = DOTS_MM.0 + share * (DOTS_MM.1 - DOTS_MM.0);
            panel.points_aside("network", &[Mark::plain(mean.x, value)], Shape::Disc, okabe_ito::SKY_BLUE, 0.4, aside);
        }
    }
    panel.guide_aside(means, mean_pen().weighing(0.8), MEAN_MM);
    panel.points_aside("mean over networks", means, Shape::Square, okabe_ito::BLUE, 0.8, MEAN_MM);
}

/// Sizes on a logarithmic axis, with room for what stands beside the first and the last.
fn x_axis(sizes: &[f64], width_mm: f64) -> Axis {
    let (first, last) = (sizes.first().copied().unwrap_or(1.0), sizes.last().copied().unwrap_or(1.0));
    let room = (last / first).powf(0.1).max(1.3);
    let scale = AxisScale::Log(first / room, last * room);
    let ticks: Vec<AxisTick> = sizes.iter().map(|&size| (size, count(size))).collect();
    Axis::new(scale, "Neurons").with_ticks(spaced(ticks, |x| scale.share(x) * width_mm))
}

fn caption(table: &StudyTable, size: &FactorColumn, sizes: &[f64], shown: &[SizedOutcome], is_cut: bool) -> String {
    let others: Vec<String> =
        table.factors.iter().filter(|factor| factor.name != size.name).map(|factor| beside(size, factor)).collect();
    let others = if others.is_empty() { String::new() } else { format!(" {}.", others.join("; ")) };
    let networks = shown.first().map_or(Vec::new(), |one| one.by_size.iter().map(Vec::len).collect());
    let networks: Vec<String> = networks.iter().map(usize::to_string).collect();
    let mut text = format!(
        "Each outcome against the number of neurons (logarithmic), one panel each. Dots: independent networks ({} from the smallest size \
         to the largest); squares: mean, bars: its 95 % confidence interval (Student's t); grey: that interval at the largest size, and a line at its \
         mean.{others}{} The table has mean ± standard deviation over networks, which is the noise of one network of that \
         size; an asterisk where the mean is told apart from that of the largest size (the 95 % interval of the difference, Welch's t, leaves \
         out zero: of twenty comparisons without any effect one does); last, the size from which on no mean is told apart from it by more \
         than {} %.\n\n| outcome |",
        words::list(&networks),
        if is_cut { " Further outcomes are in `study.csv`." } else { "" },
        100.0 * TOLERANCE,
    );
    for &size in sizes {
        let _ = write!(text, " {} |", count(size));
    }
    text.push_str(" holds from |\n| --- |");
    text.push_str(&" ---: |".repeat(sizes.len() + 1));
    for one in shown {
        let _ = write!(text, "\n| {} |", words::markdown(&one.words));
        let spreads = one.by_size.iter().map(|values| moments::sd(values));
        for (size, (values, sd)) in one.by_size.iter().zip(spreads).enumerate() {
            let star = if one.is_told_apart(size) { "\\*" } else { "" };
            let mean = moments::mean(values);
            let _ = write!(text, " {} ± {}{star} |", rounded(mean, sd), rounded(sd, sd));
        }
        let _ = write!(text, " {} |", count(sizes[one.holds_from()]));
    }
    text
}

/// A value with as many digits as its noise leaves it.
fn rounded(value: f64, noise: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let scale = if noise > 0.0 { noise } else { value.abs().max(1e-12) };
    number(value, (1.0 - scale.log10().floor()).clamp(0.0, 4.0) as usize)
}

/// Whether another factor goes along with the size, and with which values, or varies across it.
fn beside(size: &FactorColumn, other: &FactorColumn) -> String {
    let along: Option<Vec<String>> = places(size)
        .iter()
        .map(|place| {
            let here: Vec<String> =
                places(other).into_iter().filter(|level| place.meets(level)).map(|level| level.name).collect();
            if let [only] = &here[..] { Some(only.clone()) } else { None }
        })
        .collect();
    let name = words::markdown(&other.name);
    match along {
        Some(levels) => format!("Along with size goes {name}: {}", words::list(&levels)),
        None => format!("Each network is averaged over {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::study_table::{FactorLevels, StudyRow};

    /// So many networks of three sizes: one outcome is the same at all of them, another drifts at the smallest.
    fn table(networks: [i32; 3]) -> (StudyTable, FactorColumn) {
        let column = |name: &str, values: &[f64]| FactorColumn {
            name: name.to_owned(),
            unit: None,
            levels: FactorLevels::Numbers(values.to_vec()),
        };
        let size = column("neurons", &[200.0, 1000.0, 20_000.0]);
        let factors = vec![size.clone(), column("synapses", &[50.0, 250.0, 400.0])];
        let row = |point: usize, replicate: i64, outcome: &str, value: f64| StudyRow {
            point,
            arm: "ketamine".into(),
            replicate,
            subject: 0,
            outcome: outcome.into(),
            unit: "points".into(),
            value,
        };
        let noise = [8.0, 2.0, 0.5];
        let mut rows = Vec::new();
        for (point, networks) in networks.into_iter().enumerate() {
            for network in 0..networks {
                // symmetric about the mean, so that the mean is exact
                let by = noise[point] * (f64::from(network) - 0.5 * f64::from(networks - 1));
                rows.push(row(point, network.into(), "steady", 20.0 + by));
                rows.push(row(point, network.into(), "drifting", if point == 0 { 90.0 } else { 20.0 } + by));
            }
        }
        (StudyTable { factors, rows }, size)
    }

    #[test]
    fn an_outcome_holds_from_the_size_on_at_which_no_mean_differs_any_more() {
        let (table, size) = table([6, 4, 3]);
        let sheet = draw(&table, &size, Style::PRINT).unwrap();
        let row = |name: &str| sheet.caption.lines().find(|line| line.starts_with(&format!("| {name}"))).unwrap();
        assert_eq!(row("steady"), "| steady (points) | 20 ± 15 | 20.0 ± 2.6 | 20.00 ± 0.50 | 200 |");
        assert_eq!(row("drifting"), "| drifting (points) | 90 ± 15\\* | 20.0 ± 2.6 | 20.00 ± 0.50 | 1000 |");
        assert!(sheet.caption.contains("Along with size goes synapses: 50, 250 and 400."), "{}", sheet.caption);
        assert!(sheet.caption.contains("(6, 4 and 3 from the smallest"), "{}", sheet.caption);
    }

    #[test]
    fn every_network_is_a_dot_and_every_size_has_a_mean_in_its_interval() {
        let (table, size) = table([6, 4, 3]);
        let sheet = draw(&table, &size, Style::PRINT).unwrap();
        let csv = sheet.source.csv();
        let rows = |series: &str| csv.lines().filter(|line| line.starts_with('a') && line.contains(series)).count();
        assert_eq!((rows(",network,"), rows(",mean over networks,")), (13, 3), "{csv}");
        // three networks half a unit apart: 0.5·4.303/√3
        let last = csv.lines().rfind(|line| line.starts_with('a') && line.contains("mean over")).unwrap();
        assert!(last.contains(",20000.0,20.0,18.75") && last.ends_with(",3"), "{last}");
    }

    /// The interval of two networks is nine times as wide as they are apart.
    #[test]
    fn intervals_of_few_networks_stay_on_the_sheet() {
        let (table, size) = table([2, 2, 2]);
        let sheet = draw(&table, &size, Style::PRINT).unwrap();
        let height: f64 =
            sheet.svg.split("viewBox=\"0 0 ").nth(1).unwrap().split([' ', '"']).nth(1).unwrap().parse().unwrap();
        let lines =
            sheet.svg.split("points=\"").skip(1).flat_map(|rest| rest.split('"').next().unwrap().split_whitespace());
        let heights: Vec<f64> = lines.map(|point| point.split_once(',').unwrap().1.parse().unwrap()).collect();
        assert!(heights.len() > 40 && heights.iter().all(|y| (0.0..=height).contains(y)), "{heights:?}");
    }
}
