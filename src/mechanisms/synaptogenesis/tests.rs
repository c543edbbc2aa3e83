use proptest::prelude::*;

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
