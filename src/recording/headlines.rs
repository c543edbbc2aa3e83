//! The headline figures of a protocol: which there are, and how each is made of what was observed.

use std::sync::Arc;

use super::dictionary::{RELATIVE, RecordedOutcome};
use super::landmarks::{ArmFrame, Landmarks};
use super::observables::{Measure, Observables, Observed};
use super::scales::{SCALES, SymptomScale};
use crate::foundation::time::Time;

/// How a figure is made of what was observed of one arm and network. Numbers are places of answers, and indices of
/// columns whose baseline they are relative to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum HeadlineReading {
    /// The mean of a column over the last day of the burn-in.
    Baseline(usize),
    /// An answer as it is.
    Plain(usize),
    /// An answer relative to the baseline of a column.
    Relative { of: usize, column: usize },
    /// The share of what was lost between baseline and one instant that was regained at a later one.
    Regained { end: usize, at: usize, column: usize },
    /// The fall of a symptom score from one instant to another, in points.
    Fall { from: usize, at: usize },
    /// Whether that fall is a response: 1 or 0.
    Response { scale: &'static SymptomScale, from: usize, at: usize },
    /// Whether the score at an instant is remission: 1 or 0.
    Remission { most: f64, at: usize },
    /// What mechanisms tell of the whole, by its place in the dictionary.
    AtEnd(usize),
}

impl HeadlineReading {
    /// Whether it is a yes or no of each network, so that its mean is a fraction of networks.
    const fn is_yes_or_no(&self) -> bool {
        matches!(self, Self::Response { .. } | Self::Remission { .. })
    }
}

/// One figure.
pub(super) struct Headline {
    pub(super) key: String,
    pub(super) unit: &'static str,
    pub(super) meaning: &'static str,
    /// Whether it is a yes or no of each network, so that its mean is a fraction of networks.
    pub(super) is_yes_or_no: bool,
    /// Whether `summary.json` tells it, or `outcomes.csv` alone.
    pub(super) is_told: bool,
}

/// How the figures are made in one frame, in the order of the list; none where the frame gives no occasion.
type FrameReadings = Vec<Option<HeadlineReading>>;

/// The headline figures of a protocol, and what has to be observed for them.
///
/// Each arm has a frame, of which there may be fewer than arms: the instants that its figures refer to.
pub struct Headlines {
    /// Of every arm, what its figures refer to.
    pub(super) frames: Vec<ArmFrame>,
    /// Of every arm, the place of the readings of its frame.
    of_arm: Vec<usize>,
    readings: Vec<FrameReadings>,
    observables: Arc<Observables>,
    pub(super) list: Vec<Headline>,
    /// The arm that others are compared with: the first without a dose, else the first.
    pub(super) reference: usize,
}

/// Headline figures while they are gathered, frame by frame.
struct Gathering<'a> {
    columns: &'a [RecordedColumn],
    outcomes: &'a [RecordedOutcome],
    observables: Observables,
    list: Vec<Headline>,
    /// Of the frame at hand.
    readings: FrameReadings,
}

/// A column of a run: its name and its unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedColumn {
    /// Its name in the header.
    pub name: String,
    /// Its unit.
    pub unit: &'static str,
}

