use super::SpinePlasticityParameters;
use super::equations::*;
use crate::anatomy::network::NetworkParameters;

#[test]
fn at_the_set_point_the_target_is_the_median() {
    assert_eq!(size_target_log2(-0.46, 1.0, 1.0, &SpinePlasticityParameters::default()), -0.46);
}

#[test]
fn silence_enlarges_and_loss_of_trkb_shrinks() {
    let p = SpinePlasticityParameters::default();
    assert!(size_target_log2(0.0, 1.0, 0.5, &p) > 0.0);
    assert!(size_target_log2(0.0, 0.5, 1.0, &p) < 0.0);
    assert!(size_target_log2(0.0, 0.0, 1.0, &p).is_finite());
}

/// The two-stage scheme reproduces its own design: births that balance deaths amount to 3-7 % a day
/// (C12), and a quarter to a half of newborns mature.
#[test]
fn default_turnover_lies_in_the_published_band() {
    let p = SpinePlasticityParameters::default();
    let network = NetworkParameters::default();
    // mean of size^−β over a log-normal population of mean size 1, and at birth
    let (beta, variance) = (p.elimination_size_exponent, network.size_spread_ln.powi(2));
    let standing = (0.5 * (beta + beta * beta) * variance).exp();
    let newborn = standing * (-beta * network.newborn_offset_log2).exp2();
    let nascent_hazard = p.nascent_elimination_per_d * 0.5 * (standing + newborn);
    let mature_hazard = p.mature_elimination_per_d * standing;
    let nascent = mature_hazard / (mature_hazard + p.maturation_per_d);
    let daily = nascent * nascent_hazard + (1.0 - nascent) * mature_hazard;
    assert!((0.03..0.07).contains(&daily), "{daily} per day");
    let persist = p.maturation_per_d / (p.maturation_per_d + nascent_hazard);
    assert!((0.2..0.5).contains(&persist), "{persist}");
}

/// Neutral at the set point; one doubling per 1/k_r above it; and smooth: cells that fluctuate about the set point lose
/// little more than cells that rest on it.
#[test]
fn standing_spines_retract_above_the_set_point() {
    assert_eq!(retraction(1.0, 1.0), 1.0);
    assert_eq!(retraction(2.0, 1.0), 2.0);
    let fluctuating = 0.5 * (retraction(1.2, 1.0) + retraction(0.8, 1.0));
    assert!((1.0..1.02).contains(&fluctuating), "{fluctuating}");
}
