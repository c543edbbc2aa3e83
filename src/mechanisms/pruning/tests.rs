use super::equations::hazard_factor;

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
