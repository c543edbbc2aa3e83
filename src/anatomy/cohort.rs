//! How virtual subjects differ from one another, and the draw of each.
//!
//! A subject's covariates are independent draws, addressed by (seed, covariate, subject): the tenth subject of
//! a trial of ten is the tenth subject of a trial of a thousand.

use rand_distr::{Distribution as _, StandardNormal};
use serde::{Deserialize, Serialize};

use super::subject::{BdnfGenotype, Subject};
use crate::foundation::parameters::{Parameter, Parameters};
use crate::foundation::random::{Draws, Purpose, Seed};

crate::parameters! {
    /// How virtual subjects are spread where a config does not say so. Medians that are not listed are those
    /// of the typical subject.
    pub struct CohortParameters of "subjects" {
        /// Median body weight.
        weight_median_kg = 74.0, unit "kg", range 0.01..=500.0, symbol "WT", species "human", grade B,
            source "Perez-Ruixo 2021, doi:10.1007/s40262-020-00953-4: median of 820 subjects (18 to 86 years, 58 % women)";
        /// Coefficient of variation of body weight.
        weight_cv = 0.2, unit "1", range 0.0..=2.0, symbol "CV(WT)", species "human", grade C,
            source "recalled for adults; with the bounds below it spans the 39 to 170 kg of Perez-Ruixo 2021";
        /// Lightest subject that is drawn.
        weight_least_kg = 39.0, unit "kg", range 0.01..=500.0, symbol "WT min", species "human", grade B,
            source "Perez-Ruixo 2021: lightest of 820 subjects";
        /// Heaviest subject that is drawn.
        weight_most_kg = 170.0, unit "kg", range 0.01..=500.0, symbol "WT max", species "human", grade B,
            source "Perez-Ruixo 2021: heaviest of 820 subjects";
        /// Coefficient of variation of clearance among subjects of one weight.
        clearance_cv = 0.25, unit "1", range 0.0..=2.0, symbol "CV(CL)", species "human", grade C,
            source "between Fanta 2015 (13 %, 11 men) and the SD of about 25 % in Anesthesiology 2021;135:326 (15 subjects)";
        /// Coefficient of variation of volumes of distribution among subjects of one weight.
        volume_cv = 0.3, unit "1", range 0.0..=2.0, symbol "CV(V)", species "human", grade C,
            source "Otto 2021 (variance 0.084 in 11 men: 30 %); Perez-Ruixo 2021 (27.5 % for the central volume)";
        /// Coefficient of variation of the odds of bioavailability.
        bioavailability_cv = 0.6, unit "1", range 0.0..=5.0, symbol "CV(F/(1-F))", species "human", grade C,
            source "Chong 2006: F 0.32 ± 0.17 sublingual and 0.23 ± 0.09 oral, on the odds 0.8 and 0.5; nasal 0.8 (Perez-Ruixo 2021)";
        /// Coefficient of variation of sensitivity to stress.
        stress_sensitivity_cv = 0.3, unit "1", range 0.0..=5.0, symbol "CV(s)", species "human", grade Assumed,
            source "assumed: no study measures the spread of spine loss at equal stress. Cortisol spreads more: its rise in one test is 0.93 standard deviations (5,171 people, PMC9216334), and 7 of 20 men do not habituate (Kirschbaum 1995 Psychosom Med)";
        /// Standard deviation of pro-inflammatory tone at rest, about the typical tone of 1.
        baseline_inflammation_sd = 0.2, unit "1", range 0.0..=5.0, symbol "SD(b)", species "human", grade Assumed,
            source "assumed; CRP is far wider (over 1 mg/L in 58 %, over 3 mg/L in 27 % of depressed people, Osimo 2019, doi:10.1017/S0033291719001454) but tone in the brain follows it weakly";
        /// Coefficient of variation of the response to expectation.
        expectancy_cv = 0.9, unit "1", range 0.0..=5.0, symbol "CV(x)", species "human", grade B,
            source "derived: midazolam -8.8 with t(24) = -4.63 is an SD of change of 9.5 (Murrough 2013 Am J Psychiatry), less the error of two ratings and some natural change";
        /// Coefficient of variation of the release of BDNF that activity asks for.
        secretion_cv = 0.5, unit "1", range 0.0..=5.0, symbol "CV(v)", species "human", grade C,
            source "plasma BDNF spreads by 0.56 of its mean in responders to ketamine and by 0.69 in others (11.0 ± 6.2 and 8.0 ± 5.5 ng/mL, 94 people, PMC8015784), and the higher it is 4 h after the dose, the lower the MADRS (Haile 2014, doi:10.1017/S1461145713001119); how far plasma follows release in cortex is not known";
        /// Coefficient of variation of the rise of blood pressure.
        pressor_cv = 0.65, unit "1", range 0.0..=5.0, symbol "CV(g)", species "human", grade B,
            source "SD over mean of the highest rise: 11.2 of 16.0 mmHg systolic, 8.5 of 11.0 diastolic (2024 Gen Hosp Psychiatry, 2,342 infusions)";
        /// Standard deviation of the share of a scale that the circuit carries; draws lie between 0 and 1.
        circuit_share_sd = 0.25, unit "1", range 0.0..=1.0, symbol "SD(phi)", species "human", grade Assumed,
            source "assumed with a mean of 0.65: items of a scale such as appetite or guilt have other substrates, in some people more than in others";
        /// Frequency of the Met allele at BDNF codon 66; genotypes are in Hardy-Weinberg proportions.
        met_allele_frequency = 0.195, unit "1", range 0.0..=1.0, symbol "q", species "human", grade B,
            source "Pivac 2009, doi:10.3325/cmj.2009.50.43: 19.5 % in 556 Croatians (46.3 % in 244 Koreans)";
    }
}

