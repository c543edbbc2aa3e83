//! A finished run, as read back from its folder.
//!
//! The protocol is read from the resolved `config.toml` as plain TOML, with the keys of the interface,
//! so that a folder stays readable when the experiment's own types grow.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::foundation::diagnostics::{Diagnostic, Report, codes};
use crate::foundation::error::{Error, Result};
use crate::foundation::time::Time;
use crate::foundation::units::{format_time, parse_time};
use crate::recording::network::{NetworkSnapshot, SHARED, SnapshotId};
use crate::recording::tables::TimeSeries;

/// A dose that was given: one event of a dosing line, repeats counted singly.
#[derive(Clone, Debug, PartialEq)]
pub struct Dose {
    /// The drug's name.
    pub drug: String,
    /// The amount, as written in the config, such as `0.5 mg/kg`.
    pub amount: String,
    /// The route, such as `iv`.
    pub route: String,
    /// When it begins.
    pub start: Time,
    /// How long an infusion lasts; zero for a bolus.
    pub duration: Time,
}

/// One arm of the protocol.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// The name used in tables.
    pub name: String,
    /// Every dose, in order of time.
    pub doses: Vec<Dose>,
    /// The stress episodes that it goes through: its own if it states them, else the experiment's.
    pub stress: Vec<Stress>,
}

/// One stress episode.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stress {
    /// When it begins.
    pub start: Time,
    /// When it ends.
    pub end: Time,
    /// Severity, from 0 to 1.
    pub level: f64,
}

/// What was asked of the network.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Protocol {
    /// The experiment's title; empty if it has none.
    pub title: String,
    /// The question it asks; empty if it has none.
    pub question: String,
    /// The seed of the experiment, if the config states it.
    pub seed: Option<i64>,
    /// Virtual subjects in each replicate; none where every network is the typical subject.
    pub subjects: Option<i64>,
    /// The column of the symptom scale that is read first, if the config names one.
    pub scale: Option<String>,
    /// Length of the burn-in, which ends at time 0.
    pub burn_in: Time,
    /// When the run ends.
    pub horizon: Time,
    /// The stress episodes.
    pub stress: Vec<Stress>,
    /// The arms, in the order of the config.
    pub arms: Vec<Arm>,
    /// The populations' names, in the order of the config; the default ones if it names none.
    pub populations: Vec<String>,
}

impl Protocol {
    /// Reads the protocol from a config.
    ///
    /// # Errors
    /// The key that is missing or malformed, in words.
    pub fn from_config(config: &Table) -> std::result::Result<Self, String> {
        let text = |key| config.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let time = config.get("time").and_then(Value::as_table).ok_or("`[time]` is missing")?;
        let tables = |key| {
            let list = config.get(key).and_then(Value::as_array);
            list.into_iter().flatten().filter_map(Value::as_table)
        };
        let episodes = tables("stress").map(episode).collect::<std::result::Result<Vec<Stress>, String>>()?;
        let mut arms = Vec::new();
        for arm in tables("arm") {
            let name = arm.get("name").and_then(Value::as_str).ok_or("an `[[arm]]` has no `name`")?.to_owned();
            let mut doses = Vec::new();
            for dose in arm.get("doses").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table) {
                expand(dose, &mut doses)?;
            }
            doses.sort_by_key(|dose: &Dose| dose.start);
            let stress = match arm.get("stress").and_then(Value::as_array) {
                Some(own) => {
                    own.iter().filter_map(Value::as_table).map(episode).collect::<std::result::Result<_, _>>()?
                }
                None => episodes.clone(),
            };
            arms.push(Arm { name, doses, stress });
        }
        let mut populations: Vec<String> =
            tables("population").filter_map(|table| table.get("name")?.as_str().map(str::to_owned)).collect();
        if populations.is_empty() {
            populations = crate::anatomy::population::default_populations().into_iter().map(|it| it.name).collect();
        }
        Ok(Self {
            title: text("title"),
            question: text("question"),
            seed: config.get("run").and_then(|run| run.get("seed")).and_then(Value::as_integer),
            subjects: config.get("subjects").and_then(|subjects| subjects.get("n")).and_then(Value::as_integer),
            scale: config.get("scale").and_then(Value::as_str).map(str::to_owned),
            burn_in: instant(time, "burn_in")?,
            horizon: instant(time, "horizon")?,
            stress: episodes,
            arms,
            populations,
        })
    }
}

