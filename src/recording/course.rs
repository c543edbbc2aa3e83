//! `course.json`: what was done in every arm, repeats counted singly, as it was simulated.
//!
//! A run writes it once; figures and whoever reads a run folder need no rule for expanding a config. Times are in
//! hours since the end of the burn-in.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_with::{As, DeserializeAs, FromIntoRef, SerializeAs};

use super::layout::{COURSE, MANIFEST};
use crate::anatomy::synapses::SpineRemoval;
use crate::foundation::diagnostics::{Diagnostic, Report, codes};
use crate::foundation::error::{Error, Result};
use crate::foundation::files;
use crate::foundation::time::Time;
pub use crate::mechanisms::dosing::{Amount, Dose, Route};
pub use crate::mechanisms::stress::StressEpisode;
pub use crate::statistics::band::Band;

/// The course of a run: what its experiment asks, and what happens in each arm.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunCourse {
    /// The experiment's title; empty if it has none.
    pub title: String,
    /// The question it asks; empty if it has none.
    pub question: String,
    /// The seed of the experiment.
    pub seed: u64,
    /// Virtual subjects in each replicate; none where every network is one and the same subject.
    pub subjects: Option<u32>,
    /// The column of the symptom scale that is read first, if the config names one.
    pub scale: Option<String>,
    /// Length of the burn-in, which ends at time 0.
    #[serde(rename = "burn_in_h", with = "As::<Hours>")]
    pub burn_in: Time,
    /// When the run ends.
    #[serde(rename = "horizon_h", with = "As::<Hours>")]
    pub horizon: Time,
    /// Whether figures leave out published values.
    #[serde(default)]
    pub hides_published: bool,
    /// What bands and bars of figures show.
    #[serde(default)]
    pub band: Band,
    /// The populations' names, in the order of the config.
    pub populations: Vec<String>,
    /// The arms, in the order of the config.
    pub arms: Vec<ArmCourse>,
}

/// What happens in one arm.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ArmCourse {
    /// The name used in tables.
    pub name: String,
    /// What figures call it, if not by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Every dose, by the instant at which it begins; repeats counted singly.
    #[serde(with = "As::<Vec<FromIntoRef<RecordedDose>>>")]
    pub doses: Vec<Dose>,
    /// The stress episodes that the arm goes through: its own if it states them, else the experiment's.
    #[serde(with = "As::<Vec<FromIntoRef<EpisodeRow>>>")]
    pub stress: Vec<StressEpisode>,
    /// Removals of newborn spines, by their instant.
    #[serde(with = "As::<Vec<FromIntoRef<RemovalRow>>>")]
    pub spine_removals: Vec<SpineRemoval>,
}

impl RunCourse {
    /// The text of `course.json`.
    pub fn text(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| Error::Run(format!("cannot write the course: {error}")))?;
        Ok(text + "\n")
    }

    /// Writes `course.json` into `folder`.
    pub fn write(&self, folder: &Path) -> Result<()> {
        files::write(&folder.join(COURSE), self.text()?.as_bytes())
    }

    /// Reads the course of the run in `folder`.
    ///
    /// # Errors
    /// [`Error::Input`] if the folder is not that of a run, or of a run by a version that wrote no such file.
    pub fn read(folder: &Path) -> Result<Self> {
        let refuse = |code, what: String, hint: &str| {
            Error::Input(Report::new(Vec::new(), vec![Diagnostic::new(code, what).help(hint)]).to_string())
        };
        let path = folder.join(COURSE);
        let shown = folder.display();
        if !path.is_file() {
            return Err(if folder.join(MANIFEST).is_file() {
                let hint = format!("run its config again, or use the version that its {MANIFEST} names");
                refuse(&codes::OLD_RUN, format!("`{shown}` holds a run without {COURSE}"), &hint)
            } else {
                let hint = "name a folder that `resprout run` wrote";
                refuse(&codes::NO_RUN_THERE, format!("`{shown}` holds no {COURSE}"), hint)
            });
        }
        let text = fs::read(&path).map_err(Error::io("read", &path))?;
        serde_json::from_slice(&text).map_err(|error| {
            let hint = "the file was changed, or written by another version: run the config again";
            refuse(&codes::OLD_RUN, format!("`{}`: {error}", path.display()), hint)
        })
    }
}

/// Instants and durations in hours, exact to the millisecond.
struct Hours;

impl SerializeAs<Time> for Hours {
    fn serialize_as<S: Serializer>(time: &Time, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_f64(time.hours())
    }
}

impl<'de> DeserializeAs<'de, Time> for Hours {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Time, D::Error> {
        f64::deserialize(deserializer).map(Time::from_hours)
    }
}