/// What of the defaults a config can state otherwise, with their sources.
#[must_use]
pub fn defaults_table() -> &'static [Parameter] {
    CohortParameters::TABLE
}

/// The family of a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Normal.
    Normal,
    /// Log-normal.
    LogNormal,
}

/// How a covariate is distributed; draws outside the bounds are repeated.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// Its family.
    pub family: Family,
    /// Its median before the bounds cut it.
    pub median: f64,
    /// Its coefficient of variation, SD/mean; of a normal, SD/median.
    pub cv: Option<f64>,
    /// Its standard deviation, for a normal.
    pub sd: Option<f64>,
    /// The least and the greatest value that is drawn.
    pub bounds: [f64; 2],
}

/// Where the draw of the genotype lies among those of a subject.
const GENOTYPE_PLACE: usize = 7;

/// How often a draw outside the bounds is repeated before the nearest bound is taken.
const TRIES: u32 = 1_000;

impl Distribution {
    /// A log-normal with coefficient of variation `cv`: ln x is normal with variance ln(1 + cv²).
    #[must_use]
    pub const fn log_normal(median: f64, cv: f64, bounds: [f64; 2]) -> Self {
        Self { family: Family::LogNormal, median, cv: Some(cv), sd: None, bounds }
    }

    /// A normal with standard deviation `sd`.
    #[must_use]
    pub const fn normal(median: f64, sd: f64, bounds: [f64; 2]) -> Self {
        Self { family: Family::Normal, median, cv: None, sd: Some(sd), bounds }
    }

    fn draw(&self, draws: &mut Draws) -> f64 {
        let [least, most] = self.bounds;
        let mut value = self.median;
        for _ in 0..TRIES {
            let z: f64 = StandardNormal.sample(draws);
            value = match self.family {
                Family::Normal => {
                    let sd = self.sd.unwrap_or_else(|| self.cv.unwrap_or(0.0) * self.median.abs());
                    self.median + sd * z
                }
                Family::LogNormal => self.median * (self.cv.unwrap_or(0.0).powi(2).ln_1p().sqrt() * z).exp(),
            };
            if least <= value && value <= most {
                return value;
            }
        }
        value.max(least).min(most)
    }
}

/// A number in which subjects differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Covariate {
    /// Body weight.
    Weight,
    /// Clearance relative to a typical subject of that weight.
    Clearance,
    /// Volumes of distribution relative to a typical subject of that weight.
    Volume,
    /// Odds of bioavailability relative to a typical subject.
    Bioavailability,
    /// Sensitivity to stress relative to a typical subject.
    StressSensitivity,
    /// Pro-inflammatory tone at rest, above the typical.
    BaselineInflammation,
    /// Response to expectation relative to a typical subject.
    Expectancy,
    /// Release of BDNF relative to a typical subject.
    Secretion,
    /// Rise of blood pressure relative to a typical subject.
    Pressor,
    /// Share of a scale that the circuit carries at once.
    CircuitShare,
}

