//! The subject that carries the patch of cortex: what differs between one body and the next.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

/// Genotype at BDNF codon 66. Met impairs the activity-dependent release of BDNF
/// (Egan 2003, *Cell*, doi:10.1016/S0092-8674(03)00035-7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum BdnfGenotype {
    /// Two Val alleles, the most frequent genotype.
    #[default]
    #[serde(rename = "val/val")]
    ValVal,
    /// One Met allele.
    #[serde(rename = "val/met")]
    ValMet,
    /// Two Met alleles.
    #[serde(rename = "met/met")]
    MetMet,
}

impl BdnfGenotype {
    /// Every genotype, by number of Met alleles.
    pub const ALL: [Self; 3] = [Self::ValVal, Self::ValMet, Self::MetMet];

    /// The genotype's name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ValVal => "val/val",
            Self::ValMet => "val/met",
            Self::MetMet => "met/met",
        }
    }

    /// Number of Met alleles: 0, 1 or 2.
    #[must_use]
    pub const fn met_alleles(self) -> u8 {
        match self {
            Self::ValVal => 0,
            Self::ValMet => 1,
            Self::MetMet => 2,
        }
    }
}

/// One virtual subject. The default is the typical one, to whom all population values apply as they stand.
#[derive(Resource, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Subject {
    /// Body weight, in kg. Clearances scale with (weight/70)^0.75, volumes with weight/70.
    pub weight_kg: f64,
    /// Clearance of every drug, relative to a typical subject of the same weight (= 1).
    pub clearance_scale: f64,
    /// Volumes of distribution, relative to a typical subject of the same weight (= 1).
    pub volume_scale: f64,
    /// Odds with which a drug that is absorbed reaches the circulation, relative to a typical subject
    /// (= 1). On the odds, a bioavailability stays between 0 and 1 whatever the scale.
    pub bioavailability_scale: f64,
    /// Genotype at BDNF codon 66.
    pub bdnf_genotype: BdnfGenotype,
    /// Effect of a stressor, relative to a typical subject (= 1).
    pub stress_sensitivity: f64,
    /// Pro-inflammatory tone without any stress, above that of a typical subject (= 0).
    pub baseline_inflammation: f64,
    /// Size of the response to the expectation of help, relative to a typical subject (= 1).
    pub expectancy_scale: f64,
    /// Release of BDNF that activity asks for, relative to a typical subject of the same genotype (= 1).
    pub secretion_scale: f64,
    /// Rise of blood pressure and heart rate under sympathetic drive, relative to a typical subject (= 1).
    pub pressor_scale: f64,
    /// Share of a symptom scale that the modelled circuit carries at once, 0 to 1; the rest follows over months.
    pub circuit_share: f64,
}

impl Default for Subject {
    fn default() -> Self {
        Self {
            weight_kg: Self::REFERENCE_WEIGHT_KG,
            clearance_scale: 1.0,
            volume_scale: 1.0,
            bioavailability_scale: 1.0,
            bdnf_genotype: BdnfGenotype::default(),
            stress_sensitivity: 1.0,
            baseline_inflammation: 0.0,
            expectancy_scale: 1.0,
            secretion_scale: 1.0,
            pressor_scale: 1.0,
            circuit_share: Self::TYPICAL_CIRCUIT_SHARE,
        }
    }
}

impl Subject {
    /// What the modelled circuit carries of a scale in a typical subject: one patch cannot carry every item of it.
    pub const TYPICAL_CIRCUIT_SHARE: f64 = 0.65;

    /// The weight to which published population values refer, in kg.
    pub const REFERENCE_WEIGHT_KG: f64 = 70.0;

    /// What a typical clearance or flow is multiplied by in this subject, if clearances grow with
    /// weight to the power `exponent` (0.75: Anderson & Holford 2008,
    /// doi:10.1146/annurev.pharmtox.48.113006.094708).
    #[must_use]
    pub fn flow_factor(&self, exponent: f64) -> f64 {
        (self.weight_kg / Self::REFERENCE_WEIGHT_KG).powf(exponent)
    }

    /// What a typical volume is multiplied by in this subject, if volumes grow with weight to the power
    /// `exponent` (1).
    #[must_use]
    pub fn volume_factor(&self, exponent: f64) -> f64 {
        self.volume_scale * (self.weight_kg / Self::REFERENCE_WEIGHT_KG).powf(exponent)
    }

    /// The subject's bioavailability where a typical subject has `typical` (0 to 1).
    ///
    /// F/(1−F) is multiplied by the subject's scale; complete and absent absorption stay as they are.
    #[must_use]
    pub fn bioavailability(&self, typical: f64) -> f64 {
        let odds = self.bioavailability_scale * typical;
        if odds == 0.0 { 0.0 } else { odds / (1.0 - typical + odds) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_typical_subject_leaves_population_values_alone() {
        let typical = Subject::default();
        assert_eq!(typical.flow_factor(0.75), 1.0);
        assert_eq!(typical.volume_factor(1.0), 1.0);
        for bioavailability in [0.0, 0.2, 1.0] {
            assert!((typical.bioavailability(bioavailability) - bioavailability).abs() < 1e-15, "rounding alone");
        }
    }

    /// (140/70)^0.75 = 2^0.75 and odds of 0.25 doubled are 0.5, hence 1/3.
    #[test]
    fn clearance_volume_and_bioavailability_scale_as_stated() {
        let heavy = Subject { weight_kg: 140.0, bioavailability_scale: 2.0, ..Subject::default() };
        assert!((heavy.flow_factor(0.75) - 1.681_792_830_507_429).abs() < 1e-14);
        assert_eq!(heavy.volume_factor(1.0), 2.0);
        assert!((heavy.bioavailability(0.2) - 1.0 / 3.0).abs() < 1e-15);
        assert_eq!(heavy.bioavailability(1.0), 1.0);
    }
}
