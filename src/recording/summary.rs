//! `summary.json`: the headline figures of every arm, with their spread over independent networks.
//!
//! The figures are read off the same rows that become `timeseries.csv`, so each can be checked there.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::scales::{SCALES, Scale};
use super::statistics::Figure;
use crate::foundation::error::{Error, Result};
use crate::foundation::time::Time;

/// The instants of a protocol that headline figures are about. They are the same for all arms, so that
/// an arm without doses can be compared with one that has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Landmarks {
    /// The first stress begins.
    pub stress_begins: Option<Time>,
    /// The last stress that begins before the first dose ends, or the last of all without a dose.
    pub stress_ends: Option<Time>,
    /// The first dose of any arm begins.
    pub first_dose: Option<Time>,
    /// The run ends.
    pub horizon: Time,
}

impl Landmarks {
    /// The landmarks of a protocol: all stress episodes and the beginnings of all doses, in any order.
    #[must_use]
    pub fn of(episodes: &[(Time, Time)], doses: impl IntoIterator<Item = Time>, horizon: Time) -> Self {
        let first_dose = doses.into_iter().min();
        let before = episodes.iter().filter(|&&(start, _)| first_dose.is_none_or(|dose| start < dose));
        // stress that continues through the dose has not ended there; its state just before is what counts
        let stress_ends = before.map(|&(_, end)| first_dose.map_or(end, |dose| end.min(dose))).max();
        Self {
            stress_begins: episodes.iter().map(|&(start, _)| start).min(),
            stress_ends: stress_ends.map(|end| end.min(horizon)),
            first_dose,
            horizon,
        }
    }

    /// A day after the first dose, if the run lasts so long.
    #[must_use]
    pub fn day_after_dose(&self) -> Option<Time> {
        self.first_dose.map(|dose| dose + Time::DAY).filter(|&day| day <= self.horizon)
    }

    /// Every landmark, ascending. Rows are recorded at each of them.
    #[must_use]
    pub fn instants(&self) -> Vec<Time> {
        let named = [self.stress_begins, self.stress_ends, self.first_dose, self.day_after_dose(), Some(self.horizon)];
        let mut instants: Vec<Time> = named.into_iter().flatten().filter(|&at| at <= self.horizon).collect();
        instants.sort_unstable();
        instants.dedup();
        instants
    }
}

/// How a headline figure is read off the rows of one arm and network.
#[derive(Clone, Debug, PartialEq)]
enum Reading {
    /// The value in the unstressed steady state, at the end of the burn-in.
    Baseline(usize),
    /// The value at an instant, relative to baseline.
    Relative(usize, Time),
    /// The value at an instant, as recorded.
    At(usize, Time),
    /// The largest value from an instant on, relative to baseline.
    RelativePeak(usize, Time),
    /// The largest value from an instant on, as recorded.
    Peak(usize, Time),
    /// The mean over a stretch of time, relative to the value at its beginning.
    MeanOver(usize, Time, Time),
    /// The share of what was lost between 0 and one instant that was regained at a later one.
    Regained(usize, Time, Time),
    /// The fall of a symptom score from one instant to another, in points.
    Fall(usize, Time, Time),
    /// Whether that fall is a response: 1 or 0.
    Response(usize, &'static Scale, Time, Time),
    /// Whether the score at an instant is remission: 1 or 0.
    Remission(usize, f64, Time),
}

impl Reading {
    /// Whether it is a yes or no of each network, so that its mean is a fraction of networks.
    const fn is_yes_or_no(&self) -> bool {
        matches!(self, Self::Response(..) | Self::Remission(..))
    }
}

/// What the figures of a summary are spread over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampled {
    /// Number of replicates.
    pub replicates: u32,
    /// Number of virtual subjects in each; none where every network is that of one subject.
    pub subjects: Option<u32>,
}

impl Sampled {
    /// In words.
    #[must_use]
    pub fn words(self) -> String {
        let Self { replicates, subjects } = self;
        match (replicates, subjects) {
            (1, None) => "one network of one subject".to_owned(),
            (n, None) => format!("{n} independent networks of one subject"),
            (1, Some(n)) => format!("{n} virtual subjects, each a network of its own"),
            (r, Some(n)) => format!("{r} × {n} virtual subjects, each a network of its own"),
        }
    }
}

struct Headline {
    key: String,
    unit: &'static str,
    meaning: &'static str,
    reading: Reading,
}

/// The headline figures of a protocol, ready to be read off rows.
pub struct Headlines {
    landmarks: Landmarks,
    list: Vec<Headline>,
}

/// What has been seen so far of one arm and network.
pub struct Readings<'a> {
    headlines: &'a Headlines,
    values: Vec<f64>,
    /// Sum and number of rows of a mean; loss so far of a share regained; score before a dose.
    helpers: Vec<[f64; 2]>,
}