// The list is written by hand: strum gives a slice, and arrays over covariates are mapped from an array.
impl Covariate {
    /// Every covariate; `covariate as usize` indexes arrays over them.
    pub const ALL: [Self; 10] = [
        Self::Weight,
        Self::Clearance,
        Self::Volume,
        Self::Bioavailability,
        Self::StressSensitivity,
        Self::BaselineInflammation,
        Self::Expectancy,
        Self::Secretion,
        Self::Pressor,
        Self::CircuitShare,
    ];

    /// Where its draws lie among those of a subject: a covariate that is added moves no other.
    const fn place(self) -> usize {
        let index = self as usize;
        if index < GENOTYPE_PLACE { index } else { index + 1 }
    }

    /// The key in a config.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Weight => "weight",
            Self::Clearance => "clearance",
            Self::Volume => "volume",
            Self::Bioavailability => "bioavailability",
            Self::StressSensitivity => "stress_sensitivity",
            Self::BaselineInflammation => "baseline_inflammation",
            Self::Expectancy => "expectancy",
            Self::Secretion => "secretion",
            Self::Pressor => "pressor",
            Self::CircuitShare => "circuit_share",
        }
    }

    /// The unit.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        if matches!(self, Self::Weight) { "kg" } else { "1" }
    }

    /// What it means, in a sentence.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Weight => "Body weight.",
            Self::Clearance => "Clearance of every drug, relative to a typical subject of the same weight.",
            Self::Volume => "Volumes of distribution, relative to a typical subject of the same weight.",
            Self::Bioavailability => {
                "Odds of reaching the circulation on absorbed routes, relative to a typical subject."
            }
            Self::StressSensitivity => "Effect of a stressor, relative to a typical subject.",
            Self::BaselineInflammation => {
                "Pro-inflammatory tone without stress, above that of a typical subject, whose tone is 1."
            }
            Self::Expectancy => "Size of the response to expectation, relative to a typical subject.",
            Self::Secretion => {
                "Release of BDNF that activity asks for, relative to a typical subject of the same genotype."
            }
            Self::Pressor => "Rise of blood pressure and heart rate, relative to a typical subject.",
            Self::CircuitShare => {
                "Share of a symptom scale that the circuit carries at once; the rest follows over months."
            }
        }
    }

    /// The least and the greatest value that a subject can have.
    #[must_use]
    pub const fn range(self) -> [f64; 2] {
        match self {
            Self::Weight => [0.01, 500.0],
            Self::Clearance | Self::Volume => [0.05, 20.0],
            Self::Bioavailability => [0.01, 100.0],
            Self::StressSensitivity | Self::Expectancy | Self::Secretion | Self::Pressor => [0.0, 10.0],
            Self::CircuitShare => [0.0, 1.0],
            Self::BaselineInflammation => [-0.9, 10.0],
        }
    }

    /// How it is distributed where a config does not say.
    #[must_use]
    pub fn default_distribution(self) -> Distribution {
        let p = CohortParameters::default();
        let relative = |cv| Distribution::log_normal(1.0, cv, self.range());
        match self {
            Self::Weight => {
                Distribution::log_normal(p.weight_median_kg, p.weight_cv, [p.weight_least_kg, p.weight_most_kg])
            }
            Self::Clearance => relative(p.clearance_cv),
            Self::Volume => relative(p.volume_cv),
            Self::Bioavailability => relative(p.bioavailability_cv),
            Self::StressSensitivity => relative(p.stress_sensitivity_cv),
            Self::BaselineInflammation => Distribution::normal(0.0, p.baseline_inflammation_sd, self.range()),
            Self::Expectancy => relative(p.expectancy_cv),
            Self::Secretion => relative(p.secretion_cv),
            Self::Pressor => relative(p.pressor_cv),
            Self::CircuitShare => {
                Distribution::normal(Subject::TYPICAL_CIRCUIT_SHARE, p.circuit_share_sd, self.range())
            }
        }
    }

    /// Where a subject keeps it.
    pub fn of(self, subject: &mut Subject) -> &mut f64 {
        match self {
            Self::Weight => &mut subject.weight_kg,
            Self::Clearance => &mut subject.clearance_scale,
            Self::Volume => &mut subject.volume_scale,
            Self::Bioavailability => &mut subject.bioavailability_scale,
            Self::StressSensitivity => &mut subject.stress_sensitivity,
            Self::BaselineInflammation => &mut subject.baseline_inflammation,
            Self::Expectancy => &mut subject.expectancy_scale,
            Self::Secretion => &mut subject.secretion_scale,
            Self::Pressor => &mut subject.pressor_scale,
            Self::CircuitShare => &mut subject.circuit_share,
        }
    }
}

