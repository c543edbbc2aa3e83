use bevy_app::App;
use proptest::prelude::*;

use super::equations::*;
use super::*;
use crate::anatomy::network::{self, NetworkPlan};
use crate::anatomy::population::default_populations;
use crate::anatomy::subject::BdnfGenotype;
use crate::anatomy::wiring::KernelShape;
use crate::foundation::clock::{self, Disabled};
use crate::foundation::parameters::Overrides;
use crate::foundation::random::Seed;
use crate::foundation::time::Time;
use crate::mechanisms::{Cascade, Model, Protocol};

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

/// A drive whose power no float holds gives the maximum, and none gives nothing.
#[test]
fn the_hill_curve_has_its_limits_at_any_drive() {
    let max = 1.8_f32.powi(10) + 1.0;
    assert!((RelativeHill::of(1.8, 10.0).at(1e9) / max - 1.0).abs() < 1e-5, "single precision");
    assert_eq!(RelativeHill::of(1.8, 10.0).at(0.0), 0.0);
}

/// A typical subject rests at exactly 1. A carrier of two Met alleles rests where its store, its secretion and its TrkB are
/// at their steady states: b₀ = R₀/(1 − f + f·R₀) with R₀ = c + (1 − c)·(1 − l)².
#[test]
fn subjects_rest_where_their_secretion_puts_them() {
    let p = BdnfParameters {
        constitutive_share: 0.25,
        met_release_loss: 0.4,
        store_release_share: 0.3,
        trkb_half_activation: 1.6,
        trkb_hill: 2.0,
        trkb_downregulation: 0.5,
        ..Default::default()
    };
    assert_eq!(resting(1.0, 1.0, &p), Resting { store: 1.0, bdnf: 1.0, surface: 1.0, trkb: 1.0 });
    let met = resting(1.0, secretion_factor(1.0, p.met_release_loss, 2), &p);
    let release = 0.25 + 0.75 * 0.36;
    let bdnf = release / (0.7 + 0.3 * release);
    let trkb = bdnf * bdnf * 3.56 / (2.56 + bdnf * bdnf);
    assert!((f64::from(met.bdnf) - bdnf).abs() < 1e-6 && (f64::from(met.trkb) - trkb).abs() < 1e-6, "{met:?}");
    assert!(met.trkb < 0.5 && met.store > 1.0 && met.surface == 1.0, "{met:?}");
    assert!((store_after(met.store, 1.0, release as f32, &p, 500.0) - met.store).abs() < 1e-6, "it stays");
    // one who secretes more holds less TrkB at the surface for it
    let ready = resting(1.0, 1.5, &p);
    assert!(ready.bdnf > 1.0 && (ready.surface - 1.0 / (1.0 + 0.5 * (ready.bdnf - 1.0))).abs() < 1e-6, "{ready:?}");
    // and less transcription lowers secretion in proportion
    assert!((resting(0.8, 1.0, &p).bdnf - 0.8).abs() < 1e-6, "single precision");
}

/// The cascade of one small network in which nothing else moves, of `subject`.
fn cascade_of(subject: &Subject, overrides: Overrides) -> App {
    let cascade = Cascade::standard();
    let off = cascade.phases().into_iter().filter(|phase| *phase != Bdnf::phase()).collect();
    let model = Model { disabled: Disabled(off), overrides };
    let mut app = cascade.assemble(&model, &Protocol::default(), subject, Time::ZERO, 1).unwrap();
    let plan = NetworkPlan {
        neurons: 60,
        synapses_per_neuron: 20,
        populations: default_populations(),
        kernel: KernelShape::default(),
    };
    network::build(app.world_mut(), &plan, &Overrides::default(), Seed(5)).unwrap();
    cascade.initialise(app.world_mut());
    let world = app.world_mut();
    let throughput = vec![1.0; plan.neurons];
    world.insert_resource(AmpaThroughput(throughput));
    app
}

fn advance_to(app: &mut App, hours: f64) {
    let end = Time::from_hours(hours);
    while app.world().resource::<Clock>().now < end {
        clock::advance(app.world_mut(), end).unwrap();
    }
}

/// Levels and AMPA gain of every pyramidal cell.
fn pyramidal(app: &mut App) -> Vec<(Neurotrophin, f32)> {
    let world = app.world_mut();
    let mut neurons = world.query::<(&Neuron, &Neurotrophin, &AmpaGain)>();
    let excitatory = neurons.iter(world).filter(|(neuron, ..)| neuron.class.is_excitatory());
    excitatory.map(|(_, levels, gain)| (*levels, gain.0)).collect()
}

/// A trait of a lifetime does not drift: of a Met carrier who secretes little, TrkB relative to its own rest stays 1, and AMPA
/// receptors where they are, for weeks; that rest lies below a typical subject's.
#[test]
fn a_trait_does_not_drift() {
    let subject = Subject { bdnf_genotype: BdnfGenotype::MetMet, secretion_scale: 0.7, ..Subject::default() };
    let mut app = cascade_of(&subject, Overrides::default());
    let rest = app.world().resource::<RestingTrkb>().0;
    assert!(rest < 0.6, "{rest}");
    for hours in [1.0, 24.0, 20.0 * 24.0] {
        advance_to(&mut app, hours);
        for (levels, gain) in pyramidal(&mut app) {
            assert!(
                (levels.trkb / rest - 1.0).abs() < 1e-4,
                "single precision: {} of {rest} at {hours} h",
                levels.trkb
            );
            assert!((gain - 1.0).abs() < 1e-4 && (levels.fresh_protein - 1.0).abs() < 1e-6, "{gain} at {hours} h");
        }
    }
}

