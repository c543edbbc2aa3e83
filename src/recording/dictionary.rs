//! The columns of `timeseries.csv`: those that mechanisms declare, and those that need a memory, which recording adds.
//!
//! `dictionary.csv`, the tables and the axes of the figures all read this.

use std::io::Write;
use std::sync::{Arc, LazyLock};

use super::columns::{ColumnType, DICTIONARY, OUTCOME, OUTCOMES, SUBJECTS, SUMMARY, TableColumn};
use super::nonsense::SoundColumn;
use crate::anatomy::view::View;
use crate::foundation::error::{Error, Result};
use crate::mechanisms::Cascade;
use crate::mechanisms::column::{ANALYTE, POPULATION, Reading, SoundRange};
pub use crate::mechanisms::column::{FRACTION, RELATIVE, TYPICAL};
use crate::mechanisms::dosing::Formulary;
use crate::mechanisms::outcome::AnalyteOutcome;

/// What is said of a column, or of a family of columns that differ by population or analyte.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Described {
    /// The name in the header; `<population>` stands for the name of a population.
    pub name: &'static str,
    /// The unit, as written in `dictionary.csv` and on axes.
    pub unit: &'static str,
    /// What an axis or a legend calls it.
    pub label: &'static str,
    /// What the value means, in a sentence without a full stop.
    pub meaning: &'static str,
    /// Where its values make sense; nothing is said of words and indices.
    pub sound: Option<SoundRange>,
}

/// The columns that say which row it is, in the order in which every table begins.
pub const KEYS: [Described; 4] = [
    described("arm", "name", "Arm", "arm of the protocol; the history that arms share is repeated in each"),
    described("replicate", "index", "Replicate", "independent network, counted from 0"),
    described(
        "subject",
        "index",
        "Virtual subject",
        "virtual subject, counted from 0; 0 in runs of one typical subject",
    ),
    described("time_h", "h", "Time", "simulated time since the end of the burn-in"),
];

/// The columns that a recorder adds at the end of a row: they need a memory of their own.
pub const REMEMBERED: [Described; 3] = [
    described(
        "spine_formation_per_day",
        "1/d",
        "Spine formation",
        "spines formed in the 24 h that end here, as a fraction of those that stood when they began",
    )
    .within(TURNOVER),
    described(
        "spine_elimination_per_day",
        "1/d",
        "Spine elimination",
        "spines eliminated in the 24 h that end here, as a fraction of those that stood when they began",
    )
    .within(TURNOVER),
    described(
        "lost_connections_reformed",
        FRACTION,
        "Lost connections re-formed",
        "connections lost to stress that stand again, between the same two neurons; at landmarks only",
    )
    .within(SoundRange::SHARE),
];

/// Spines that last two hours on average are filopodia: no column of spines tells of them.
const TURNOVER: SoundRange = SoundRange::within(0.0, 12.0);

/// The order in which a table shows what mechanisms declare: from the drug to the read-outs, bookkeeping last. What is
/// not listed here follows, in the order of the cascade.
const LAYOUT: &[&str] = &[
    PLASMA,
    "free_ketamine_um",
    "nmda_block_<population>",
    "rate_<population>_hz",
    "glutamate_um",
    "gaba_tone",
    "ampa_throughput",
    "bdnf",
    "trkb",
    "mtorc1",
    "protein",
    "p_eef2",
    "spines_per_pyramidal",
    "spine_size",
    "vacant_boutons",
    "vacated_contacts",
    "cytokine",
    "quinolinate",
    "serotonin",
    "stress_load",
    "circuit_function",
    "madrs",
    "madrs_rated",
    "hama",
    "hama_rated",
    "caps5",
    "caps5_rated",
    "ybocs",
    "ybocs_rated",
    "panss_positive",
    "panss_positive_rated",
    "craving",
    "craving_rated",
    "cadss",
    "heart_rate_bpm",
    "systolic_mmhg",
    "diastolic_mmhg",
    "nausea",
    "nausea_reported",
    "dizziness",
    "dizziness_reported",
    "sedation",
    "sedation_reported",
    "health_synapse_balance",
    "health_element_balance",
    "health_drug_balance",
    "health_rate_residual",
];

/// The family of the concentrations in plasma.
pub const PLASMA: &str = "<analyte>_ng_per_ml";

/// Analytes that every run records: ketamine and its metabolites.
const ALWAYS: [&str; 3] = ["ketamine", "norketamine", "hnk"];