impl Gathering<'_> {
    fn find(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    fn ask(&mut self, column: usize, measure: Measure) -> usize {
        self.observables.ask(column, measure)
    }

    fn tell(&mut self, key: impl Into<String>, unit: &'static str, meaning: &'static str, reading: HeadlineReading) {
        self.add(key.into(), unit, meaning, reading, true);
    }

    fn keep(&mut self, key: String, unit: &'static str, meaning: &'static str, reading: HeadlineReading) {
        self.add(key, unit, meaning, reading, false);
    }

    /// Adds a figure to the frame at hand, unless it has it, and to the list, unless another frame brought it.
    fn add(&mut self, key: String, unit: &'static str, meaning: &'static str, reading: HeadlineReading, is_told: bool) {
        let place = self.list.iter().position(|known| known.key == key).unwrap_or_else(|| {
            let is_yes_or_no = reading.is_yes_or_no();
            self.list.push(Headline { key, unit, meaning, is_yes_or_no, is_told });
            self.list.len() - 1
        });
        self.readings.resize(self.list.len(), None);
        self.readings[place].get_or_insert(reading);
    }

    /// Every figure of an arm that refers to `frame`.
    fn gather(&mut self, frame: &ArmFrame, beginning: Time) -> FrameReadings {
        let landmarks = &frame.landmarks;
        self.spines(landmarks);
        self.peaks(landmarks.first_dose.unwrap_or(Time::ZERO), landmarks.horizon);
        self.symptoms(landmarks);
        self.whole();
        self.beside(frame.own_dose, (beginning, landmarks.horizon));
        std::mem::take(&mut self.readings)
    }

    /// Spines: before stress, when it ends, after the dose and at the horizon.
    fn spines(&mut self, landmarks: &Landmarks) {
        let &Landmarks { stress_begins, stress_ends, horizon, .. } = landmarks;
        let relative = RELATIVE;
        let spines = self.find("spines_per_pyramidal");
        let reformed = self.find("lost_connections_reformed");
        if let Some(column) = spines {
            let meaning = "spines per pyramidal cell before stress";
            self.tell("spines_per_pyramidal_baseline", "spines per neuron", meaning, HeadlineReading::Baseline(column));
        }
        for (name, meaning) in [
            ("spine_formation_per_day", "spines formed per day before stress"),
            ("spine_elimination_per_day", "spines eliminated per day before stress"),
        ] {
            if let Some(column) = self.find(name) {
                self.tell(format!("{name}_baseline"), "1/d", meaning, HeadlineReading::Baseline(column));
            }
        }
        if let (Some(column), Some(end)) = (spines, stress_ends) {
            let of = self.ask(column, Measure::At(end));
            let reading = HeadlineReading::Relative { of, column };
            self.tell("spine_density_end_of_stress", relative, "spine density when stress ends", reading);
        }
        for (key, name, meaning) in [
            ("stress_formation_ratio", "spine_formation_per_day", "spine formation during stress, relative to before"),
            (
                "stress_elimination_ratio",
                "spine_elimination_per_day",
                "spine elimination during stress, relative to before",
            ),
        ] {
            if let (Some(column), Some((begin, end))) = (self.find(name), stress_begins.zip(stress_ends)) {
                let of = self.ask(column, Measure::Mean(begin, end));
                self.tell(key, relative, meaning, HeadlineReading::Relative { of, column });
            }
        }
        let day = landmarks.day_after_dose().map(|day| ("24h_after_dose", day));
        for (name, at) in day.into_iter().chain([("horizon", horizon)]) {
            if let Some(column) = spines {
                let at = self.ask(column, Measure::At(at));
                let reading = HeadlineReading::Relative { of: at, column };
                self.tell(format!("spine_density_{name}"), relative, "spine density", reading);
                if let Some(end) = stress_ends {
                    let end = self.ask(column, Measure::At(end));
                    let meaning = "share of the net spine loss under stress that is made good";
                    let reading = HeadlineReading::Regained { end, at, column };
                    self.tell(format!("spine_recovery_{name}"), "fraction", meaning, reading);
                }
            }
            if let (Some(column), Some(_)) = (reformed, stress_ends) {
                let at = self.ask(column, Measure::At(at));
                let meaning = "share of the connections lost to stress that stand again, between the same two neurons";
                self.tell(format!("lost_connections_reformed_{name}"), "fraction", meaning, HeadlineReading::Plain(at));
            }
        }
    }

    /// The largest values from `from` on: of drugs as recorded, of what they cause relative to baseline.
    fn peaks(&mut self, from: Time, horizon: Time) {
        let absolute = [
            ("ketamine_ng_per_ml", "ng/mL", "Cmax: highest total ketamine in plasma"),
            ("norketamine_ng_per_ml", "ng/mL", "Cmax: highest total norketamine in plasma"),
            ("nmda_block_", "fraction", "highest NMDA-receptor block"),
            ("rate_", "Hz", "highest firing rate"),
        ];
        let of_baseline = [
            ("glutamate_um", "highest extracellular glutamate"),
            ("bdnf", "highest secreted BDNF"),
            ("trkb", "highest TrkB activation"),
            ("mtorc1", "highest mTORC1 activity"),
            ("protein", "most synaptic protein"),
        ];
        let side_effects =
            ["cadss", "heart_rate_bpm", "systolic_mmhg", "diastolic_mmhg", "nausea", "dizziness", "sedation"];
        for (column, RecordedColumn { name, unit }) in self.columns.iter().enumerate() {
            let absolute = absolute.iter().find(|(known, ..)| name.starts_with(known));
            let told = match absolute {
                Some(&(_, unit, meaning)) => Some((unit, meaning)),
                None if name.ends_with(IN_PLASMA) => Some((*unit, "Cmax: highest total concentration in plasma")),
                None if side_effects.contains(&name.as_str()) => Some((*unit, "highest value of a side effect")),
                None => None,
            };
            if let Some((unit, meaning)) = told {
                let of = self.ask(column, Measure::Highest(from, horizon));
                self.tell(format!("peak_{name}"), unit, meaning, HeadlineReading::Plain(of));
            }
            if let Some((known, meaning)) = of_baseline.iter().find(|(known, _)| name == known) {
                let of = self.ask(column, Measure::Highest(from, horizon));
                let key = format!("peak_{}", known.trim_end_matches("_um"));
                self.tell(key, RELATIVE, meaning, HeadlineReading::Relative { of, column });
            }
        }
    }

    /// Symptom scores before the first dose, and their fall, response and remission after it.
    fn symptoms(&mut self, landmarks: &Landmarks) {
        let Some(before) = landmarks.first_dose else { return };
        let after = [("24h_after_dose", landmarks.day_after_dose()), ("horizon", Some(landmarks.horizon))];
        for scale in SCALES {
            let Some(column) = self.find(scale.column) else { continue };
            let key = |what: &str| format!("{}_{what}", scale.column);
            let from = self.ask(column, Measure::At(before));
            let meaning = "symptom score before the first dose";
            self.tell(key("before_dose"), "points", meaning, HeadlineReading::Plain(from));
            for (name, at) in after.into_iter().filter_map(|(name, at)| Some((name, at?))) {
                let at = self.ask(column, Measure::At(at));
                let meaning = "fall of the symptom score since before the first dose";
                self.tell(key(&format!("fall_{name}")), "points", meaning, HeadlineReading::Fall { from, at });
                let meaning = "networks whose score has fallen to response";
                self.tell(
                    key(&format!("response_{name}")),
                    "fraction",
                    meaning,
                    HeadlineReading::Response { scale, from, at },
                );
                if let Some(most) = scale.remission {
                    let meaning = "networks whose score is that of remission";
                    self.tell(
                        key(&format!("remission_{name}")),
                        "fraction",
                        meaning,
                        HeadlineReading::Remission { most, at },
                    );
                }
            }
        }
    }

    /// What mechanisms tell of the whole run.
    fn whole(&mut self) {
        for (place, RecordedOutcome { key, unit, meaning }) in self.outcomes.iter().enumerate() {
            self.keep(key.clone(), unit, meaning, HeadlineReading::AtEnd(place));
        }
    }

    /// What figures need beside: how far columns went within a day of the arm's own first dose, how far bookkeeping went
    /// astray, and the baselines of all columns.
    fn beside(&mut self, own_dose: Option<Time>, (beginning, horizon): (Time, Time)) {
        for (column, RecordedColumn { name, unit }) in self.columns.iter().enumerate() {
            let is_moved = ["nmda_block_", "rate_", "glutamate_um", "bdnf", "mtorc1"];
            if is_moved.iter().any(|moved| name.starts_with(moved)) {
                type Extreme = fn(Time, Time) -> Measure;
                for (what, measure, meaning) in [
                    ("highest", Measure::Highest as Extreme, "highest within 24 h of the arm's first dose"),
                    ("lowest", Measure::Lowest as Extreme, "lowest within 24 h of the arm's first dose"),
                ] {
                    let Some(dose) = own_dose else { continue };
                    let of = self.ask(column, measure(dose, dose + Time::DAY));
                    let reading = if *unit == RELATIVE {
                        HeadlineReading::Relative { of, column }
                    } else {
                        HeadlineReading::Plain(of)
                    };
                    self.keep(own_day(what, name), unit, meaning, reading);
                }
            }
            if name.starts_with("health_") {
                let of = self.ask(column, Measure::Farthest(beginning, horizon));
                self.keep(format!("farthest_{name}"), unit, "value farthest from zero", HeadlineReading::Plain(of));
            }
        }
        for (column, RecordedColumn { name, unit }) in self.columns.iter().enumerate() {
            let meaning = "mean over the last day of the burn-in, before it became the unit of relative columns";
            // what others are relative to is in units of the model
            let unit = if *unit == RELATIVE { "1" } else { unit };
            self.keep(baseline_of(name), unit, meaning, HeadlineReading::Baseline(column));
        }
    }
}

