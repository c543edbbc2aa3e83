//! F15: which of the factors matters, and what is chance.

use serde_json::{Value, json};

use crate::figures::canvas::{Anchor, Rect, Type, shortened};
use crate::figures::legend::{LegendKey, Marker, legend};
use crate::figures::panel::{Axis, Panel};
use crate::figures::scale::AxisScale;
use crate::figures::sheet::Sheet;
use crate::figures::source::Mark;
use crate::figures::style::{Pen, SMALL_PT, Style, TWO_COLUMNS_MM, okabe_ito};
use crate::figures::words;
use crate::foundation::error::Result;

pub(super) const TITLE: &str = "Sensitivity to factors";

/// One index of a sensitivity analysis, as figures and JSON show it.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundIndex {
    /// The outcome.
    pub outcome: String,
    /// The arm; empty where there is none.
    pub arm: String,
    /// The unit of the outcome.
    pub unit: String,
    /// The factor; empty for what concerns all.
    pub factor: String,
    /// Which number.
    pub index: &'static str,
    /// Samples that it rests on.
    pub n: usize,
    /// Its value.
    pub value: f64,
    /// Lower end of its interval; NaN where there is none.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl FoundIndex {
    /// As an object, NaN as null.
    #[must_use]
    pub fn json(&self) -> Value {
        let Self { outcome, arm, unit, factor, index, n, value, low, high } = self;
        json!({
            "outcome": outcome, "arm": arm, "unit": unit, "factor": factor, "index": index,
            "n": n, "value": value, "low": low, "high": high,
        })
    }

    fn mark(&self, row: f64) -> Mark {
        Mark { x: row, y: self.value, low: self.low, high: self.high, n: self.n }
    }
}

/// So many panels a page has.
const MOST_PANELS: usize = 6;
const ROW_MM: f64 = 5.0;

pub(super) fn draw(method: &str, found: &[FoundIndex], style: Style) -> Result<Sheet> {
    let mut groups = distinct(found.iter().map(|it| (it.outcome.as_str(), it.arm.as_str())));
    let left_out = groups.len() > MOST_PANELS;
    groups.truncate(MOST_PANELS);
    let is_screening = method == "morris";
    let (solid, open) = if is_screening { ("mu_star", "sigma") } else { ("first_order", "total_order") };
    let of = |group: &(&str, &str)| -> Vec<&FoundIndex> {
        let own: Vec<&FoundIndex> =
            found.iter().filter(|it| (it.outcome.as_str(), it.arm.as_str()) == *group).collect();
        let most = own.iter().map(|it| it.n).max().unwrap_or(0);
        own.into_iter().filter(|it| it.n == most).collect()
    };
    let factors = distinct(found.iter().map(|it| it.factor.as_str()).filter(|factor| !factor.is_empty()));
    let shown: Vec<(&str, &str)> = BESIDE
        .into_iter()
        .filter(|_| !is_screening)
        .filter(|(index, _)| found.iter().any(|it| it.factor.is_empty() && it.index == *index))
        .collect();
    let rows = factors.len() + shown.len();
    let columns = if groups.len() > 1 { 2 } else { 1 };
    let lines = groups.len().div_ceil(columns);
    let panel_mm = 19.0 + ROW_MM * rows as f64;
    let height = 6.0 + panel_mm * lines as f64;
    let sentences: Vec<String> = groups.iter().map(|group| sentence(&of(group), group, is_screening)).collect();
    let what = what_is_shown(method);
    let more = if left_out { " Further outcomes are in `sensitivity.csv`." } else { "" };
    let caption = format!("{what} {}{more}", sentences.join(" "));
    Sheet::paint(TITLE, (TWO_COLUMNS_MM, height), style, caption, |canvas, source| {
        let entries = [
            (if is_screening { "μ*".to_owned() } else { "alone".to_owned() }, LegendKey::Disc(okabe_ito::VERMILLION)),
            (
                if is_screening { "σ".to_owned() } else { "with interactions".to_owned() },
                LegendKey::Published(okabe_ito::BLUE, Marker::Diamond),
            ),
        ];
        legend(canvas, (34.0, 4.0), TWO_COLUMNS_MM - 40.0, &entries);
        let area = Rect { left: 34.0, top: 12.0, right: TWO_COLUMNS_MM - 4.0, bottom: height - 10.0 };
        let cells = area.grid(lines, columns, 36.0, 19.0);
        for (place, group) in groups.iter().enumerate() {
            let own = of(group);
            let letter = char::from(b'a' + place as u8).to_string();
            let unit = own.first().map_or("1", |it| it.unit.as_str());
            let label = match (is_screening, unit) {
                (true, "1") => "Effect over the range".to_owned(),
                (true, unit) => format!("Effect over the range ({unit})"),
                (false, _) => "Share of variance".to_owned(),
            };
            let ends = own.iter().flat_map(|it| [it.value, it.low, it.high]);
            let told = own.iter().any(|it| it.value.is_finite());
            let scale = if told { AxisScale::around(ends, Some(0.0)) } else { AxisScale::Linear(0.0, 1.0) };
            let x = Axis::new(scale, label);
            let y =
                Axis::new(AxisScale::Linear(rows as f64 - 0.5, -0.5), "").recorded_as("factor").with_ticks(Vec::new());
            let panel = Panel::lying(canvas, source, &letter, cells[place], x, y);
            panel.upright(0.0, Pen::solid(style.grey).weighing(0.5));
            let named = |row: usize, name: &str| {
                let text = shortened(name, 30.0, SMALL_PT);
                canvas.text(
                    &text,
                    (cells[place].left - 1.5, panel.place(0.0, row as f64).1),
                    Type::small(Anchor::Right),
                );
            };
            for (row, factor) in factors.iter().enumerate() {
                named(row, factor);
                let find = |index: &str| own.iter().find(|it| it.factor == **factor && it.index == index);
                if let Some(it) = find(open) {
                    let series = format!("{factor}: {open}");
                    panel.lying_point(&series, it.mark(row as f64), 0.17, okabe_ito::BLUE, Some(Marker::Diamond));
                }
                if let Some(it) = find(solid) {
                    let series = format!("{factor}: {solid}");
                    panel.lying_point(&series, it.mark(row as f64), -0.17, okabe_ito::VERMILLION, None);
                }
            }
            for (offset, (index, name)) in shown.iter().enumerate() {
                let row = factors.len() + offset;
                named(row, name);
                if let Some(it) = own.iter().find(|it| it.factor.is_empty() && it.index == *index) {
                    panel.lying_point(name, it.mark(row as f64), 0.0, style.grey, None);
                }
            }
            panel.axes();
            panel.letter(&letter, 32.0);
            let title = if group.1.is_empty() {
                group.0.replace('_', " ")
            } else {
                format!("{}, {}", group.0.replace('_', " "), group.1)
            };
            canvas.text(&title, (cells[place].left, cells[place].top - 2.2), Type::small(Anchor::Left));
        }
    })
}

