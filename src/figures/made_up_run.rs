//! A run folder made up for tests of figures. Not a simulation.

use std::fs::{self, File};
use std::path::Path;

use crate::foundation::random::{Purpose, Seed};
use crate::foundation::time::Time;
use crate::recording::columns;
use crate::recording::course::{Amount, ArmCourse, Dose, Route, RunCourse, StressEpisode};
use crate::recording::headlines::{baseline_of, own_day};
use crate::recording::layout::OUTCOMES;
use crate::recording::network::{NetworkSnapshot, NeuronTable, SHARED, SnapshotId, SynapseTable, SynapseWriter};
use crate::recording::tables::{SeriesKey, TimeSeries};

const COLUMNS: &str = "ketamine_ng_per_ml norketamine_ng_per_ml nmda_block_pyr nmda_block_pv rate_pyr_hz rate_pv_hz \
    glutamate_um bdnf trkb mtorc1 protein spines_per_pyramidal spine_formation_per_day spine_elimination_per_day lost_connections_reformed \
    circuit_function madrs cadss systolic_mmhg heart_rate_bpm health_synapse_balance health_drug_balance health_rate_residual";

/// What of a run is made up otherwise than usual.
pub(super) struct MadeUp<'a> {
    /// One arm for each, in mg/kg; none for the vehicle.
    pub(super) amounts: &'a [f64],
    /// Hours of snapshots before arms part, and after.
    pub(super) shared: &'a [f64],
    pub(super) own: &'a [f64],
    pub(super) stress: bool,
    pub(super) stress_from_h: f64,
    pub(super) hides_published: bool,
    /// The last row, in hours after the end of burn-in.
    pub(super) end_h: i32,
    /// The start of the columns that hold no number.
    pub(super) missing: &'a str,
    /// What arms are called in figures, besides their names.
    pub(super) label: &'a str,
    pub(super) title: &'a str,
}

impl Default for MadeUp<'_> {
    fn default() -> Self {
        Self {
            amounts: &[0.0, 0.5],
            shared: &[0.0, 240.0],
            own: &[264.0, 330.0],
            stress: true,
            stress_from_h: 0.0,
            hides_published: false,
            end_h: 336,
            missing: "nothing",
            label: "",
            title: "Made up",
        }
    }
}

/// A run of two weeks: stress for ten days, then a dose in every arm but the first. Not a simulation.
pub(super) fn made_up_run(folder: &Path, amounts: &[f64]) {
    MadeUp { amounts, ..MadeUp::default() }.write(folder);
}

impl MadeUp<'_> {
    pub(super) fn write(&self, folder: &Path) {
        let amounts = self.amounts;
        let hours = Time::from_hours;
        let episode = StressEpisode { start: hours(self.stress_from_h), end: hours(240.0), level: 0.8 };
        let stress = if self.stress { vec![episode] } else { Vec::new() };
        let mut course = RunCourse {
            title: self.title.to_owned(),
            seed: 5,
            subjects: Some(2),
            hides_published: self.hides_published,
            burn_in: hours(48.0),
            horizon: hours(336.0),
            populations: ["pyr", "pv", "sst"].map(str::to_owned).to_vec(),
            ..RunCourse::default()
        };
        let columns: Vec<String> = COLUMNS.split_whitespace().map(str::to_owned).collect();
        let mut table = TimeSeries::new(columns.clone());
        for (index, &amount) in amounts.iter().enumerate() {
            let name = if amount > 0.0 { format!("ketamine_{index}") } else { "vehicle".to_owned() };
            let dose = Dose {
                drug: "ketamine".to_owned(),
                start: hours(240.0),
                duration: hours(2.0 / 3.0),
                amount: Amount::MgPerKg(amount),
                route: Route::Iv,
            };
            course.arms.push(ArmCourse {
                name: name.clone(),
                label: (!self.label.is_empty()).then(|| format!("{} {index}", self.label)),
                doses: if amount > 0.0 { vec![dose] } else { Vec::new() },
                stress: stress.clone(),
                ..ArmCourse::default()
            });
            // two virtual subjects in each of three replicates
            for (replicate, subject) in (0..3).flat_map(|replicate| [(replicate, 0), (replicate, 1)]) {
                let network = f64::from(2 * replicate + subject);
                for step in -8..=self.end_h {
                    let hours = f64::from(step);
                    let after = (hours - 240.0).max(0.0);
                    let drug = 400.0 * amount * (1.0 - (-3.0 * after).exp()) * (-after / 3.0).exp();
                    let wave = 1.0 + 0.1 * (hours / 20.0 + f64::from(replicate)).sin() + drug / 1e3;
                    let value = |name: &String| match name.as_str() {
                        name if name.starts_with(self.missing) => f64::NAN,
                        "ketamine_ng_per_ml" => drug,
                        "norketamine_ng_per_ml" => 0.4 * drug,
                        name if name.starts_with("nmda") => drug / (drug + 700.0),
                        "spines_per_pyramidal" => 300.0 * wave,
                        "spine_formation_per_day" => 0.05 * wave,
                        "spine_elimination_per_day" => 0.04,
                        "lost_connections_reformed" => 0.1 * after / 96.0,
                        "madrs" if after > 0.0 && amount > 0.0 => {
                            34.0 - 25.0 * (-after / (30.0 * (1.0 + network))).exp()
                        }
                        "madrs" => 34.0,
                        "health_synapse_balance" => 0.0,
                        name if name.starts_with("health") => 1e-12 * wave,
                        _ => wave,
                    };
                    let row: Vec<f64> = columns.iter().map(value).collect();
                    table.push(&name, replicate, subject, Time::from_hours(hours), &row);
                }
            }
            let own = self.own.iter().map(|&hours| (&*name, hours));
            for (arm, hours) in self.shared.iter().map(|&hours| (SHARED, hours)).chain(own) {
                made_up_snapshot(
                    folder,
                    SnapshotId { arm: arm.to_owned(), replicate: 0, time: Time::from_hours(hours) },
                );
            }
        }
        course.write(folder).unwrap();
        let subjects = (0..3).flat_map(|replicate| (0..2).map(move |subject| (replicate, subject)));
        let rows: Vec<String> = subjects.map(|(r, s)| format!("{r},{s},{}\n", 0.5 + f64::from(2 * r + s))).collect();
        fs::write(folder.join("subjects.csv"), format!("replicate,subject,baseline_inflammation\n{}", rows.concat()))
            .unwrap();
        table.write(File::create(folder.join("timeseries.csv")).unwrap()).unwrap();
        made_up_outcomes(folder, &table);
    }
}