/// The analytes of `drugs`, by the names under which assays report their moieties: ketamine's first, and always.
#[must_use]
pub fn analytes(drugs: &Formulary) -> Vec<String> {
    let mut names = ALWAYS.map(str::to_owned).to_vec();
    for moiety in drugs.0.iter().flat_map(|drug| &drug.moieties) {
        if !names.contains(&moiety.assay) {
            names.push(moiety.assay.clone());
        }
    }
    names
}

/// What a reader calls what a column measures: of a concentration in plasma, the analyte; else the label of the column.
#[must_use]
pub fn label(column: &str) -> String {
    match describe(column) {
        Some((declared, Some("hnk"))) if declared.name == PLASMA => "(2R,6R)-HNK".to_owned(),
        Some((declared, Some(analyte))) if declared.name == PLASMA => {
            let words = analyte.replace('_', " ");
            let mut letters = words.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
        Some((declared, _)) => declared.label.to_owned(),
        None => column.to_owned(),
    }
}

const fn described(name: &'static str, unit: &'static str, label: &'static str, meaning: &'static str) -> Described {
    Described { name, unit, label, meaning, sound: None }
}

impl Described {
    const fn within(self, sound: SoundRange) -> Self {
        Self { sound: Some(sound), ..self }
    }
}

/// Every column that runs of one cascade record.
#[derive(Debug)]
pub struct Dictionary {
    /// What mechanisms declare, in the order of tables.
    read: Vec<(Described, Reading)>,
    /// Of those that move within ticks: their place, and their highest value in the last one.
    highest: Vec<(usize, Highest)>,
    /// What is measured in plasma.
    analytes: Vec<String>,
    /// What mechanisms tell of a whole run, of each analyte.
    outcomes: Vec<&'static AnalyteOutcome>,
}

/// What is said of a value in `outcomes.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedOutcome {
    /// Its key in the column `outcome`.
    pub key: String,
    /// Its unit.
    pub unit: &'static str,
    /// What it means, in a sentence without a full stop.
    pub meaning: &'static str,
}

type Highest = fn(&View) -> Option<f64>;

/// Of the model as shipped, for whoever draws its columns.
static STANDARD: LazyLock<Arc<Dictionary>> =
    LazyLock::new(|| Dictionary::of(&Cascade::standard(), &Formulary::default()));

impl Dictionary {
    /// The columns of the mechanisms of `cascade` where these drugs are given, and those that recording adds.
    #[must_use]
    pub fn of(cascade: &Cascade, drugs: &Formulary) -> Arc<Self> {
        let mut columns: Vec<_> = cascade.columns();
        // stable: what is not in the layout keeps the order of the cascade
        columns.sort_by_key(|column| LAYOUT.iter().position(|name| *name == column.name).unwrap_or(LAYOUT.len()));
        let highest = columns.iter().enumerate().filter_map(|(place, column)| Some((place, column.highest?))).collect();
        let read = columns
            .into_iter()
            .map(|column| {
                let said = described(column.name, column.unit, column.label, column.meaning);
                (said.within(column.sound), column.reading)
            })
            .collect();
        Arc::new(Self { read, highest, analytes: analytes(drugs), outcomes: cascade.outcomes().collect() })
    }

    /// What mechanisms tell of a whole run, analyte by analyte.
    #[must_use]
    pub fn outcomes(&self) -> Vec<RecordedOutcome> {
        let of = |analyte: &String, outcome: &AnalyteOutcome| RecordedOutcome {
            key: outcome.name.replace(ANALYTE, analyte),
            unit: outcome.unit,
            meaning: outcome.meaning,
        };
        self.analytes.iter().flat_map(|analyte| self.outcomes.iter().map(move |outcome| of(analyte, outcome))).collect()
    }

    /// Their values where the run ends, in the same order; NaN where there is none.
    #[must_use]
    pub fn read_outcomes(&self, view: &View) -> Vec<f64> {
        let read = |analyte: &String, outcome: &AnalyteOutcome| (outcome.read)(view, analyte).unwrap_or(f64::NAN);
        let analytes = self.analytes.iter();
        analytes.flat_map(|analyte| self.outcomes.iter().map(move |outcome| read(analyte, outcome))).collect()
    }

    fn all(&self) -> impl Iterator<Item = &Described> {
        self.read.iter().map(|(column, _)| column).chain(&REMEMBERED)
    }

    /// Names of the recorded columns of a network with these populations, without the keys.
    #[must_use]
    pub fn columns(&self, populations: &[String]) -> Vec<String> {
        self.members(populations).map(|(name, _)| name).collect()
    }

