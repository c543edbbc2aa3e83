//! The columns of `timeseries.csv`, declared once: `dictionary.csv` and the axes of the figures both read this.

use std::io::Write;

use crate::foundation::error::{Error, Result};

/// One column, or one family of columns that differ by population.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name in the header; `<population>` stands for the name of a population.
    pub name: &'static str,
    /// The unit, as written in `dictionary.csv` and on axes.
    pub unit: &'static str,
    /// What an axis or a legend calls it.
    pub label: &'static str,
    /// What the value means, in a sentence without a full stop.
    pub meaning: &'static str,
}

/// The unit of columns that are relative to the same network's unstressed baseline.
pub const RELATIVE: &str = "× baseline";
/// The unit of columns that are relative to a typical subject without stress or treatment.
pub const TYPICAL: &str = "× typical";
/// The unit of a share of a whole.
pub const FRACTION: &str = "fraction";

const POPULATION: &str = "<population>";

/// The columns that say which row it is, in the order in which every table begins.
pub const KEYS: [Column; 4] = [
    column("arm", "name", "Arm", "arm of the protocol; the history that arms share is repeated in each"),
    column("replicate", "index", "Replicate", "independent network, counted from 0"),
    column("subject", "index", "Virtual subject", "virtual subject, counted from 0; 0 in runs of one typical subject"),
    column("time_h", "h", "Time", "simulated time since the end of the burn-in"),
];

/// Every column that a run can record.
pub const COLUMNS: &[Column] = &[
    column("ketamine_ng_per_ml", "ng/mL", "Ketamine", "total ketamine in venous plasma"),
    column("norketamine_ng_per_ml", "ng/mL", "Norketamine", "total norketamine in plasma"),
    column("hnk_ng_per_ml", "ng/mL", "(2R,6R)-HNK", "total (2R,6R)-hydroxynorketamine in plasma"),
    column("free_ketamine_um", "µM", "Free ketamine in brain", "unbound ketamine at the receptors"),
    column(
        "nmda_block_<population>",
        FRACTION,
        "NMDA-receptor block",
        "NMDA conductance lost to the drug, mean over the population",
    ),
    column("rate_<population>_hz", "Hz", "Firing rate", "firing rate, mean over the population"),
    column("glutamate_um", "µM", "Extracellular glutamate", "extracellular glutamate, mean over the slab"),
    column("gaba_tone", RELATIVE, "GABA tone", "inhibitory tone"),
    column("ampa_throughput", RELATIVE, "AMPA throughput", "charge through AMPA receptors of pyramidal cells"),
    column("bdnf", RELATIVE, "BDNF", "secreted BDNF, mean over pyramidal cells"),
    column("trkb", RELATIVE, "TrkB", "TrkB activation, mean over pyramidal cells"),
    column("mtorc1", RELATIVE, "mTORC1", "mTORC1 activity, mean over pyramidal cells"),
    column("protein", RELATIVE, "Synaptic protein", "synaptic-protein pool, mean over pyramidal cells"),
    column("p_eef2", RELATIVE, "p-eEF2", "phosphorylated eEF2, mean over pyramidal cells"),
    column(
        "spines_per_pyramidal",
        "spines per neuron",
        "Spines per pyramidal cell",
        "standing spines per pyramidal cell",
    ),
    column(
        "spine_formation_per_day",
        "1/d",
        "Spine formation",
        "spines formed in the 24 h that end here, as a fraction of those that stood when they began",
    ),
    column(
        "spine_elimination_per_day",
        "1/d",
        "Spine elimination",
        "spines eliminated in the 24 h that end here, as a fraction of those that stood when they began",
    ),
    column(
        "lost_connections_reformed",
        FRACTION,
        "Lost connections re-formed",
        "connections lost to stress that stand again, between the same two neurons; at landmarks only",
    ),
    column("spine_size", RELATIVE, "Mean spine size", "mean size of standing spines"),
    column("cytokine", TYPICAL, "Cytokines", "pro-inflammatory cytokines; a typical unstressed subject has 1"),
    column("quinolinate", TYPICAL, "Quinolinate", "quinolinate at the synapse; a typical unstressed subject has 1"),
    column("serotonin", TYPICAL, "Serotonergic tone", "slow serotonergic tone; an untreated subject has 1"),
    column("stress_load", FRACTION, "Glucocorticoid load", "glucocorticoid load, from 0 to 1"),
    column("circuit_function", RELATIVE, "Circuit function", "effective recurrent excitation of the circuit"),
    column(
        "madrs",
        "points",
        "MADRS (illustrative mapping)",
        "depression rating, 0 to 60, that the stated mapping gives; illustrative",
    ),
    column(
        "hama",
        "points",
        "HAM-A (illustrative mapping)",
        "anxiety rating, 0 to 56, that the stated mapping gives; illustrative",
    ),
    column(
        "caps5",
        "points",
        "CAPS-5 (illustrative mapping)",
        "rating of post-traumatic stress, 0 to 80, that the stated mapping gives; illustrative",
    ),
    column(
        "ybocs",
        "points",
        "Y-BOCS (illustrative mapping)",
        "rating of obsession and compulsion, 0 to 40, that the stated mapping gives; illustrative",
    ),
    column(
        "panss_positive",
        "points",
        "PANSS positive (illustrative mapping)",
        "rating of positive psychotic symptoms, 7 to 49, that the stated mapping gives; NMDA block raises it; illustrative",
    ),
    column(
        "craving",
        "points",
        "Craving (illustrative mapping)",
        "craving on a visual analogue scale, 0 to 100, that the stated mapping gives; illustrative",
    ),
    column(
        "cadss",
        "points",
        "CADSS (illustrative mapping)",
        "dissociation rating, 0 to 92, that the stated mapping gives; illustrative",
    ),
    column("heart_rate_bpm", "1/min", "Heart rate", "heart rate"),
    column("systolic_mmhg", "mmHg", "Systolic blood pressure", "systolic arterial pressure"),
    column("diastolic_mmhg", "mmHg", "Diastolic blood pressure", "diastolic arterial pressure"),
    column(
        "nausea",
        FRACTION,
        "Nausea (illustrative mapping)",
        "probability of feeling sick at this moment; illustrative",
    ),
    column(
        "dizziness",
        FRACTION,
        "Dizziness (illustrative mapping)",
        "probability of being dizzy at this moment; illustrative",
    ),
    column(
        "sedation",
        FRACTION,
        "Sedation (illustrative mapping)",
        "probability of being found sedated at this moment; illustrative",
    ),
    column(
        "health_synapse_balance",
        "synapses",
        "Synapse balance",
        "initial + formed − pruned − current synapses; 0 if none is lost",
    ),
    column(
        "health_element_balance",
        "elements",
        "Element balance",
        "bound dendritic − bound axonal elements; 0 if every synapse has both",
    ),
    column("health_drug_balance", FRACTION, "Drug mass balance", "(given − eliminated − in the body) / given"),
    column(
        "health_rate_residual",
        FRACTION,
        "Rate residual",
        "how far firing rates are from what their input implies: largest mean residual of a class, relative to its set point",
    ),
];

