//! F23: what it saved to simulate shared histories once and to draw the same random numbers at every point.

use crate::figures::canvas::{Anchor, Rect, Type, shortened};
use crate::figures::panel::{Axis, Panel};
use crate::figures::scale::AxisScale;
use crate::figures::sheet::Sheet;
use crate::figures::source::Mark;
use crate::figures::style::{Pen, SMALL_PT, Style, TWO_COLUMNS_MM, okabe_ito};
use crate::foundation::error::Result;
use crate::recording::study_table::StudyTable;
use crate::statistics::{finite, moments};

use super::reading::{NetworkOutcomes, StudyFacts, asked, places};
use crate::figures::legend::{LegendKey, Shape, legend};

pub(super) const TITLE: &str = "What shared histories and common random numbers save";

const MOST_ROWS: usize = 14;

/// The standard error of one contrast, in both ways.
struct Contrast {
    words: String,
    paired: f64,
    apart: f64,
    n: usize,
}

pub(super) fn draw(table: &StudyTable, facts: &StudyFacts, style: Style) -> Result<Sheet> {
    let contrasts = contrasts(table);
    let ratio = |one: &Contrast| one.paired / one.apart;
    let mut ratios: Vec<f64> = contrasts.iter().map(ratio).filter(|ratio| ratio.is_finite()).collect();
    ratios.sort_by(f64::total_cmp);
    let median = ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN);
    let same = if facts.common_random_numbers {
        "All points draw the same random numbers, so that a network at one level is compared with itself at the other"
    } else {
        "Points draw other random numbers, so that pairing gains nothing"
    };
    let told = if median.is_finite() { format!("; the median ratio of the two is {median:.2}") } else { String::new() };
    let caption = format!(
        "**a** Ticks that were simulated, and those that the points would have taken one by one with every arm from the beginning. **b** \
         Standard error of the difference between the highest and the lowest level of each factor, averaged over all else that \
         varies, relative to that of two independent samples of networks. {same}{told}."
    );
    let rows = contrasts.len().max(2);
    let height = 30.0 + 5.2 * rows as f64;
    Sheet::paint(TITLE, (TWO_COLUMNS_MM, height), style, caption, |canvas, source| {
        let frame = Rect { left: 17.0, top: 10.0, right: 49.0, bottom: height - 13.0 };
        let (unit, words) =
            if facts.ticks_alone >= 1_000_000 { (1e-6, "Ticks (millions)") } else { (1e-3, "Ticks (thousands)") };
        let top = unit * facts.ticks_alone.max(1) as f64 * 1.1;
        let ticks = vec![(0.0, "as run".to_owned()), (1.0, "one by one".to_owned())];
        let x = Axis::new(AxisScale::Linear(-0.6, 1.6), "").recorded_as("way of simulating").with_ticks(ticks);
        let y = Axis::new(AxisScale::Linear(0.0, top), words);
        let panel = Panel::new(canvas, source, "a", frame, x, y);
        for (place, (name, ticks)) in
            [("as run", facts.ticks), ("one by one", facts.ticks_alone)].into_iter().enumerate()
        {
            let place = place as f64;
            panel.bars(name, &[(place, Mark::plain(place, unit * ticks as f64))], 0.3, Shape::Disc, okabe_ito::BLUE);
        }
        panel.axes();
        panel.letter("a", 13.0);
        let frame = Rect { left: 116.0, top: 10.0, right: TWO_COLUMNS_MM - 4.0, bottom: height - 13.0 };
        let most = contrasts.iter().map(ratio).filter(|it| it.is_finite()).fold(1.0, f64::max);
        let x = Axis::new(AxisScale::Linear(0.0, 1.08 * most), "Standard error, relative to independent samples");
        let y =
            Axis::new(AxisScale::Linear(rows as f64 - 0.5, -0.5), "").recorded_as("contrast").with_ticks(Vec::new());
        let panel = Panel::lying(canvas, source, "b", frame, x, y);
        panel.upright(1.0, Pen::solid(style.grey).weighing(0.5));
        for (row, contrast) in contrasts.iter().enumerate() {
            let at = row as f64;
            let words = shortened(&contrast.words, 61.0, SMALL_PT);
            canvas.text(&words, (frame.left - 1.5, panel.place(0.0, at).1), Type::small(Anchor::Right));
            let mark = |y: f64| Mark { n: contrast.n, ..Mark::plain(at, y) };
            panel.lying_point(
                &format!("{}: paired", contrast.words),
                mark(ratio(contrast)),
                0.0,
                okabe_ito::VERMILLION,
                None,
            );
        }
        panel.axes();
        panel.letter("b", 63.0);
        let entries = [
            ("paired by network".to_owned(), LegendKey::Disc(okabe_ito::VERMILLION)),
            ("line at 1: independent networks".to_owned(), LegendKey::Words),
        ];
        legend(canvas, (frame.left, 5.0), frame.width(), &entries);
    })
}

/// Highest against lowest level of each factor, for each outcome and arm.
fn contrasts(table: &StudyTable) -> Vec<Contrast> {
    let mut found = Vec::new();
    for outcome in asked(table) {
        for arm in &outcome.arms {
            let values = NetworkOutcomes::of(table, &outcome.name, arm);
            for factor in &table.factors {
                let places = places(factor);
                let (Some(low), Some(high)) = (places.first(), places.last()) else { continue };
                let [low, high] = [low, high].map(|place| values.means(|point| place.holds(point)));
                let pairs: Vec<(f64, f64)> =
                    low.into_iter().zip(high).filter(|(a, b)| a.is_finite() && b.is_finite()).collect();
                let n = pairs.len();
                let error = |values: Vec<f64>| moments::sd(&finite(&values)) / (n as f64).sqrt();
                let paired = error(pairs.iter().map(|(a, b)| b - a).collect());
                let (a, b) = pairs.iter().copied().unzip();
                let apart = error(a).hypot(error(b));
                // where nothing differs by chance there is no error to compare
                if n > 1 && apart > 0.0 && found.len() < MOST_ROWS {
                    let words = format!("{}, {arm}: {}", outcome.name.replace('_', " "), factor.name);
                    found.push(Contrast { words, paired, apart, n });
                }
            }
        }
    }
    found
}
