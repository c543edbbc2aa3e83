use super::equations::{complement, hazard_factor};
use crate::anatomy::synapses::Complement;

#[test]
fn without_load_or_sensitivity_the_hazard_is_that_of_rest() {
    assert_eq!(hazard_factor(0.0, 1.2, 1.0), 1.0);
    assert_eq!(hazard_factor(0.9, 1.2, 0.0), 1.0);
}

#[test]
fn the_hazard_rises_in_proportion_to_the_load() {
    let rise = |load| hazard_factor(load, 1.2, 1.0) - 1.0;
    assert!((rise(0.8) - 2.0 * rise(0.4)).abs() < 1e-12, "rounding alone may differ");
}

/// No tag without inflammation; below the typical state tags only fade; the rate follows the effect.
#[test]
fn complement_tags_as_inflammation_asks() {
    let at_one =
        Complement { tagging_per_h: 0.001, engulfment_per_h: 0.02, clearing_per_h: 0.01, ..Complement::default() };
    assert!(complement(0.0, &at_one).is_neutral());
    let below = complement(-0.2, &at_one);
    assert_eq!((below.tagging_per_h, below.clearing_per_h), (0.0, 0.01));
    assert!((complement(1.5, &at_one).tagging_per_h - 0.0015).abs() < 1e-9, "single precision");
}