    /// The same columns, with where their values make sense.
    #[must_use]
    pub fn sound_columns(&self, populations: &[String]) -> Arc<[SoundColumn]> {
        let anything = SoundRange::within(f64::NEG_INFINITY, f64::INFINITY);
        self.members(populations)
            .map(|(name, said)| SoundColumn {
                name,
                sound: said.sound.unwrap_or(anything),
                is_relative: said.unit == RELATIVE,
            })
            .collect()
    }

    /// Every recorded column, with what is said of it or of its family.
    fn members<'a>(&'a self, populations: &'a [String]) -> impl Iterator<Item = (String, &'a Described)> {
        self.all().flat_map(move |column| {
            let names = if column.name.contains(POPULATION) {
                populations.iter().map(|name| of_population(column.name, name)).collect()
            } else if column.name.contains(ANALYTE) {
                self.analytes.iter().map(|name| column.name.replace(ANALYTE, name)).collect()
            } else {
                vec![column.name.to_owned()]
            };
            names.into_iter().map(move |name| (name, column))
        })
    }

    /// Reads off the world what mechanisms declare, in the order of [`Dictionary::columns`], and of it what is `wanted`
    /// of the columns there; NaN for the rest, and where there is no value. Columns that were higher within the last
    /// tick than at its end go to `highest`, by their place.
    pub fn read(&self, view: &View, wanted: &[bool], row: &mut Vec<f64>, highest: &mut Vec<(usize, f64)>) {
        let mut within = self.highest.iter().peekable();
        for (place, (_, reading)) in self.read.iter().enumerate() {
            if let Some((_, reach)) = within.next_if(|(of, _)| *of == place)
                && wanted[row.len()]
            {
                highest.extend(reach(view).map(|value| (row.len(), value)));
            }
            match reading {
                Reading::Whole(read) => {
                    row.push(if wanted[row.len()] { value_of(read(view)) } else { f64::NAN });
                }
                Reading::ByAnalyte { at_end, highest: reach } => {
                    for analyte in &self.analytes {
                        let is_wanted = wanted[row.len()];
                        let value = if is_wanted { at_end(view, analyte) } else { None };
                        highest.extend(value.and_then(|_| Some((row.len(), reach(view, analyte)?))));
                        row.push(value_of(value));
                    }
                }
                Reading::ByPopulation(read) => {
                    for members in &view.census.members {
                        row.push(if wanted[row.len()] { value_of(read(view, members)) } else { f64::NAN });
                    }
                }
            }
        }
    }

    /// What is said of the column called `name`.
    #[must_use]
    pub fn describe(&self, name: &str) -> Option<&Described> {
        self.find(name).map(|(column, _)| column)
    }

    fn find<'a>(&self, name: &'a str) -> Option<(&Described, Option<&'a str>)> {
        self.all().chain(&KEYS).find_map(|column| {
            let family = [POPULATION, ANALYTE].into_iter().find_map(|stands| column.name.split_once(stands));
            let Some((before, after)) = family else { return (column.name == name).then_some((column, None)) };
            let member = name.strip_prefix(before)?.strip_suffix(after)?;
            (!member.is_empty()).then_some((column, Some(member)))
        })
    }

    /// Writes `dictionary.csv` for a run whose time series has these columns: of every table, each column with type, unit
    /// and meaning; and of every value that the column `outcome` of others names, under the table `outcome`.
    ///
    /// # Errors
    /// [`Error::Run`] for a column that is not declared, or when `target` refuses.
    pub fn write<W: Write>(
        &self,
        target: W,
        columns: &[String],
        outcomes: &[RecordedOutcome],
        has_subjects: bool,
    ) -> Result<()> {
        let mut csv = csv::Writer::from_writer(target);
        csv.write_record(DICTIONARY.map(|column| column.name)).map_err(refused)?;
        for name in KEYS.iter().map(|key| key.name).chain(columns.iter().map(String::as_str)) {
            let (column, member) =
                self.find(name).ok_or_else(|| Error::Run(format!("column `{name}` is not in the dictionary")))?;
            let kind = match name {
                "arm" => ColumnType::Text,
                "replicate" | "subject" => ColumnType::Integer,
                _ => ColumnType::Float,
            };
            let meaning = match member {
                None => column.meaning.to_owned(),
                Some(member) => format!("{} ({member})", column.meaning),
            };
            let [least, most] = ends(column.sound);
            csv.write_record(["timeseries", name, kind.word(), column.unit, &meaning, &least, &most])
                .map_err(refused)?;
        }
        let subjects: &[TableColumn] = if has_subjects { &SUBJECTS } else { &[] };
        let tables: [(&str, &[TableColumn]); 4] =
            [("outcomes", &OUTCOMES), ("summary", &SUMMARY), ("subjects", subjects), ("dictionary", &DICTIONARY)];
        for (table, columns) in tables {
            for &TableColumn { name, kind, unit, meaning } in columns {
                let [least, most] = ends(None);
                csv.write_record([table, name, kind.word(), unit, meaning, &least, &most]).map_err(refused)?;
            }
        }
        for RecordedOutcome { key, unit, meaning } in outcomes {
            let [least, most] = ends(None);
            csv.write_record([OUTCOME, key, ColumnType::Float.word(), unit, meaning, &least, &most])
                .map_err(refused)?;
        }
        csv.flush().map_err(|error| refused(error.into()))
    }
}