const fn column(name: &'static str, unit: &'static str, label: &'static str, meaning: &'static str) -> Column {
    Column { name, unit, label, meaning }
}

/// The declaration of the column called `name`, and the population that the name mentions, if any.
#[must_use]
pub fn describe(name: &str) -> Option<(&'static Column, Option<&str>)> {
    COLUMNS.iter().chain(&KEYS).find_map(|declared| match declared.name.split_once(POPULATION) {
        None => (declared.name == name).then_some((declared, None)),
        Some((before, after)) => {
            let population = name.strip_prefix(before)?.strip_suffix(after)?;
            (!population.is_empty()).then_some((declared, Some(population)))
        }
    })
}

/// The name of the column of `family` (such as `rate_<population>_hz`) that belongs to `population`.
#[must_use]
pub fn of_population(family: &str, population: &str) -> String {
    family.replace(POPULATION, population)
}

/// Writes `dictionary.csv` for a table with these columns: column, unit, meaning.
///
/// # Errors
/// [`Error::Run`] for a column that is not declared here, or when `target` refuses.
pub fn write<W: Write>(target: W, columns: &[String]) -> Result<()> {
    let mut csv = csv::Writer::from_writer(target);
    csv.write_record(["column", "unit", "meaning"]).map_err(refused)?;
    for name in KEYS.iter().map(|key| key.name).chain(columns.iter().map(String::as_str)) {
        let (declared, population) =
            describe(name).ok_or_else(|| Error::Run(format!("column `{name}` is not in the dictionary")))?;
        let meaning = match population {
            None => declared.meaning.to_owned(),
            Some(population) => format!("{} ({population})", declared.meaning),
        };
        csv.write_record([name, declared.unit, &meaning]).map_err(refused)?;
    }
    csv.flush().map_err(|error| refused(error.into()))
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
    fn the_dictionary_has_a_unit_and_a_meaning_for_every_column_and_refuses_unknown_ones() {
        let mut bytes = Vec::new();
        write(&mut bytes, &["bdnf".to_owned(), "nmda_block_pv".to_owned()]).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("\nbdnf,× baseline,"));
        assert!(text.contains("\nnmda_block_pv,fraction,") && text.contains("(pv)"));
        assert!(write(Vec::new(), &["happiness".to_owned()]).is_err());
        for declared in COLUMNS.iter().chain(&KEYS) {
            assert!(!declared.unit.is_empty() && !declared.meaning.ends_with('.'), "{}", declared.name);
        }
    }
}
