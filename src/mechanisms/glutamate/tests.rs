use proptest::prelude::*;

use super::equations::*;

const PYRAMIDAL: Excitability = Excitability { gain_hz_per_na: 310.0, threshold_hz: 125.0, curvature_s: 0.16 };

/// r(x = 0) is 1/d, and r approaches x far above and 0 far below threshold.
#[test]
fn the_f_i_curve_has_its_limits() {
    assert!((PYRAMIDAL.rate_hz(125.0 / 310.0) - 6.25).abs() < 1e-2, "1/0.16 s, single precision near 0/0");
    assert!((PYRAMIDAL.rate_hz(1.0) - 185.0).abs() < 1e-2);
    assert!(PYRAMIDAL.rate_hz(0.1) < 1e-4);
}

/// Deco 2014 reports about 3 Hz at the working point of 0.382 nA less its inhibition.
#[test]
fn the_curve_passes_through_the_published_working_point() {
    let current = PYRAMIDAL.current_na(3.0);
    assert!((current - 0.378).abs() < 0.002, "{current} nA");
}

proptest! {
    #[test]
    fn the_inverse_of_the_f_i_curve_is_its_inverse(rate in 0.1_f32..80.0) {
        let back = PYRAMIDAL.rate_hz(PYRAMIDAL.current_na(rate));
        prop_assert!((back / rate - 1.0).abs() < 1e-3, "single precision of the current: {back} Hz");
    }

    /// Blocking NMDA receptors never excites a cell directly.
    #[test]
    fn nmda_block_alone_lowers_the_current(nmda in 0.0_f32..1.0, excitation in 0.0_f32..3.0) {
        let currents = Currents {
            background_na: 0.4, background_nmda_share: 0.1, recurrent_na: 0.03, ampa_share: 0.6, inhibition_na: 0.06,
        };
        let at = |nmda| current_na(&currents, &Receptors { ampa: 1.0, nmda, gaba: 1.0 }, 0.0, excitation, 1.0);
        prop_assert!(at(nmda) <= at(1.0));
    }
}

/// Doubled cytokines cost 15-30 % of uptake, as does chronic stress at its upper end; nothing goes below a tenth.
#[test]
fn stress_and_cytokines_impair_uptake() {
    let p = super::GlutamateParameters::default();
    let at = |load, effect| uptake(load, effect, p.stress_uptake_loss, p.inflammatory_uptake_loss);
    assert_eq!(at(0.0, 0.0), 1.0);
    assert!((0.70..0.85).contains(&at(0.0, 1.0)), "{}", at(0.0, 1.0));
    assert!(at(0.8, 0.48) < at(0.8, 0.0) && at(0.0, -0.2) > 1.0);
    assert_eq!(at(1.0, 20.0), 0.1);
}