impl Headlines {
    /// The figures that can be read off rows with these columns.
    #[must_use]
    pub fn of(columns: &[String], landmarks: Landmarks) -> Self {
        let mut list = Vec::new();
        let find = |name: &str| columns.iter().position(|column| column == name);
        let mut add = |key: String, column: Option<usize>, unit, meaning, reading: &dyn Fn(usize) -> Reading| {
            if let Some(column) = column {
                list.push(Headline { key, unit, meaning, reading: reading(column) });
            }
        };
        let Landmarks { stress_begins, stress_ends, first_dose, horizon } = landmarks;
        let spines = find("spines_per_pyramidal");
        let reformed = find("lost_connections_reformed");
        let fraction = "fraction";
        let relative = super::dictionary::RELATIVE;

        add(
            "spines_per_pyramidal_baseline".into(),
            spines,
            "spines per neuron",
            "spines per pyramidal cell before stress",
            &|c| Reading::Baseline(c),
        );
        for (key, column, meaning) in [
            ("spine_formation_per_day_baseline", "spine_formation_per_day", "spines formed per day before stress"),
            (
                "spine_elimination_per_day_baseline",
                "spine_elimination_per_day",
                "spines eliminated per day before stress",
            ),
        ] {
            add(key.into(), find(column), "1/d", meaning, &|c| Reading::Baseline(c));
        }
        if let Some(end) = stress_ends {
            add("spine_density_end_of_stress".into(), spines, relative, "spine density when stress ends", &|c| {
                Reading::Relative(c, end)
            });
        }
        if let Some((begin, end)) = stress_begins.zip(stress_ends) {
            for (key, column, meaning) in [
                (
                    "stress_formation_ratio",
                    "spine_formation_per_day",
                    "spine formation during stress, relative to before",
                ),
                (
                    "stress_elimination_ratio",
                    "spine_elimination_per_day",
                    "spine elimination during stress, relative to before",
                ),
            ] {
                add(key.into(), find(column), relative, meaning, &|c| Reading::MeanOver(c, begin, end));
            }
        }
        let after: Vec<(&str, Time)> = landmarks
            .day_after_dose()
            .map(|day| ("24h_after_dose", day))
            .into_iter()
            .chain([("horizon", horizon)])
            .collect();
        for &(name, at) in &after {
            add(format!("spine_density_{name}"), spines, relative, "spine density", &|c| Reading::Relative(c, at));
            if let Some(end) = stress_ends {
                add(
                    format!("spine_recovery_{name}"),
                    spines,
                    fraction,
                    "share of the net spine loss under stress that is made good",
                    &|c| Reading::Regained(c, end, at),
                );
                add(
                    format!("lost_connections_reformed_{name}"),
                    reformed,
                    fraction,
                    "share of the connections lost to stress that stand again, between the same two neurons",
                    &|c| Reading::At(c, at),
                );
            }
        }
        list.extend(peaks(columns, first_dose.unwrap_or(Time::ZERO)));
        list.extend(symptoms(columns, &landmarks));
        Self { landmarks, list }
    }

    /// Begins to read the rows of one arm and network.
    #[must_use]
    pub fn read(&self) -> Readings<'_> {
        Readings { headlines: self, values: vec![f64::NAN; self.list.len()], helpers: vec![[0.0; 2]; self.list.len()] }
    }

    /// The text of `summary.json`. `arms` gives, by arm, the values of each network in the order of the tables.
    pub fn text(&self, title: &str, sampled: Sampled, arms: &[(String, Vec<Vec<f64>>)]) -> Result<String> {
        let mut by_arm = Map::new();
        for (name, networks) in arms {
            let mut figures = Map::new();
            for (index, headline) in self.list.iter().enumerate() {
                let values: Vec<f64> = networks.iter().map(|values| values[index]).collect();
                let figure = if headline.reading.is_yes_or_no() {
                    Figure::share_of(headline.meaning, &values)
                } else {
                    Figure::of(headline.unit, headline.meaning, &values)
                };
                figures.insert(headline.key.clone(), value(&figure)?);
            }
            by_arm.insert(name.clone(), Value::Object(figures));
        }
        let hours = |at: Option<Time>| at.map(Time::hours);
        let summary = json!({
            "title": title,
            "replicates": sampled.replicates,
            "subjects": sampled.subjects,
            "over": sampled.words(),
            "landmarks_h": {
                "stress_begins": hours(self.landmarks.stress_begins),
                "stress_ends": hours(self.landmarks.stress_ends),
                "first_dose": hours(self.landmarks.first_dose),
                "horizon": self.landmarks.horizon.hours(),
            },
            "arms": by_arm,
        });
        Ok(serde_json::to_string_pretty(&summary).map_err(refused)? + "\n")
    }
}