/// How the subjects of a trial are distributed.
#[derive(Clone, Debug, PartialEq)]
pub struct Cohort {
    /// The distribution of each covariate, in the order of [`Covariate::ALL`].
    pub distributions: [Distribution; Covariate::ALL.len()],
    /// Frequencies of the genotypes at BDNF codon 66, by number of Met alleles; they sum to 1.
    pub genotypes: [f64; 3],
}

impl Default for Cohort {
    fn default() -> Self {
        let q = CohortParameters::default().met_allele_frequency;
        Self { distributions: Covariate::ALL.map(Covariate::default_distribution), genotypes: hardy_weinberg(q) }
    }
}

/// Genotype frequencies by number of alleles, where the allele has frequency `q`: (1−q)², 2q(1−q), q².
#[must_use]
pub fn hardy_weinberg(q: f64) -> [f64; 3] {
    let p = 1.0 - q;
    [p * p, 2.0 * p * q, q * q]
}

impl Cohort {
    /// Virtual subject `index` of the replicate seeded with `seed`, whatever the number of subjects.
    #[must_use]
    pub fn subject(&self, seed: Seed, index: u32) -> Subject {
        let draws = |place: usize| seed.draws(Purpose::SubjectCovariate, place as u64, index);
        let mut subject = Subject::default();
        for (covariate, distribution) in Covariate::ALL.into_iter().zip(&self.distributions) {
            *covariate.of(&mut subject) = distribution.draw(&mut draws(covariate.place()));
        }
        let share = f64::from(draws(GENOTYPE_PLACE).uniform());
        let [none, one, _] = self.genotypes;
        let alleles = usize::from(share >= none) + usize::from(share >= none + one);
        subject.bdnf_genotype = BdnfGenotype::ALL[alleles];
        subject
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample(cohort: &Cohort, n: u32) -> Vec<Subject> {
        (0..n).map(|index| cohort.subject(Seed(11), index)).collect()
    }

    fn moments(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
        let n = values.clone().count() as f64;
        let mean = values.clone().fold(0.0, |sum, x| sum + x) / n;
        (mean, (values.fold(0.0, |sum, x| sum + (x - mean).powi(2)) / (n - 1.0)).sqrt())
    }

    /// 4,000 draws: ln(CL) has mean 0 and SD √ln(1 + 0.25²); genotypes are in Hardy–Weinberg proportions. The
    /// bounds are four standard errors.
    #[test]
    fn subjects_are_spread_as_the_cohort_says() {
        let subjects = sample(&Cohort::default(), 4_000);
        let (mean, sd) = moments(subjects.iter().map(|subject| subject.clearance_scale.ln()));
        let expected = 0.25_f64.powi(2).ln_1p().sqrt();
        assert!(mean.abs() < 4.0 * expected / 4_000_f64.sqrt(), "{mean}");
        assert!((sd / expected - 1.0).abs() < 4.0 / 8_000_f64.sqrt(), "{sd}");
        let (mean, sd) = moments(subjects.iter().map(|subject| subject.baseline_inflammation));
        assert!(mean.abs() < 4.0 * 0.2 / 4_000_f64.sqrt() && (sd / 0.2 - 1.0).abs() < 4.0 / 8_000_f64.sqrt());
        for (genotype, expected) in BdnfGenotype::ALL.into_iter().zip(hardy_weinberg(0.195)) {
            let share = subjects.iter().filter(|subject| subject.bdnf_genotype == genotype).count() as f64 / 4_000.0;
            let error = (expected * (1.0 - expected) / 4_000.0).sqrt();
            assert!((share - expected).abs() < 4.0 * error, "{}: {share}", genotype.name());
        }
    }

    /// ln v has SD √ln(1 + CV²); a share that is drawn again until it lies between 0 and 1 has the mean of the truncated normal,
    /// 0.65 + σ·[φ(a) − φ(b)]/[Φ(b) − Φ(a)] with σ = 0.25, a = −2.6 and b = 1.4: 0.613. The bounds are four standard errors.
    #[test]
    fn secretion_pressure_and_the_share_of_the_circuit_are_spread_as_the_cohort_says() {
        let p = CohortParameters::default();
        let mut cohort = Cohort::default();
        let share = Covariate::ALL.iter().position(|covariate| *covariate == Covariate::CircuitShare).unwrap();
        assert_eq!(cohort.distributions[share].median, Subject::TYPICAL_CIRCUIT_SHARE);
        cohort.distributions[share] = Distribution::normal(0.65, 0.25, Covariate::CircuitShare.range());
        let subjects = sample(&cohort, 4_000);
        for (of, cv) in [
            ((|subject| subject.secretion_scale) as fn(&Subject) -> f64, p.secretion_cv),
            (|subject| subject.pressor_scale, p.pressor_cv),
            (|subject| subject.expectancy_scale, p.expectancy_cv),
        ] {
            let expected = cv.powi(2).ln_1p().sqrt();
            let (mean, sd) = moments(subjects.iter().map(|subject| of(subject).ln()));
            assert!(mean.abs() < 4.0 * expected / 4_000_f64.sqrt(), "{mean}");
            assert!((sd / expected - 1.0).abs() < 4.0 / 8_000_f64.sqrt(), "{sd} of {expected}");
        }
        let (mean, sd) = moments(subjects.iter().map(|subject| subject.circuit_share));
        assert!((mean - 0.613).abs() < 4.0 * sd / 4_000_f64.sqrt(), "{mean}");
        assert!(subjects.iter().all(|subject| (0.0..=1.0).contains(&subject.circuit_share)));
    }

    /// A covariate that is added moves no other: each has a place of its own, none that of the genotype, and the first seven those
    /// that they had when there were no more.
    #[test]
    fn each_covariate_keeps_its_place_among_the_draws() {
        let places = Covariate::ALL.map(Covariate::place);
        assert_eq!(places[..7], [0, 1, 2, 3, 4, 5, 6]);
        for (index, place) in places.iter().enumerate() {
            assert!(*place != GENOTYPE_PLACE && !places[..index].contains(place), "{places:?}");
        }
    }

    #[test]
    fn covariates_are_drawn_independently_of_one_another() {
        let subjects = sample(&Cohort::default(), 4_000);
        let (a, b) = (|s: &Subject| s.clearance_scale.ln(), |s: &Subject| s.volume_scale.ln());
        let ((mean_a, sd_a), (mean_b, sd_b)) = (moments(subjects.iter().map(a)), moments(subjects.iter().map(b)));
        let products = subjects.iter().map(|s| (a(s) - mean_a) * (b(s) - mean_b) / (sd_a * sd_b));
        let correlation = products.fold(0.0, |sum, x| sum + x) / 4_000.0;
        assert!(correlation.abs() < 4.0 / 4_000_f64.sqrt(), "{correlation}");
    }

    #[test]
    fn a_replicate_is_another_draw_and_an_impossible_draw_ends_at_the_bound() {
        let cohort = Cohort::default();
        assert_ne!(cohort.subject(Seed(1).replicate(0), 3), cohort.subject(Seed(1).replicate(1), 3));
        let narrow = Distribution::log_normal(74.0, 0.2, [74.0, 74.0]);
        assert_eq!(narrow.draw(&mut Seed(1).draws(Purpose::Test, 0, 0)), 74.0);
        let fixed = Distribution::normal(0.3, 0.0, [-0.9, 10.0]);
        assert_eq!(fixed.draw(&mut Seed(1).draws(Purpose::Test, 0, 0)), 0.3);
    }

    proptest! {
        #[test]
        fn every_draw_lies_within_its_bounds(median in 50.0..90.0_f64, cv in 0.0..1.5_f64, index in 0_u32..100_000) {
            let mut cohort = Cohort::default();
            cohort.distributions[0] = Distribution::log_normal(median, cv, [45.0, 120.0]);
            let subject = cohort.subject(Seed(5), index);
            prop_assert!((45.0..=120.0).contains(&subject.weight_kg));
        }
    }
}