/// Rows below those of the factors: the index and its words.
const BESIDE: [(&str, &str); 3] =
    [("interactions", "interactions"), ("seed", "seed, alike at all points"), ("seed_noise", "seed, at each point")];

/// Each of `all` once, in order of appearance.
fn distinct<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = Vec::new();
    for one in all {
        if !seen.contains(&one) {
            seen.push(one);
        }
    }
    seen
}

/// What discs, open markers and bars are, in words.
fn what_is_shown(method: &str) -> &'static str {
    match method {
        "morris" => {
            "Mean absolute elementary effect μ* (discs) and standard deviation σ of effects (open) of each factor over its range; σ is \
             large where a factor interacts or acts in a curve. Bars: 95 % bootstrap interval over trajectories."
        }
        "grid" => {
            "Shares of the variance over all points and networks of a full grid (discs: a factor alone; open: with all its \
             interactions), exactly divided. Bars: 95 % bootstrap interval over networks."
        }
        _ => {
            "Share of the variance of the mean over networks that a factor explains alone (first order, discs) and with all its interactions \
             (total order, open). Bars: 95 % bootstrap interval over base samples; of one network's variance, the share of the seed stands below."
        }
    }
}

/// What an analysis says, in words.
fn sentence(own: &[&FoundIndex], (outcome, arm): &(&str, &str), is_screening: bool) -> String {
    let of_arm = if arm.is_empty() { String::new() } else { format!(" in {arm}") };
    let index = if is_screening { "mu_star" } else { "first_order" };
    let mut ranked: Vec<&&FoundIndex> =
        own.iter().filter(|it| it.index == index && it.value.is_finite() && !it.factor.is_empty()).collect();
    ranked.sort_by(|a, b| b.value.total_cmp(&a.value));
    let name = outcome.replace('_', " ");
    if ranked.is_empty() {
        return format!("**{name}**{of_arm} does not vary.");
    }
    if is_screening {
        let order: Vec<&str> = ranked.iter().map(|it| it.factor.as_str()).collect();
        return format!("**{name}**{of_arm}: from the largest effect to the smallest, {}.", words::list(&order));
    }
    let parts: Vec<String> = ranked.iter().map(|it| format!("{} {:.0} %", it.factor, 100.0 * it.value)).collect();
    let noise = own.iter().filter(|it| ["seed", "seed_noise"].contains(&it.index) && it.value.is_finite());
    let noise = noise.map(|it| it.value).fold(0.0, |sum, value| sum + value);
    format!("**{name}**{of_arm}: {}; chance {:.0} %.", words::list(&parts), 100.0 * noise)
}