/// The largest values from `from` on: of drugs as recorded, of what they cause relative to baseline.
fn peaks(columns: &[String], from: Time) -> Vec<Headline> {
    let fraction = "fraction";
    let relative = super::dictionary::RELATIVE;
    let absolute = [
        ("ketamine_ng_per_ml", "ng/mL", "highest total ketamine in plasma"),
        ("norketamine_ng_per_ml", "ng/mL", "highest total norketamine in plasma"),
        ("nmda_block_", fraction, "highest NMDA-receptor block"),
        ("rate_", "Hz", "highest firing rate"),
    ];
    let of_baseline = [
        ("glutamate_um", "highest extracellular glutamate"),
        ("bdnf", "highest secreted BDNF"),
        ("trkb", "highest TrkB activation"),
        ("mtorc1", "highest mTORC1 activity"),
        ("protein", "most synaptic protein"),
    ];
    let mut list = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        if let Some((_, unit, meaning)) = absolute.iter().find(|(name, ..)| column.starts_with(name)) {
            list.push(Headline { key: format!("peak_{column}"), unit, meaning, reading: Reading::Peak(index, from) });
        }
        if let Some((name, meaning)) = of_baseline.iter().find(|(name, _)| column == name) {
            let key = format!("peak_{}", name.trim_end_matches("_um"));
            list.push(Headline { key, unit: relative, meaning, reading: Reading::RelativePeak(index, from) });
        }
    }
    list
}

/// Symptom scores before the first dose of any arm, and their fall, response and remission after it.
fn symptoms(columns: &[String], landmarks: &Landmarks) -> Vec<Headline> {
    let Some(before) = landmarks.first_dose else { return Vec::new() };
    let after = [("24h_after_dose", landmarks.day_after_dose()), ("horizon", Some(landmarks.horizon))];
    let mut list = Vec::new();
    for scale in SCALES {
        let Some(c) = columns.iter().position(|column| column == scale.column) else { continue };
        let mut add = |what: &str, unit, meaning, reading| {
            list.push(Headline { key: format!("{}_{what}", scale.column), unit, meaning, reading });
        };
        add("before_dose", "points", "symptom score before the first dose of any arm", Reading::At(c, before));
        for (name, at) in after.into_iter().filter_map(|(name, at)| Some((name, at?))) {
            let (fall, response) = (Reading::Fall(c, before, at), Reading::Response(c, scale, before, at));
            add(&format!("fall_{name}"), "points", "fall of the symptom score since before the first dose", fall);
            add(&format!("response_{name}"), "fraction", "networks whose score has fallen to response", response);
            if let Some(most) = scale.remission {
                let remission = Reading::Remission(c, most, at);
                add(&format!("remission_{name}"), "fraction", "networks whose score is that of remission", remission);
            }
        }
    }
    list
}

fn value(figure: &Figure) -> Result<Value> {
    serde_json::to_value(figure).map_err(refused)
}

fn refused(error: serde_json::Error) -> Error {
    Error::Run(format!("cannot write the summary: {error}"))
}

