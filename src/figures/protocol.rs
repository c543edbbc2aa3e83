//! What several figures share: axes of time, shades of the protocol, legends.

use crate::figures::data::{ArmView, Run, amount};
use crate::figures::legend::Key;
use crate::figures::panel::Panel;
use crate::figures::scale::{Scale, Tick, number};
use crate::figures::style::{Pen, Style, okabe_ito};
use crate::foundation::time::Time;
use crate::recording::course::Dose;

/// Opacity of the shade of a stress episode.
const STRESS_OPACITY: f64 = 0.13;
/// Opacity of the shade of an infusion.
const DOSE_OPACITY: f64 = 0.25;

/// Days since the end of the burn-in, with ticks at whole weeks.
pub(super) fn days_axis(run: &Run) -> (Scale, Vec<Tick>) {
    let times = run.table.times();
    let low = times.iter().min().map_or(0.0, |time| time.days());
    let high = times.iter().max().map_or(1.0, |time| time.days());
    let scale = Scale::Linear(low, high.max(low + 1e-3));
    if high - low < 10.0 {
        return (scale, scale.ticks(6));
    }
    let weeks = ((high - low) / 7.0 / 8.0).ceil().max(1.0);
    let step = 7.0 * weeks;
    let first = (low / step).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (scale, (first..=last).map(|i| (i as f64 * step, number(i as f64 * step, 0))).collect())
}

/// Hours from `first` to `last`, with ticks at whole fractions of a day.
pub(super) fn hours_axis(first: f64, last: f64) -> (Scale, Vec<Tick>) {
    let step = [1.0, 2.0, 4.0, 6.0, 12.0, 24.0].into_iter().find(|step| (last - first) / step < 6.5).unwrap_or(48.0);
    let ticks = (0..).map(|i| f64::from(i) * step).take_while(|&hours| hours <= last + 1e-9);
    (Scale::Linear(first, last), ticks.map(|hours| (hours, number(hours, 0))).collect())
}

/// Time after an instant on a logarithmic axis, in hours, with ticks that a clock and a calendar have.
pub(super) fn log_time_axis(first_h: f64, last_h: f64) -> (Scale, Vec<Tick>) {
    const NAMED: [(f64, &str); 11] = [
        (1.0 / 12.0, "5 min"),
        (0.25, "15 min"),
        (1.0, "1 h"),
        (3.0, "3 h"),
        (6.0, "6 h"),
        (24.0, "1 d"),
        (72.0, "3 d"),
        (168.0, "7 d"),
        (336.0, "14 d"),
        (672.0, "28 d"),
        (2016.0, "84 d"),
    ];
    let within = NAMED.iter().filter(|(hours, _)| (first_h * 0.999..=last_h * 1.001).contains(hours));
    (Scale::Log(first_h, last_h.max(2.0 * first_h)), within.map(|&(hours, text)| (hours, text.to_owned())).collect())
}

/// Shades the stress episodes and the doses; `x` turns an instant into a value of the axis.
pub(super) fn protocol(panel: &Panel, arm: &ArmView, x: impl Fn(Time) -> f64) {
    for episode in &arm.stress {
        panel.shade(x(episode.start), x(episode.end), okabe_ito::ORANGE, STRESS_OPACITY);
    }
    for dose in &arm.doses {
        panel.shade(x(dose.start), x(dose.start + dose.duration), okabe_ito::SKY_BLUE, DOSE_OPACITY);
        panel.upright(x(dose.start), Pen::solid(okabe_ito::SKY_BLUE).weighing(0.6));
    }
}

/// Legend entries for what [`protocol`] shades.
pub(super) fn protocol_keys(arm: &ArmView) -> Vec<(String, Key)> {
    let mut keys = Vec::new();
    if !arm.stress.is_empty() {
        keys.push(("chronic stress".to_owned(), Key::Box(okabe_ito::ORANGE, 0.25)));
    }
    if let Some(dose) = arm.doses.first() {
        keys.push((format!("dose of {}", dose.drug), Key::Box(okabe_ito::SKY_BLUE, 0.45)));
    }
    keys
}

/// A population as legends call it.
pub(super) fn population_words(name: &str) -> &str {
    match name {
        "pyr" => "pyramidal",
        "pv" => "PV",
        "sst" => "SST",
        other => other,
    }
}

/// Legend entries of arms.
pub(super) fn arm_keys(arms: &[&ArmView], style: &Style) -> Vec<(String, Key)> {
    arms.iter().map(|arm| (arm.label(), Key::Line(arm.pen(style)))).collect()
}

/// A dose in words: `0.5 mg/kg ketamine, iv over 40 min`.
pub(super) fn dose_words(doses: &[Dose]) -> String {
    let Some(dose) = doses.first() else { return "no drug".to_owned() };
    let minutes = dose.duration.hours() * 60.0;
    let over = if minutes > 0.0 { format!(" over {} min", number(minutes, 0)) } else { String::new() };
    let times = if doses.len() > 1 { format!("{} × ", doses.len()) } else { String::new() };
    format!("{times}{} {}, {}{over}", dose.amount, dose.drug, dose.route.to_string().to_uppercase())
}

/// The arms that differ in the amount of the drug that most of them share, in mg/kg, ascending.
pub(super) fn amounts(run: &Run) -> Vec<(f64, &ArmView)> {
    let Some(drug) = run.first_dose().map(|dose| &dose.drug) else { return Vec::new() };
    let mut found: Vec<(f64, &ArmView)> = Vec::new();
    for arm in run.arms().iter().filter(|arm| arm.doses.first().is_some_and(|dose| dose.drug == *drug)) {
        match amount(arm) {
            Some(amount) if found.iter().all(|(known, _)| *known != amount) => found.push((amount, arm)),
            _ => {}
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found
}
