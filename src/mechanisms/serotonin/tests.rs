use proptest::prelude::*;

use super::SerotoninParameters;
use super::equations::*;

/// Occupancy of 80 %, a clinical dose: serotonin some 50-100 % up at once, and well above twice that with
/// every autoreceptor desensitised.
#[test]
fn autoreceptors_restrain_the_acute_rise() {
    let p = SerotoninParameters::default();
    let u = clearance(0.8, p.transporter_share);
    let acute = extracellular(u, p.autoreceptor_feedback);
    assert!((1.4..2.1).contains(&acute), "{acute}");
    assert!(extracellular(u, 0.0) > 2.0 * (acute - 1.0) + 1.0, "without feedback 1/u = {}", 1.0 / u);
    assert!((extracellular(u, 0.0) - 1.0 / u).abs() < 1e-12, "rounding alone may differ");
}

/// Le Poul 1995: desensitisation in some 40 % after 3 d, 60-80 % after 21 d. Here as a share of sensitivity.
#[test]
fn autoreceptors_desensitise_over_weeks() {
    let p = SerotoninParameters::default();
    let u = clearance(0.8, p.transporter_share);
    let (mut sensitivity, mut at_3_d) = (1.0, 0.0);
    for day in 0..21 {
        if day == 3 {
            at_3_d = sensitivity;
        }
        let goal = steady_sensitivity(extracellular(u, p.autoreceptor_feedback * sensitivity), p.desensitisation);
        sensitivity = approach(sensitivity, goal, p.autoreceptor_time_constant_d, 1.0);
    }
    assert!((0.1..0.45).contains(&(1.0 - at_3_d)), "after 3 d {at_3_d}");
    assert!((0.6..0.8).contains(&(1.0 - sensitivity)), "after 21 d {sensitivity}");
}

proptest! {
    /// The root solves the balance of release and clearance; untreated it is 1, whatever the feedback.
    #[test]
    fn serotonin_balances_release_and_clearance(u in 0.05_f64..1.0, feedback in 0.0_f64..20.0) {
        let e = extracellular(u, feedback);
        prop_assert!((e * u * (1.0 + feedback * (e - 1.0)) - 1.0).abs() < 1e-9);
        prop_assert!((extracellular(1.0, feedback) - 1.0).abs() < 1e-12);
    }
}