fn episode(table: &Table) -> std::result::Result<Stress, String> {
    let level = table.get("level").and_then(number).ok_or("a stress episode has no `level`")?;
    Ok(Stress { start: instant(table, "start")?, end: instant(table, "end")?, level })
}

/// Adds every dose of one dosing line: the first, and `addl` more at intervals of `ii`.
fn expand(line: &Table, doses: &mut Vec<Dose>) -> std::result::Result<(), String> {
    let word = |key: &str| line.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let optional = |key| if line.contains_key(key) { instant(line, key) } else { Ok(Time::ZERO) };
    let (start, duration, interval) = (instant(line, "time")?, optional("dur")?, optional("ii")?);
    let repeats = line.get("addl").and_then(Value::as_integer).unwrap_or(0).clamp(0, 100_000);
    for repeat in 0..=repeats {
        let start = start + Time::from_milliseconds(interval.milliseconds().saturating_mul(repeat));
        doses.push(Dose { drug: word("drug"), amount: word("amt"), route: word("route"), start, duration });
    }
    Ok(())
}

fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64))
}

fn instant(table: &Table, key: &str) -> std::result::Result<Time, String> {
    let text = table.get(key).and_then(Value::as_str).ok_or_else(|| format!("`{key}` is missing"))?;
    parse_time(text).map_err(|error| format!("`{key}`: {error}"))
}

/// The folder of a finished run.
#[derive(Clone, Debug)]
pub struct RunFolder {
    path: PathBuf,
    /// What was asked.
    pub protocol: Protocol,
    /// `manifest.json`; null if the run has none.
    pub manifest: serde_json::Value,
    /// The snapshots of the network that it holds, sorted.
    pub snapshots: Vec<SnapshotId>,
}

