//! What a run will leave on disk: tables, snapshots of the network, figures.
//!
//! Rows are counted as they will fall, from the protocol. What a row, a snapshot and a figure take was measured on the
//! shipped experiments, as they stand and with small networks; a test holds the sum to them.

use super::experiment::Experiment;
use crate::foundation::grid::{AFTER_DOSE, LONGEST_TICK, ROWS_AFTER_DOSE, SHORTEST_TICK};
use crate::foundation::time::Time;
use crate::mechanisms::dosing::Formulary;
use crate::recording::course::{ArmCourse, Dose, RunCourse};
use crate::recording::dictionary::Dictionary;
use crate::recording::landmarks::{ArmEvents, ArmFrame, rows_at};
use crate::recording::sample::MOST_SYNAPSES;
use crate::recording::tables::SeriesFormat;

/// Bytes that a run leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) tables: u64,
    pub(super) snapshots: u64,
    pub(super) figures: u64,
}

/// A number in `timeseries.csv` with its comma; in Parquet, which repeats nothing.
const CELL_BYTES: (f64, f64) = (8.9, 6.5);
/// What says which row it is, beside the arm's name.
const KEY_BYTES: f64 = 14.0;
/// The values of one network and arm in `outcomes.csv`.
const OUTCOMES_BYTES: u64 = 9_500;
/// One arm in the summary: its figures, the values of each network, and what it differs by from the arm of reference.
const SUMMARY_BYTES: (u64, u64, u64) = (30_000, 1_200, 29_000);
/// Config with every parameter and its source, dictionary, manifest, log.
const OTHER_BYTES: u64 = 70_000;
/// One dose of an arm in the course and the config.
const DOSE_BYTES: u64 = 300;
/// A neuron and a synapse in a compressed snapshot.
const SNAPSHOT_BYTES: (u64, u64) = (20, 7);
/// A figure as a bitmap, with its caption.
const PICTURE_BYTES: u64 = 230_000;
/// What one row of one network adds to all figures of lines, as vector and as numbers: without a dose; with one, in figures of
/// one arm, which the other arms share, and in those of all; and where most figures draw two of many arms.
const UNDOSED_POINT_BYTES: u64 = 2_770;
const POINT_BYTES: (u64, u64) = (6_500, 2_200);
const POINT_OF_MANY_BYTES: u64 = 850;
/// More arms than this are not all drawn everywhere.
const FEW_ARMS: u64 = 8;
/// A figure of a snapshot, as vector and as numbers.
const NETWORK_FIGURE_BYTES: u64 = 1_250_000;
/// Drugs that are absorbed more slowly than this, or enter the brain more slowly, let ticks be of half an hour.
const FAST_PER_H: (f64, f64) = (1.0, 2.0);
/// Beyond this many doses rows are counted as if every dose had its own.
const MANY_DOSES: usize = 20_000;

impl Kept {
    pub(super) fn of(experiment: &Experiment) -> Self {
        let course = experiment.course().unwrap_or_default();
        let networks = experiment.networks();
        let rows = rows(experiment, &course);
        let arms = course.arms.len() as u64;
        let doses: u64 = course.arms.iter().map(|arm| arm.doses.len() as u64).sum();
        let columns = columns(experiment, &course) as f64;
        let cell = match experiment.record.format {
            SeriesFormat::Csv => CELL_BYTES.0,
            SeriesFormat::Parquet => CELL_BYTES.1,
        };
        let of_row = |arm: &ArmCourse| KEY_BYTES + arm.name.len() as f64 + cell * columns;
        let series: f64 = course.arms.iter().zip(&rows).map(|(arm, &rows)| rows as f64 * of_row(arm)).sum();
        let (figure, value, contrast) = SUMMARY_BYTES;
        let summary = arms * (figure + value * networks) + arms.saturating_sub(1) * contrast;
        Self {
            tables: networks * (series as u64 + arms * OUTCOMES_BYTES) + summary + DOSE_BYTES * doses + OTHER_BYTES,
            snapshots: snapshots(experiment),
            figures: figures(experiment, &course, rows.iter().sum()),
        }
    }

    pub(super) const fn bytes(self) -> u64 {
        self.tables + self.snapshots + self.figures
    }
}

fn columns(experiment: &Experiment, course: &RunCourse) -> usize {
    Dictionary::of(&experiment.cascade, &drugs(experiment, course)).columns(&course.populations).len()
}

fn drugs(experiment: &Experiment, course: &RunCourse) -> Formulary {
    let mut given: Vec<&str> = course.arms.iter().flat_map(|arm| &arm.doses).map(|dose| dose.drug.as_str()).collect();
    given.sort_unstable();
    given.dedup();
    experiment.formulary(given).unwrap_or_default()
}

/// How long ticks are in the hours after a dose.
fn tick_after(dose: &Dose, drugs: &Formulary) -> Time {
    let drug = drugs.find(&dose.drug);
    let route = drug.and_then(|drug| drug.routes.iter().find(|kinetics| kinetics.route == dose.route));
    let absorbed = route.is_none_or(|kinetics| {
        let rates = kinetics.pathways.iter().map(|pathway| pathway.absorption_per_h.unwrap_or(f64::INFINITY));
        rates.fold(0.0, f64::max) >= FAST_PER_H.0
    });
    let entered = drug.and_then(|drug| drug.moieties.first()).is_none_or(|it| it.brain_entry_per_h >= FAST_PER_H.1);
    if absorbed && entered { SHORTEST_TICK } else { HALF_AN_HOUR }
}

const HALF_AN_HOUR: Time = Time::from_milliseconds(LONGEST_TICK.milliseconds() / 2);

