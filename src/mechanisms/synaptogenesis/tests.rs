use proptest::prelude::*;

use super::SynaptogenesisParameters;
use super::equations::*;
use crate::foundation::random::{Purpose, Seed};

/// Zeros of 2·exp(−((Ca − ξ)/ζ)²) − 1 lie at η and at the set point (Butz & van Ooyen 2013), so the
/// scaled curve is 1 there, 2 half-way between, and falls off beyond.
#[test]
fn the_growth_curve_passes_through_its_published_points() {
    for minimum in [0.0_f32, 0.2, 0.5] {
        assert!((growth(1.0, minimum) - 1.0).abs() < 1e-5, "single precision");
        assert!((growth(minimum, minimum) - 1.0).abs() < 1e-5, "single precision");
        assert!((growth(0.5 * (1.0 + minimum), minimum) - 2.0).abs() < 1e-5, "single precision");
        assert!(growth(2.0, minimum) < 0.2);
    }
}

/// The mirror leaves the set point where it is whatever its weight; at ½ nothing that the cell does reaches inhibition, at 0
/// inhibition grows as excitation does, and at 1 the two stand symmetrically about the set point.
#[test]
fn inhibitory_growth_mirrors_excitatory_growth_about_the_set_point() {
    for mirroring in [0.0_f32, 0.25, 0.5, 1.0] {
        assert_eq!(mirrored(1.0, mirroring), 1.0);
    }
    for calcium in [0.0_f32, 0.6, 1.7] {
        assert!((mirrored(calcium, 0.5) - 1.0).abs() < 1e-6, "single precision");
        assert_eq!(mirrored(calcium, 0.0), calcium);
        assert!((mirrored(calcium, 1.0) - (2.0 - calcium)).abs() < 1e-6, "single precision");
    }
    let inhibitory = |calcium, mirroring| growth(mirrored(calcium, mirroring), 0.0);
    assert!(inhibitory(0.7, 1.0) < 1.0 && inhibitory(1.3, 1.0) > 1.0, "a cell that fires too little loses inhibition");
    assert!(inhibitory(0.7, 0.0) > 1.0 && inhibitory(1.3, 0.0) < 1.0, "and gained it before");
}

/// p·n/(n + n½): none without contacts, half of p at n½, p where there are many, and nothing without a preference.
#[test]
fn growing_spines_prefer_contacts_of_their_own_as_far_as_there_are_any() {
    assert_eq!(own_contact_share(0.0, 0.9, 0.1), 0.0);
    assert!((own_contact_share(0.1, 0.9, 0.1) - 0.45).abs() < 1e-12);
    assert!((own_contact_share(0.3, 0.9, 0.1) - 0.675).abs() < 1e-12);
    assert!((own_contact_share(1e9, 0.9, 0.1) - 0.9).abs() < 1e-9);
    assert_eq!(own_contact_share(0.3, 0.0, 0.1), 0.0);
}

/// At rest and below it vacated contacts draw nothing; above, k a day for each beyond those at rest.
#[test]
fn contacts_draw_spines_only_beyond_those_that_are_there_at_rest() {
    assert_eq!(retry_per_h(0.15, 0.15, 0.2), 0.0);
    assert_eq!(retry_per_h(0.02, 0.15, 0.2), 0.0);
    assert!((24.0 * retry_per_h(0.65, 0.15, 0.2) - 0.1).abs() < 1e-12);
    assert_eq!(retry_per_h(0.65, 0.15, 0.0), 0.0);
}

/// No growth beyond the curve without a surplus of protein, half of γ at the half surplus, and load takes its share of all.
#[test]
fn fresh_protein_boosts_growth_and_saturates() {
    let p = SynaptogenesisParameters {
        protein_gain: 10.0,
        protein_half_surplus: 0.5,
        stress_suppression: 0.4,
        ..Default::default()
    };
    assert_eq!(growth_factor(1.0, 0.0, &p), 1.0);
    assert_eq!(growth_factor(0.2, 0.0, &p), 1.0, "what maintenance lacks stops no growth");
    assert!((growth_factor(1.5, 0.0, &p) - 6.0).abs() < 1e-5, "single precision");
    assert!((growth_factor(1e9, 0.0, &p) - 11.0).abs() < 1e-4, "single precision");
    assert!((growth_factor(1.5, 0.5, &p) - 4.8).abs() < 1e-5, "single precision");
}

#[test]
fn growth_sustains_the_births_it_was_computed_for() {
    let per_h = growth_for_births(3.0, 24.0, 2.0);
    let steady = per_h / (1.0 / 24.0 + 1.0 / 2.0);
    let (left, met) = Vacancy::over(24.0, 2.0, 1.0).after(steady, per_h);
    assert!((met - 3.0).abs() < 1e-12, "rounding alone may differ");
    assert!((left - steady).abs() < 1e-12, "rounding alone may differ");
}

/// Elements are spent whole, however rarely one is grown: the synapses of a cell that forms one in 96 h and of one that
/// forms fifty amount to the same share of what was grown, τ_v/(τ_v + τ_p). Rarely grown, 2,000 elements are grown: 2 % is three
/// standard deviations of how many of them decay.
#[test]
fn births_are_the_same_share_of_growth_at_every_size() {
    for per_h in [0.01, 0.1, 0.5] {
        let (mut vacant, mut formed) = (0.0, 0.0);
        for tick in 0..200_000_u32 {
            let (left, meeting) = Vacancy::over(24.0, 2.0, 1.0).after(vacant, per_h);
            let uniform = Seed(1).draws(Purpose::ElementCount, u64::from(tick), 0).uniform();
            let whole = (meeting + f64::from(uniform)).floor();
            vacant = left + meeting - whole;
            formed += whole;
        }
        let share = formed / (200_000.0 * per_h);
        assert!((share * 26.0 / 24.0 - 1.0).abs() < 0.02, "{per_h} per hour: {share}");
    }
}

proptest! {
    /// Two half ticks are one tick, for what is left and for what was bound.
    #[test]
    fn elements_do_not_depend_on_the_tick(vacant in -3.0..50.0, per_h in 0.0..20.0, step in 0.01..12.0) {
        let (left, met) = Vacancy::over(24.0, 2.0, step).after(vacant, per_h);
        let halves = Vacancy::over(24.0, 2.0, step / 2.0);
        let (half, met_first) = halves.after(vacant, per_h);
        let (left_twice, met_second) = halves.after(half, per_h);
        prop_assert!((left - left_twice).abs() < 1e-9);
        prop_assert!((met - met_first - met_second).abs() < 1e-9);
    }
}