/// How the columns of concentrations in plasma end.
const IN_PLASMA: &str = "_ng_per_ml";

/// The key of the baseline of a column in `outcomes.csv`.
#[must_use]
pub fn baseline_of(column: &str) -> String {
    format!("{column}_baseline")
}

/// The key of the `highest` or `lowest` value of a column within a day of the first dose of an arm, in `outcomes.csv`.
#[must_use]
pub fn own_day(what: &str, column: &str) -> String {
    format!("{what}_{column}_day_after_own_dose")
}

impl Headlines {
    /// The figures that can be made of these columns and outcomes. `frames` are those of the arms, `beginning` is that of
    /// the burn-in.
    #[must_use]
    pub fn of(
        columns: &[RecordedColumn],
        outcomes: &[RecordedOutcome],
        frames: Vec<ArmFrame>,
        beginning: Time,
    ) -> Self {
        let (headlines, asked) = Self::gathered(columns, outcomes, frames, beginning, Observables::default());
        Self { observables: Arc::new(asked), ..headlines }
    }

    /// The figures of several protocols that are observed together, by the frames of the arms of each. All ask for the same
    /// observables.
    #[must_use]
    pub fn of_all(
        columns: &[RecordedColumn],
        outcomes: &[RecordedOutcome],
        protocols: Vec<Vec<ArmFrame>>,
        beginning: Time,
    ) -> Vec<Self> {
        let (mut asked, mut all) = (Observables::default(), Vec::with_capacity(protocols.len()));
        for frames in protocols {
            let (headlines, observables) = Self::gathered(columns, outcomes, frames, beginning, asked);
            asked = observables;
            all.push(headlines);
        }
        let asked = Arc::new(asked);
        all.into_iter().map(|headlines| Self { observables: Arc::clone(&asked), ..headlines }).collect()
    }