/// Rows of one network in each arm.
fn rows(experiment: &Experiment, course: &RunCourse) -> Vec<u64> {
    let (begin, horizon) = (Time::ZERO - course.burn_in, course.horizon);
    let every = experiment.record.every.milliseconds().max(1);
    let dense = AFTER_DOSE.milliseconds() / ROWS_AFTER_DOSE.milliseconds();
    let usual = (horizon - begin).milliseconds() / every + 1;
    let doses: usize = course.arms.iter().map(|arm| arm.doses.len()).sum();
    if doses > MANY_DOSES || usual > 1_000_000 {
        return course.arms.iter().map(|arm| (usual + dense * arm.doses.len() as i64) as u64).collect();
    }
    let events: Vec<ArmEvents> = course
        .arms
        .iter()
        .map(|arm| ArmEvents {
            stress: arm.stress.iter().map(|episode| (episode.start, episode.end)).collect(),
            doses: arm.doses.iter().map(|dose| (dose.start, dose.start + dose.duration)).collect(),
        })
        .collect();
    let mut due: Vec<Time> = rows_at(&events, &ArmFrame::of_each(&events, horizon), horizon);
    due.extend((0..usual).map(|row| begin + Time::from_milliseconds(row * every)));
    due.extend(&experiment.record.network_at);
    let mut starts: Vec<Time> = events.iter().flat_map(|arm| &arm.doses).map(|&(start, _)| start).collect();
    starts.sort_unstable();
    starts.dedup();
    for &start in &starts {
        due.extend((0..=dense).map(|row| start + Time::from_milliseconds(row * ROWS_AFTER_DOSE.milliseconds())));
    }
    due.retain(|&at| at <= horizon);
    due.sort_unstable();
    due.dedup();
    let drugs = drugs(experiment, course);
    course.arms.iter().map(|arm| rows_of(arm, &drugs, &due)).collect()
}

/// Of the rows that are `due`, those that an arm has: it ticks finely after its own doses, and by the hour at rest.
fn rows_of(arm: &ArmCourse, drugs: &Formulary, due: &[Time]) -> u64 {
    let mut doses: Vec<(Time, Time)> = arm.doses.iter().map(|dose| (dose.start, tick_after(dose, drugs))).collect();
    doses.sort_unstable();
    let (mut count, mut last) = (0, None);
    for &at in due {
        let begun = doses.partition_point(|&(start, _)| start <= at);
        let after = begun.checked_sub(1).map(|index| doses[index]).filter(|&(start, _)| at <= start + AFTER_DOSE);
        let tick = after.map_or(LONGEST_TICK, |(_, tick)| tick);
        let before = at.multiple_at_or_before(tick);
        let written = if before == at { at } else { before + tick };
        count += u64::from(last.is_none_or(|last| written > last));
        last = Some(written);
    }
    count
}

fn snapshots(experiment: &Experiment) -> u64 {
    let arms = experiment.arms.len() as u64;
    let departures: Vec<Time> = experiment.arms.iter().map(|arm| experiment.departure(arm)).collect();
    let files = experiment.record.network_at.iter().map(|&instant| {
        let parted = departures.iter().filter(|&&departure| departure < instant).count() as u64;
        parted + u64::from(parted < arms)
    });
    let (neurons, synapses) = (u64::from(experiment.network.neurons), experiment.network.synapses());
    // beyond its bound a snapshot keeps a sample of the synapses
    let each = neurons * SNAPSHOT_BYTES.0 + synapses.min(MOST_SYNAPSES) * SNAPSHOT_BYTES.1;
    u64::from(experiment.run.replicates) * files.sum::<u64>() * each
}

fn figures(experiment: &Experiment, course: &RunCourse, rows: u64) -> u64 {
    let is_dosed = course.arms.iter().any(|arm| !arm.doses.is_empty());
    let instants = experiment.record.network_at.len() as u64;
    // F01, F03, F04, F09, F10, F18; F05, F06, F14; F19; F12, F13 or F20
    let lines = 6
        + 3 * u64::from(is_dosed)
        + u64::from(is_dosed && course.arms.len() >= 4)
        + u64::from(is_dosed && experiment.networks() >= 5);
    // F08; F02 and F07
    let of_networks = u64::from(instants > 0) + 2 * u64::from(instants > 1);
    let arms = course.arms.len() as u64;
    let point = match arms {
        _ if arms > FEW_ARMS => POINT_OF_MANY_BYTES,
        _ if is_dosed => POINT_BYTES.0 / arms.max(1) + POINT_BYTES.1,
        _ => UNDOSED_POINT_BYTES,
    };
    (lines + of_networks) * PICTURE_BYTES + rows * point + of_networks * NETWORK_FIGURE_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_as_they_fall() {
        let experiment = |every: &str| {
            let text = format!(
                "schema_version = 1\ntitle = \"Rows\"\nnetwork = {{ neurons = 200, synapses_per_neuron = 40 }}\n\
                 time = {{ burn_in = \"2 d\", horizon = \"2 d\" }}\nrecord = {{ every = \"{every}\" }}\n[[arm]]\nname = \"vehicle\"\n\
                 [[arm]]\nname = \"dosed\"\ndoses = [{{ drug = \"ketamine\", time = \"1 d\", amt = \"35 mg\", route = \"iv\" }}]\n"
            );
            Experiment::from_toml(&text).unwrap()
        };
        let rows = |every| {
            let experiment = experiment(every);
            rows(&experiment, &experiment.course().unwrap())
        };
        // every hour from -48 h on; of the dosed arm, 11 more in each of four hours, and one a minute after the dose
        assert_eq!(rows("1 h"), [97, 97 + 44 + 1]);
        // days; in both the hours of the four and the hour after the dose's first minute, and what is dense
        assert_eq!(rows("1 d"), [5 + 4, 5 + 48 + 1]);
    }
}
