use super::SpinePlasticityParameters;
use super::equations::*;

#[test]
fn at_the_set_point_the_target_is_the_median() {
    assert_eq!(size_target_log2(-0.46, 1.0, 1.0, 0.35, 0.25), -0.46);
}

#[test]
fn silence_enlarges_and_loss_of_trkb_shrinks() {
    assert!(size_target_log2(0.0, 1.0, 0.5, 0.35, 0.25) > 0.0);
    assert!(size_target_log2(0.0, 0.5, 1.0, 0.35, 0.25) < 0.0);
    assert!(size_target_log2(0.0, 0.0, 1.0, 0.35, 0.25).is_finite());
}

/// The two-stage scheme reproduces its own design: with 15 % nascent synapses, births that balance
/// deaths amount to 3-7 % a day (C12), and about a quarter to a half of newborns mature.
#[test]
fn default_turnover_lies_in_the_published_band() {
    let p = SpinePlasticityParameters::default();
    let nascent = p.mature_elimination_per_d / (p.mature_elimination_per_d + p.maturation_per_d);
    let daily = nascent * p.nascent_elimination_per_d + (1.0 - nascent) * p.mature_elimination_per_d;
    assert!((0.03..0.07).contains(&daily), "{daily} per day");
    let persist = p.maturation_per_d / (p.maturation_per_d + p.nascent_elimination_per_d);
    assert!((0.2..0.5).contains(&persist), "{persist}");
}