    fn gathered(
        columns: &[RecordedColumn],
        outcomes: &[RecordedOutcome],
        frames: Vec<ArmFrame>,
        beginning: Time,
        observables: Observables,
    ) -> (Self, Observables) {
        let mut gathering = Gathering { columns, outcomes, observables, list: Vec::new(), readings: Vec::new() };
        let mut distinct: Vec<ArmFrame> = Vec::new();
        let mut readings = Vec::new();
        let mut place = |frame: &ArmFrame| {
            distinct.iter().position(|known| known == frame).unwrap_or_else(|| {
                distinct.push(*frame);
                readings.push(gathering.gather(frame, beginning));
                readings.len() - 1
            })
        };
        let of_arm = frames.iter().map(&mut place).collect();
        let Gathering { observables, list, .. } = gathering;
        let reference = frames.iter().position(|frame| frame.own_dose.is_none()).unwrap_or(0);
        (Self { frames, of_arm, readings, observables: Arc::default(), list, reference }, observables)
    }

    /// Key and unit of every figure, in the order of `outcomes.csv`.
    pub fn described(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.list.iter().map(|headline| (headline.key.as_str(), headline.unit))
    }

    /// What has to be observed.
    #[must_use]
    pub fn observables(&self) -> Arc<Observables> {
        Arc::clone(&self.observables)
    }

    /// What is said of every value in `outcomes.csv`, in its order.
    #[must_use]
    pub fn explained(&self) -> Vec<RecordedOutcome> {
        let explained = |headline: &Headline| RecordedOutcome {
            key: headline.key.clone(),
            unit: headline.unit,
            meaning: headline.meaning,
        };
        self.list.iter().map(explained).collect()
    }

    /// The figures of one network in the arm at index `arm`, in the order of `outcomes.csv`; NaN where there is none.
    /// `baselines` are those of `observed`. Behind them, in the arm that others are compared with, stand its figures in each
    /// frame: arms are compared at the same instants, which are those of the other.
    #[must_use]
    pub fn values(&self, arm: usize, observed: &Observed, baselines: &[f64]) -> Vec<f64> {
        let frames = if arm == self.reference { &self.readings[..] } else { &[] };
        let own = &self.readings[self.of_arm[arm]];
        std::iter::once(own).chain(frames).flat_map(|readings| self.in_frame(readings, observed, baselines)).collect()
    }

    /// Where the figure at `index` stands among the values of the arm of reference when the arm at index `arm` is compared
    /// with it.
    pub(super) fn place_in_reference(&self, arm: usize, index: usize) -> usize {
        self.list.len() * (1 + self.of_arm[arm]) + index
    }