/// What a reading leaves in a row: NaN where there is no value. A reading that failed is no such thing: infinity, which lies
/// beyond every range.
fn value_of(reading: Option<f64>) -> f64 {
    reading.map_or(f64::NAN, |value| if value.is_nan() { f64::INFINITY } else { value })
}

/// What is said of the column called `name` of the model as shipped, and the population or analyte that the name mentions, if any.
#[must_use]
pub fn describe(name: &str) -> Option<(&'static Described, Option<&str>)> {
    STANDARD.find(name)
}

/// The name of the column of `family` (such as `rate_<population>_hz`) that belongs to `population`.
#[must_use]
pub fn of_population(family: &str, population: &str) -> String {
    family.replace(POPULATION, population)
}

/// The ends of a range as cells; NaN where nothing is said.
fn ends(sound: Option<SoundRange>) -> [String; 2] {
    sound.map_or([f64::NAN; 2], |sound| [sound.least, sound.most]).map(|end| format!("{end:?}"))
}

fn refused(error: csv::Error) -> Error {
    Error::Run(format!("cannot write the dictionary: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_covers_every_population_and_nothing_else() {
        let (declared, population) = describe("rate_l5_pyr_hz").unwrap();
        assert_eq!((declared.unit, population), ("Hz", Some("l5_pyr")));
        assert_eq!(of_population(declared.name, "l5_pyr"), "rate_l5_pyr_hz");
        assert!(describe("rate__hz").is_none());
        assert!(describe("nmda_blockade").is_none());
    }

    #[test]
    fn every_moiety_has_a_column_under_the_name_of_its_assay_and_ketamine_always() {
        let drugs = Formulary::shipped(["esketamine", "midazolam"]).unwrap();
        let columns = Dictionary::of(&Cascade::standard(), &drugs).columns(&["pyr".to_owned()]);
        let plasma = ["ketamine", "norketamine", "hnk", "midazolam"].map(|name| format!("{name}_ng_per_ml"));
        assert_eq!(columns[..4], plasma);
        assert!(STANDARD.columns(&[]).iter().all(|name| name != "midazolam_ng_per_ml"));
        let (declared, analyte) = describe("my_drug_ng_per_ml").unwrap();
        assert_eq!((declared.name, analyte), (PLASMA, Some("my_drug")));
        assert_eq!(["my_drug_ng_per_ml", "hnk_ng_per_ml", "bdnf"].map(label), ["My drug", "(2R,6R)-HNK", "BDNF"]);
    }

    #[test]
    fn the_dictionary_has_a_unit_and_a_meaning_for_every_column_and_refuses_unknown_ones() {
        let mut bytes = Vec::new();
        let outcomes = STANDARD.outcomes();
        STANDARD.write(&mut bytes, &["bdnf".to_owned(), "nmda_block_pv".to_owned()], &outcomes, true).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("\ntimeseries,bdnf,float,× baseline,"));
        assert!(text.contains("\ntimeseries,nmda_block_pv,float,fraction,") && text.contains("(pv)"));
        assert!(STANDARD.write(Vec::new(), &["happiness".to_owned()], &[], false).is_err());
        assert!(text.contains("\noutcome,half_life_norketamine_h,float,h,\"terminal half-life: "), "{text}");
        assert!(text.contains("\nsubjects,bdnf_genotype,text,") && text.contains("\nsummary,paired,boolean,"));
        for declared in STANDARD.all().chain(&KEYS) {
            assert!(!declared.unit.is_empty() && !declared.meaning.ends_with('.'), "{}", declared.name);
        }
    }

    #[test]
    fn the_layout_names_every_shipped_column_once_and_nothing_else() {
        let mut shipped: Vec<&str> = Cascade::standard().columns().iter().map(|column| column.name).collect();
        let mut layout = LAYOUT.to_vec();
        shipped.sort_unstable();
        layout.sort_unstable();
        assert_eq!(shipped, layout);
    }
}