fn overridden(overrides: &[(&str, f64)]) -> Overrides {
    Overrides(overrides.iter().map(|&(key, value)| (format!("bdnf.{key}"), value)).collect())
}

/// The threshold follows a rise with one time constant and a fall with the other, cell by cell.
#[test]
fn the_threshold_rises_with_one_time_constant_and_falls_with_the_other() {
    let constants = [("threshold_time_constant_h", 2.8), ("threshold_recovery_time_constant_h", 50.0)];
    for (input, time_constant_h) in [(2.0_f32, 2.8), (0.5, 50.0)] {
        let mut app = cascade_of(&Subject::default(), overridden(&constants));
        advance_to(&mut app, 1.0);
        app.world_mut().resource_mut::<AmpaThroughput>().0.fill(input);
        advance_to(&mut app, 2.0);
        let expected = f64::from(input) + f64::from(1.0 - input) * (-1.0_f64 / time_constant_h).exp();
        for (levels, _) in pyramidal(&mut app) {
            assert!((f64::from(levels.threshold) - expected).abs() < 1e-5, "{} of {expected}", levels.threshold);
        }
    }
}

/// With both exponents at 0 the drive counts what presynaptic cells release, once: neither glutamate that is spilt beside it nor
/// receptors that TrkB has inserted move it. e_g = 1 doubles it with glutamate, e_A = 1 with receptors.
#[test]
fn the_exponents_say_how_often_a_surge_is_counted() {
    // throughput holds the receptors: twice of them are twice the throughput
    let threshold_after = |glutamate: f64, receptors: f64, spilt: f64, gain: f32| {
        let exponents = [
            ("release_glutamate_exponent", glutamate),
            ("release_ampa_exponent", receptors),
            ("threshold_time_constant_h", 2.8),
        ];
        let mut app = cascade_of(&Subject::default(), overridden(&exponents));
        advance_to(&mut app, 1.0);
        app.world_mut().resource_mut::<ExtracellularGlutamate>().field.values.iter_mut().for_each(|um| *um *= spilt);
        app.world_mut().resource_mut::<AmpaThroughput>().0.fill(gain);
        let world = app.world_mut();
        let mut gains = world.query::<&mut AmpaGain>();
        gains.iter_mut(world).for_each(|mut own| own.0 = gain);
        advance_to(&mut app, 2.0);
        f64::from(pyramidal(&mut app)[0].0.threshold)
    };
    assert!((threshold_after(0.0, 0.0, 1.0, 1.0) - 1.0).abs() < 1e-6, "single precision");
    assert!((threshold_after(0.0, 0.0, 2.0, 1.0) - 1.0).abs() < 1e-6, "spilt glutamate is not counted beside it");
    assert!((threshold_after(0.0, 0.0, 1.0, 2.0) - 1.0).abs() < 1e-6, "nor are inserted receptors");
    let twice = 2.0 - (-1.0_f64 / 2.8).exp();
    for reached in [threshold_after(1.0, 0.0, 2.0, 1.0), threshold_after(0.0, 1.0, 1.0, 2.0)] {
        assert!((reached - twice).abs() < 1e-5, "{reached} of {twice}");
    }
}

/// Block of pyramidal receptors gates what activity releases, (1 − b)ᵏ, and leaves what is constitutive: the store after a
/// tick tells. Without the gate block changes nothing.
#[test]
fn blocked_nmda_receptors_gate_release() {
    let store_after_block = |exponent: f64| {
        let mut app = cascade_of(&Subject::default(), overridden(&[("nmda_gate_exponent", exponent)]));
        app.world_mut().resource_mut::<NmdaBlock>().synaptic[CellClass::Pyramidal as usize] = 0.5;
        advance_to(&mut app, 1.0);
        pyramidal(&mut app)[0].0.store
    };
    let p = BdnfParameters::default();
    for (exponent, gate) in [(0.0, 1.0), (1.0, 0.5), (6.0, 0.5_f32.powi(6))] {
        let release = release_drive(gate, p.constitutive_share as f32, 1.0);
        let expected = store_after(1.0, 1.0, release, &p, 1.0);
        let reached = store_after_block(exponent);
        assert!((reached - expected).abs() < 1e-6, "{exponent}: {reached} of {expected}");
    }
}

/// A pool from which spines are built empties with its own constant, long before the pool of which synapses are made.
#[test]
fn fresh_protein_is_gone_when_synapses_still_hold_theirs() {
    let fresh = Translation { time_constant_h: 12.0, ..TRANSLATION };
    let slow = Translation { time_constant_h: 72.0, ..TRANSLATION };
    let left = |law| protein_after(1.8, 1.0, law, 24.0) - 1.0;
    assert!((left(&fresh) - 0.8 * (-2.0_f32).exp()).abs() < 1e-6, "single precision");
    assert!((left(&slow) - 0.8 * (-1.0_f32 / 3.0).exp()).abs() < 1e-6, "single precision");
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