impl RunFolder {
    /// Opens a run folder: reads its protocol and manifest and lists its snapshots.
    ///
    /// # Errors
    /// [`Error::Input`] if the folder is not that of a run, [`Error::Io`] if it can't be read.
    pub fn open(path: &Path) -> Result<Self> {
        let config_path = path.join("config.toml");
        if !config_path.is_file() {
            let fault = Diagnostic::new(&codes::NO_RUN_THERE, format!("`{}` holds no config.toml", path.display()));
            return Err(Error::Input(Report::new(Vec::new(), vec![fault]).to_string()));
        }
        let read = |path: &Path| fs::read_to_string(path).map_err(Error::io("read", path));
        let wrong = |path: &Path, what: &str| Error::Input(format!("error: {}: {what}", path.display()));
        let config: Table =
            read(&config_path)?.parse().map_err(|error: toml::de::Error| wrong(&config_path, error.message()))?;
        let protocol = Protocol::from_config(&config).map_err(|what| wrong(&config_path, &what))?;
        let manifest_path = path.join("manifest.json");
        let manifest = if manifest_path.is_file() {
            serde_json::from_str(&read(&manifest_path)?).map_err(|error| wrong(&manifest_path, &error.to_string()))?
        } else {
            serde_json::Value::Null
        };
        let mut snapshots = Vec::new();
        let network = path.join("network");
        if network.is_dir() {
            for entry in fs::read_dir(&network).map_err(Error::io("read", &network))? {
                let name = entry.map_err(Error::io("read", &network))?.file_name();
                snapshots.extend(name.to_str().and_then(SnapshotId::from_neurons_file));
            }
            // The order in which a file system lists names is its own affair.
            snapshots.sort();
        }
        Ok(Self { path: path.to_path_buf(), protocol, manifest, snapshots })
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads `timeseries.csv`.
    pub fn time_series(&self) -> Result<TimeSeries> {
        let path = self.path.join("timeseries.csv");
        let file = File::open(&path).map_err(Error::io("read", &path))?;
        TimeSeries::read(BufReader::new(file), &path)
    }

    /// The snapshot that shows `arm` of `replicate` at `time`: its own, or the shared one.
    #[must_use]
    pub fn find_snapshot(&self, arm: &str, replicate: u32, time: Time) -> Option<&SnapshotId> {
        [arm, SHARED].iter().find_map(|&name| {
            self.snapshots.iter().find(|id| id.arm == name && id.replicate == replicate && id.time == time)
        })
    }

    /// Instants at which `arm` of `replicate` was kept, ascending.
    #[must_use]
    pub fn snapshot_times(&self, arm: &str, replicate: u32) -> Vec<Time> {
        let belongs = |id: &&SnapshotId| (id.arm == arm || id.arm == SHARED) && id.replicate == replicate;
        let mut times: Vec<Time> = self.snapshots.iter().filter(belongs).map(|id| id.time).collect();
        times.sort_unstable();
        times.dedup();
        times
    }

    /// Reads one snapshot.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Input`] if a file is missing or damaged, or if a synapse names a neuron
    /// that is not there.
    pub fn snapshot(&self, id: &SnapshotId) -> Result<NetworkSnapshot> {
        let network = self.path.join("network");
        let snapshot = NetworkSnapshot::read(&network.join(id.neurons_file()), &network.join(id.synapses_file()))?;
        let neurons = snapshot.neurons.len();
        let known = |&id: &u32| (id as usize) < neurons;
        if snapshot.synapses.post.iter().all(known) && snapshot.synapses.pre.iter().all(known) {
            Ok(snapshot)
        } else {
            let (arm, replicate, time) = (&id.arm, id.replicate, format_time(id.time));
            Err(Error::Input(format!(
                "error: snapshot of `{arm}`, replicate {replicate}, {time}: a synapse joins a neuron that is not there"
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = r#"
        title = "Single vs six doses"
        [time]
        burn_in = "7 d"
        horizon = "49 d"
        [[stress]]
        start = "0 d"
        end = "21 d"
        level = 0.8
        [[arm]]
        name = "vehicle"
        stress = []
        [[arm]]
        name = "series"
        doses = [{ drug = "ketamine", time = "21 d", amt = "0.5 mg/kg", route = "iv", dur = "40 min", ii = "84 h", addl = 5 }]
    "#;

    #[test]
    fn repeats_of_a_dose_are_counted_singly_and_an_arm_has_its_own_stress() {
        let protocol = Protocol::from_config(&CONFIG.parse().unwrap()).unwrap();
        let doses = &protocol.arms[1].doses;
        assert_eq!(doses.len(), 6);
        assert_eq!(doses[5].start, Time::from_hours(21.0 * 24.0 + 5.0 * 84.0));
        assert_eq!(doses[5].duration, Time::from_hours(40.0 / 60.0));
        assert_eq!(protocol.arms[0].stress, []);
        assert_eq!(protocol.arms[1].stress, protocol.stress);
        assert_eq!(protocol.stress[0].end, Time::from_hours(504.0));
        assert_eq!(protocol.populations, ["pyr", "pv", "sst"]);
    }

    #[test]
    fn a_folder_that_is_not_a_run_is_refused_and_a_shared_snapshot_serves_every_arm() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(RunFolder::open(folder.path()).unwrap_err().exit_code(), 2);
        fs::write(folder.path().join("config.toml"), CONFIG).unwrap();
        fs::create_dir(folder.path().join("network")).unwrap();
        for name in ["neurons_shared_r0_t504h.parquet", "neurons_series_r0_t528h.parquet", "notes.txt"] {
            fs::write(folder.path().join("network").join(name), "").unwrap();
        }
        let run = RunFolder::open(folder.path()).unwrap();
        let at = Time::from_hours;
        assert_eq!(run.find_snapshot("series", 0, at(504.0)).unwrap().arm, "shared");
        assert_eq!(run.find_snapshot("vehicle", 0, at(528.0)), None);
        assert_eq!(run.snapshot_times("series", 0), [at(504.0), at(528.0)]);
    }
}