#[derive(Serialize, Deserialize)]
struct RecordedDose {
    drug: String,
    #[serde(with = "As::<Hours>")]
    start_h: Time,
    #[serde(with = "As::<Hours>")]
    duration_h: Time,
    #[serde(flatten)]
    amount: AmountRow,
    route: Route,
}

/// The amount's key says in what it is counted.
#[derive(Serialize, Deserialize)]
enum AmountRow {
    #[serde(rename = "amount_mg")]
    Mg(f64),
    #[serde(rename = "amount_mg_per_kg")]
    MgPerKg(f64),
}

impl From<&Dose> for RecordedDose {
    fn from(dose: &Dose) -> Self {
        let Dose { drug, start: start_h, duration: duration_h, amount, route } = dose.clone();
        let amount = match amount {
            Amount::Mg(mg) => AmountRow::Mg(mg),
            Amount::MgPerKg(mg_per_kg) => AmountRow::MgPerKg(mg_per_kg),
        };
        Self { drug, start_h, duration_h, amount, route }
    }
}

impl From<RecordedDose> for Dose {
    fn from(row: RecordedDose) -> Self {
        let RecordedDose { drug, start_h: start, duration_h: duration, amount, route } = row;
        let amount = match amount {
            AmountRow::Mg(mg) => Amount::Mg(mg),
            AmountRow::MgPerKg(mg_per_kg) => Amount::MgPerKg(mg_per_kg),
        };
        Self { drug, start, duration, amount, route }
    }
}

#[derive(Serialize, Deserialize)]
struct EpisodeRow {
    #[serde(with = "As::<Hours>")]
    start_h: Time,
    #[serde(with = "As::<Hours>")]
    end_h: Time,
    level: f64,
}

impl From<&StressEpisode> for EpisodeRow {
    fn from(&StressEpisode { start, end, level }: &StressEpisode) -> Self {
        Self { start_h: start, end_h: end, level }
    }
}

impl From<EpisodeRow> for StressEpisode {
    fn from(EpisodeRow { start_h, end_h, level }: EpisodeRow) -> Self {
        Self { start: start_h, end: end_h, level }
    }
}

#[derive(Serialize, Deserialize)]
struct RemovalRow {
    #[serde(with = "As::<Hours>")]
    time_h: Time,
    #[serde(with = "As::<Hours>")]
    born_after_h: Time,
    fraction: f64,
}

impl From<&SpineRemoval> for RemovalRow {
    fn from(&SpineRemoval { time, born_after, fraction }: &SpineRemoval) -> Self {
        Self { time_h: time, born_after_h: born_after, fraction }
    }
}

impl From<RemovalRow> for SpineRemoval {
    fn from(RemovalRow { time_h, born_after_h, fraction }: RemovalRow) -> Self {
        Self { time: time_h, born_after: born_after_h, fraction }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_is_read_as_it_was_written_to_the_millisecond_and_the_last_digit() {
        let ms = Time::from_milliseconds;
        let dose = |start, amount| Dose {
            drug: "ketamine".to_owned(),
            start: ms(start),
            duration: ms(2_400_001),
            amount,
            route: Route::Iv,
        };
        let arm = ArmCourse {
            name: "series".to_owned(),
            label: Some("Six doses".to_owned()),
            doses: vec![dose(1, Amount::MgPerKg(0.1 + 0.2)), dose(1_814_400_007, Amount::Mg(35.0 / 3.0))],
            stress: vec![StressEpisode { start: ms(-7), end: ms(86_400_001), level: 0.1 }],
            spine_removals: vec![SpineRemoval { time: ms(11), born_after: ms(3), fraction: 1.0 / 3.0 }],
        };
        let (burn_in, horizon) = (ms(172_800_001), ms(4_233_600_001));
        let written = RunCourse { burn_in, horizon, seed: u64::MAX, arms: vec![arm], ..RunCourse::default() };
        let folder = tempfile::tempdir().unwrap();
        written.write(folder.path()).unwrap();
        assert_eq!(RunCourse::read(folder.path()).unwrap(), written);
        let text = fs::read_to_string(folder.path().join(COURSE)).unwrap();
        let told =
            text.contains(r#""amount_mg_per_kg": 0.30000000000000004,"#) && text.contains(r#""amount_mg": 11.66"#);
        assert!(told, "{text}");
    }

    #[test]
    fn a_folder_without_a_course_is_no_run_or_an_older_one() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = || RunCourse::read(folder.path()).unwrap_err();
        assert!(refusal().to_string().contains("error[E044]"), "{}", refusal());
        fs::write(folder.path().join(MANIFEST), "{}").unwrap();
        assert!(refusal().to_string().contains("error[E045]"), "{}", refusal());
        fs::write(folder.path().join(COURSE), "{}").unwrap();
        assert!(refusal().to_string().contains("error[E045]") && refusal().exit_code() == 2, "{}", refusal());
    }
}