impl Readings<'_> {
    /// Takes in the row at `time`. `values` are as recorded; `baseline` are the baselines of all columns.
    pub fn row(&mut self, time: Time, values: &[f64], baseline: &[f64]) {
        let slots = self.values.iter_mut().zip(&mut self.helpers);
        for (headline, (slot, helper)) in self.headlines.list.iter().zip(slots) {
            match headline.reading {
                Reading::Baseline(column) => *slot = baseline[column],
                Reading::Relative(column, at) if time == at => *slot = values[column] / baseline[column],
                Reading::At(column, at) if time == at => *slot = values[column],
                Reading::RelativePeak(column, from) if time >= from => {
                    *slot = slot.max(values[column] / baseline[column]);
                }
                Reading::Peak(column, from) if time >= from => *slot = slot.max(values[column]),
                Reading::MeanOver(column, from, to) if from < time && time <= to && values[column].is_finite() => {
                    *helper = [helper[0] + values[column], helper[1] + 1.0];
                    *slot = helper[0] / helper[1] / baseline[column];
                }
                Reading::Regained(column, end, at) => {
                    if time == end {
                        *helper = [baseline[column] - values[column], values[column]];
                    }
                    if time == at && helper[0] > 0.0 {
                        *slot = (values[column] - helper[1]) / helper[0];
                    }
                }
                Reading::Fall(column, from, at) | Reading::Response(column, _, from, at)
                    if time == from || time == at =>
                {
                    if time == from {
                        helper[0] = values[column];
                    }
                    if time == at {
                        *slot = match headline.reading {
                            Reading::Response(_, scale, ..) => scale.responds(helper[0], values[column]),
                            _ => helper[0] - values[column],
                        };
                    }
                }
                Reading::Remission(column, most, at) if time == at && values[column].is_finite() => {
                    *slot = f64::from(u8::from(values[column] <= most));
                }
                _ => {}
            }
        }
    }

    /// The values, in the order of the figures; NaN where there is none.
    #[must_use]
    pub fn values(self) -> Vec<f64> {
        self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn h(hours: f64) -> Time {
        Time::from_hours(hours)
    }

    fn landmarks() -> Landmarks {
        Landmarks::of(&[(h(0.0), h(504.0))], [h(504.0), h(588.0)], h(1_000.0))
    }

    #[test]
    fn stress_that_goes_on_counts_until_the_dose_and_later_stress_does_not() {
        let ongoing = Landmarks::of(&[(h(0.0), h(900.0)), (h(950.0), h(960.0))], [h(504.0)], h(1_000.0));
        assert_eq!((ongoing.stress_begins, ongoing.stress_ends), (Some(h(0.0)), Some(h(504.0))));
        let without_dose = Landmarks::of(&[(h(10.0), h(20.0)), (h(30.0), h(40.0))], [], h(100.0));
        assert_eq!(without_dose.stress_ends, Some(h(40.0)));
        assert_eq!(landmarks().instants(), [h(0.0), h(504.0), h(528.0), h(1_000.0)]);
    }

    #[test]
    fn headlines_are_read_off_the_rows_at_their_instants() {
        let columns: Vec<String> = ["spines_per_pyramidal", "spine_elimination_per_day", "ketamine_ng_per_ml", "bdnf"]
            .map(String::from)
            .into();
        let headlines = Headlines::of(&columns, landmarks());
        let baseline = [400.0, 0.05, 0.0, 2.0];
        let mut readings = headlines.read();
        let rows = [
            (-24.0, [400.0, f64::NAN, 0.0, 8.0]),
            (0.0, [400.0, 0.05, 0.0, 2.0]),
            (252.0, [350.0, 0.15, 0.0, 2.0]),
            (504.0, [320.0, 0.10, 0.0, 2.0]),
            (504.5, [320.0, 0.10, 180.0, 5.0]),
            (528.0, [360.0, 0.04, 3.0, 3.0]),
            (1_000.0, [340.0, 0.05, 0.0, 2.0]),
        ];
        for (hours, values) in rows {
            readings.row(h(hours), &values, &baseline);
        }
        let values = readings.values();
        let get = |key: &str| values[headlines.list.iter().position(|headline| headline.key == key).unwrap()];
        assert_eq!(get("spines_per_pyramidal_baseline"), 400.0);
        assert_eq!(get("spine_density_end_of_stress"), 0.8);
        assert_eq!(get("spine_density_24h_after_dose"), 0.9);
        assert_eq!(get("spine_recovery_24h_after_dose"), 0.5);
        assert_eq!(get("spine_recovery_horizon"), 0.25);
        assert_eq!(get("peak_ketamine_ng_per_ml"), 180.0);
        assert_eq!(get("peak_bdnf"), 2.5, "peaks before the dose do not count");
        assert!((get("stress_elimination_ratio") - 2.5).abs() < 1e-12, "rounding alone may differ");
    }

    #[test]
    fn symptoms_are_read_as_fall_response_and_remission() {
        let headlines = Headlines::of(&["madrs".to_owned()], landmarks());
        let read = |scores: [f64; 3], key: &str| {
            let mut readings = headlines.read();
            for (hours, score) in [504.0, 528.0, 1_000.0].into_iter().zip(scores) {
                readings.row(h(hours), &[score], &[2.0]);
            }
            let values = readings.values();
            values[headlines.list.iter().position(|headline| headline.key == key).unwrap()]
        };
        let well = |key| read([32.0, 16.0, 9.0], key);
        assert_eq!((well("madrs_before_dose"), well("madrs_fall_24h_after_dose")), (32.0, 16.0));
        assert_eq!((well("madrs_response_24h_after_dose"), well("madrs_remission_24h_after_dose")), (1.0, 0.0));
        assert_eq!((well("madrs_response_horizon"), well("madrs_remission_horizon")), (1.0, 1.0));
        let ill = |key| read([32.0, 30.0, f64::NAN], key);
        assert_eq!(ill("madrs_response_24h_after_dose"), 0.0);
        assert!(ill("madrs_response_horizon").is_nan() && ill("madrs_remission_horizon").is_nan());
    }

    #[test]
    fn a_summary_says_what_its_figures_are_spread_over() {
        let words = |replicates, subjects| Sampled { replicates, subjects }.words();
        assert!(words(3, None).starts_with("3 independent networks"));
        assert!(words(1, Some(40)).starts_with("40 virtual subjects"));
        assert!(words(2, Some(40)).starts_with("2 × 40 virtual subjects"));
    }
}