    fn in_frame(&self, readings: &FrameReadings, observed: &Observed, baselines: &[f64]) -> Vec<f64> {
        let answer = |place: usize| observed.answer(place);
        let of = |reading: &HeadlineReading| match *reading {
            HeadlineReading::Baseline(column) => baselines[column],
            HeadlineReading::Plain(place) => answer(place),
            HeadlineReading::Relative { of, column } => answer(of) / baselines[column],
            HeadlineReading::Regained { end, at, column } => {
                let lost = baselines[column] - answer(end);
                if lost > 0.0 { (answer(at) - answer(end)) / lost } else { f64::NAN }
            }
            HeadlineReading::Fall { from, at } => answer(from) - answer(at),
            HeadlineReading::Response { scale, from, at } => scale.responds(answer(from), answer(at)),
            HeadlineReading::Remission { most, at } => {
                let score = answer(at);
                if score.is_finite() { f64::from(u8::from(score <= most)) } else { f64::NAN }
            }
            HeadlineReading::AtEnd(place) => observed.outcome(place),
        };
        let reading = |index: usize| readings.get(index).and_then(Option::as_ref);
        (0..self.list.len()).map(|index| reading(index).map_or(f64::NAN, of)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::landmarks::ArmEvents;
    use super::super::observables::Passed;
    use super::*;

    fn h(hours: f64) -> Time {
        Time::from_hours(hours)
    }

    /// The figure called `key` of a network whose columns `named` had these values at the ends of its ticks.
    fn figure<const N: usize>(named: [&str; N], ticks: &[(f64, [f64; N])], key: &str) -> f64 {
        let columns: Vec<RecordedColumn> =
            named.iter().map(|name| RecordedColumn { name: (*name).to_owned(), unit: "1" }).collect();
        let arm = |doses: &[f64]| ArmEvents {
            stress: vec![(h(0.0), h(504.0))],
            doses: doses.iter().map(|&start| (h(start), h(start))).collect(),
        };
        let frames = ArmFrame::of_each(&[arm(&[]), arm(&[588.0]), arm(&[504.0])], h(1_000.0));
        let headlines = Headlines::of(&columns, &[], frames, h(-48.0));
        let asked = headlines.observables();
        let mut observed = Observed::nothing(&asked, N);
        let mut since = None;
        for (hours, values) in ticks {
            observed.take_in(&asked, Passed { since, now: h(*hours) }, values, &[]);
            since = Some(h(*hours));
        }
        let values = headlines.values(2, &observed, &observed.baselines());
        values[headlines.list.iter().position(|headline| headline.key == key).unwrap()]
    }

    #[test]
    fn headlines_are_made_of_what_was_observed_at_their_instants() {
        let named = ["spines_per_pyramidal", "spine_elimination_per_day", "ketamine_ng_per_ml", "bdnf"];
        let ticks = [
            (-24.0, [500.0, f64::NAN, 0.0, 8.0]),
            (0.0, [400.0, 0.05, 0.0, 2.0]),
            (252.0, [350.0, 0.15, 0.0, 2.0]),
            (504.0, [320.0, 0.10, 0.0, 2.0]),
            (504.5, [320.0, 0.10, 180.0, 5.0]),
            (528.0, [360.0, 0.04, 3.0, 3.0]),
            (1_000.0, [340.0, 0.05, 0.0, 2.0]),
        ];
        let get = |key| figure(named, &ticks, key);
        assert_eq!(get("spines_per_pyramidal_baseline"), 400.0);
        assert_eq!(get("spine_density_end_of_stress"), 0.8);
        assert_eq!(get("spine_density_24h_after_dose"), 0.9);
        assert_eq!(get("spine_recovery_24h_after_dose"), 0.5);
        assert_eq!(get("spine_recovery_horizon"), 0.25);
        assert_eq!(get("peak_ketamine_ng_per_ml"), 180.0);
        assert_eq!(get("peak_bdnf"), 2.5, "peaks before the dose do not count");
        assert_eq!(get("highest_bdnf_day_after_own_dose"), 5.0);
        assert_eq!(get("lowest_bdnf_day_after_own_dose"), 2.0);
        assert!((get("stress_elimination_ratio") - 2.5).abs() < 1e-12, "rounding alone may differ");
    }

    #[test]
    fn symptoms_are_read_as_fall_response_and_remission() {
        let read = |scores: [f64; 3], key: &str| {
            let ticks: Vec<_> =
                [504.0, 528.0, 1_000.0].into_iter().zip(scores).map(|(hours, score)| (hours, [score])).collect();
            figure(["madrs"], &ticks, key)
        };
        let well = |key| read([32.0, 16.0, 9.0], key);
        assert_eq!((well("madrs_before_dose"), well("madrs_fall_24h_after_dose")), (32.0, 16.0));
        assert_eq!((well("madrs_response_24h_after_dose"), well("madrs_remission_24h_after_dose")), (1.0, 0.0));
        assert_eq!((well("madrs_response_horizon"), well("madrs_remission_horizon")), (1.0, 1.0));
        let ill = |key| read([32.0, 30.0, f64::NAN], key);
        assert_eq!(ill("madrs_response_24h_after_dose"), 0.0);
        assert!(ill("madrs_response_horizon").is_nan() && ill("madrs_remission_horizon").is_nan());
    }
}
