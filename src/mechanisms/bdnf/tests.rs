use proptest::prelude::*;

use super::BdnfParameters;
use super::equations::*;

fn a_store() -> BdnfParameters {
    BdnfParameters { store_release_share: 0.3, store_time_constant_h: 24.0, ..Default::default() }
}

#[test]
fn baseline_is_one_at_every_level() {
    assert!((release_drive(RelativeHill::of(2.5, 2.0).at(1.0), 0.3, 1.0) - 1.0).abs() < 1e-6);
    assert!((RelativeHill::of(2.5, 1.6).at(1.0) - 1.0).abs() < 1e-6);
    assert!((store_after(1.0, 1.0, 1.0, &a_store(), 5.0) - 1.0).abs() < 1e-6);
}

#[test]
fn knock_outs_silence_what_they_name() {
    assert_eq!(direct_release(0.2, 0.0, 2.0), 0.0);
    // without AMPA throughput only constitutive release is left
    assert!((release_drive(RelativeHill::of(2.5, 2.0).at(0.0), 0.3, 1.0) - 0.3).abs() < 1e-6);
}

/// Block at rest lowers tonic activity, quinolinate raises it; a surge of firing counts by its share alone.
#[test]
fn tonic_activity_follows_block_and_agonist() {
    let p = BdnfParameters { spontaneous_share: 0.9, quinolinate_tonic_gain: 0.15, ..Default::default() };
    assert_eq!(tonic_nmda(1.0, 1.0, 0.0, &p), 1.0);
    assert!((tonic_nmda(1.3, 1.0, 0.06, &p) - 1.03 * 0.94).abs() < 1e-12, "rounding alone may differ");
    assert!((tonic_nmda(1.0, 2.0, 0.0, &p) - 1.15).abs() < 1e-12, "rounding alone may differ");
}

#[test]
fn transcription_falls_with_stress_and_cytokines_and_rises_with_serotonin() {
    assert_eq!(transcription([0.0, 0.0], 1.0, 0.6, 1.0), 1.0);
    assert!((transcription([0.1, 0.2], 1.0, 0.6, 1.0) - 0.72).abs() < 1e-12, "rounding alone may differ");
    // half of the rise at the half rise, and nothing for a tone below that of the untreated
    assert!((transcription([0.0, 0.0], 2.0, 0.6, 1.0) - 1.3).abs() < 1e-12, "rounding alone may differ");
    assert_eq!(transcription([0.0, 0.0], 0.5, 0.6, 1.0), 1.0);
}

const TRANSLATION: Translation =
    Translation { threshold: 1.2, rate_per_h: 0.2, half_activation: 0.2, largest_surplus: 1.0, time_constant_h: 36.0 };

/// Rapamycin leaves the pool at what maintenance gives; mTORC1 that never falls fills it to k·τ/(1 + k·τ) of the bound, 88 %.
#[test]
fn synaptic_protein_is_bounded() {
    assert_eq!(protein_after(1.0, 0.0, &TRANSLATION, 24.0), 1.0);
    let lasting = protein_after(1.0, 1e9, &TRANSLATION, 10_000.0);
    assert!((lasting - (1.0 + 7.2 / 8.2)).abs() < 1e-4, "single precision: {lasting}");
    let (once, half) = (protein_after(1.3, 1.6, &TRANSLATION, 4.0), protein_after(1.3, 1.6, &TRANSLATION, 2.0));
    assert!((once - protein_after(half, 1.6, &TRANSLATION, 2.0)).abs() < 1e-6, "single precision");
}

/// At and below baseline all TrkB stays at the surface; twice the BDNF leaves two thirds.
#[test]
fn lasting_bdnf_takes_trkb_from_the_surface() {
    assert_eq!(steady_surface_trkb(1.0, 0.5), 1.0);
    assert_eq!(steady_surface_trkb(0.3, 0.5), 1.0);
    assert!((steady_surface_trkb(2.0, 0.5) - 2.0 / 3.0).abs() < 1e-6, "single precision");
}

proptest! {
    /// The store's exact solution composes over ticks and stays positive.
    #[test]
    fn the_store_does_not_depend_on_the_tick(
        store in 0.0_f32..3.0, transcription in 0.1_f32..2.0, release in 0.0_f32..5.0, step in 0.01_f32..24.0,
    ) {
        let p = a_store();
        let once = store_after(store, transcription, release, &p, step);
        let half = store_after(store, transcription, release, &p, step / 2.0);
        let twice = store_after(half, transcription, release, &p, step / 2.0);
        prop_assert!((once - twice).abs() < 1e-5 && once >= 0.0, "{once} against {twice}");
    }

    /// More input, more response; half the maximum at K; never beyond the maximum.
    #[test]
    fn every_stage_rises_and_saturates(x in 0.0_f32..50.0, more in 0.01_f32..5.0, half in 0.5_f32..4.0, hill in 0.5_f32..4.0) {
        let max = half.powf(hill) + 1.0;
        // single precision near saturation
        prop_assert!(RelativeHill::of(half, hill).at(x + more) >= RelativeHill::of(half, hill).at(x) * 0.999_999);
        prop_assert!(RelativeHill::of(half, hill).at(x) <= max * 1.000_01);
        prop_assert!((RelativeHill::of(half, hill).at(half) / max - 0.5).abs() < 1e-4);
    }
}