/// What the rows of `table` say of baselines and of the day after the dose.
fn made_up_outcomes(folder: &Path, table: &TimeSeries) {
    let hours: Vec<f64> = table.times().iter().map(|time| time.hours()).collect();
    let mut networks: Vec<SeriesKey> = table.keys().to_vec();
    networks.dedup();
    let mut file = csv::Writer::from_path(folder.join(OUTCOMES)).unwrap();
    file.write_record(columns::OUTCOMES.map(|column| column.name)).unwrap();
    for network in networks {
        for (name, values) in table.columns().iter().map(|name| (name, table.column(name).unwrap())) {
            let of = |from: f64, to: f64| -> Vec<f64> {
                let rows = table.keys().iter().zip(&hours).zip(values);
                let within = rows.filter(|((key, hour), _)| **key == network && from < **hour && **hour <= to);
                within.map(|(_, &value)| value).collect()
            };
            let (before, after) = (of(-24.0, 0.0), of(240.0, 264.0));
            for (outcome, value) in [
                (baseline_of(name), before.iter().sum::<f64>() / before.len() as f64),
                (own_day("highest", name), after.iter().copied().fold(f64::NAN, f64::max)),
                (own_day("lowest", name), after.iter().copied().fold(f64::NAN, f64::min)),
            ] {
                let (replicate, subject) = (network.replicate.to_string(), network.subject.to_string());
                let arm = &table.arms()[network.arm];
                file.write_record([arm, &replicate, &subject, &outcome, "1", &format!("{value:?}")]).unwrap();
            }
        }
    }
    file.flush().unwrap();
}

fn made_up_snapshot(folder: &Path, id: SnapshotId) {
    let network = folder.join("network");
    fs::create_dir_all(&network).unwrap();
    let n = 120_u32;
    let place = |id: u32| {
        let mut draws = Seed(1).draws(Purpose::Test, 0, id);
        [0, 1, 2].map(|_| 200.0 * draws.uniform())
    };
    let neurons = NeuronTable {
        populations: vec!["pyr".into(), "pv".into()],
        population: (0..n).map(|id| u8::from(id % 6 == 5)).collect(),
        position_um: (0..n).map(place).collect(),
        rate_hz: vec![3.0; n as usize],
        spines: (0..n).map(|id| if id % 6 == 5 { 0 } else { 10 }).collect(),
        trkb: vec![1.0; n as usize],
    };
    let mut synapses = SynapseTable::default();
    for post in 0..n {
        let mut draws = Seed(2).draws(Purpose::Test, id.time.hours() as u64, post);
        for pre in (0..n).filter(|&pre| pre != post) {
            if draws.uniform() < 0.2 {
                synapses.post.push(post);
                synapses.pre.push(pre);
                synapses.size.push(1.0);
                synapses.mature.push(true);
                synapses.tagged.push(false);
                synapses.born_h.push(if draws.uniform() < 0.1 { 246.0 } else { -48.0 });
            }
        }
    }
    NetworkSnapshot::write_neurons(&neurons, File::create(network.join(id.neurons_file())).unwrap()).unwrap();
    let mut writer = SynapseWriter::new(File::create(network.join(id.synapses_file())).unwrap()).unwrap();
    writer.write(&synapses).unwrap();
    writer.finish().unwrap();
}
