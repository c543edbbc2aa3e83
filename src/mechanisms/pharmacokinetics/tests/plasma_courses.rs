//! What plasma went through, against the closed forms of non-compartmental analysis.

use super::*;
use crate::mechanisms::pharmacokinetics::PlasmaCourses;

/// Of the plain drug: volume 10 L, clearance 5 L/h, absorbed at 1.5 /h to 40 %.
const RATE_PER_H: f64 = 0.5;
const DOSE_UG: f64 = 20_000.0;

/// What plasma went through `hours` after the beginning, in ticks of an hour and where inputs change.
fn courses(drug: Drug, doses: Vec<Dose>, hours: f64) -> PlasmaCourses {
    let formulary = Formulary(vec![drug]);
    let mut app =
        given(Protocol { formulary, doses: DoseSchedule(doses), ..Protocol::default() }, &Disabled::default());
    run_until(&mut app, hours, |_| {});
    app.world().resource::<PlasmaCourses>().clone()
}

#[track_caller]
fn assert_near(found: f64, expected: f64) {
    assert!((found / expected - 1.0).abs() < 1e-9, "{found} for {expected}: rounding alone may differ");
}

fn at(drug: &str, route: Route, minutes: f64, start_h: f64) -> Dose {
    Dose { start: Time::from_hours(start_h), ..dose(drug, route, DOSE_UG / 1_000.0, minutes) }
}

/// C = D/V·e^(−kt): the peak is D/V at once, the area D/CL·(1 − e^(−kt)), the half-life ln 2/k.
#[test]
fn a_bolus_into_one_compartment_has_its_closed_forms() {
    let plasma = courses(plain_drug(&[]), vec![at("plain", Route::Iv, 0.0, 3.25)], 9.0);
    let elapsed = 9.0 - 3.25;
    assert_eq!(plasma.time_to_peak_h("plain"), Some(0.0));
    assert_near(plasma.area_ng_h_per_ml("plain"), DOSE_UG / 5.0 * -(-RATE_PER_H * elapsed).exp_m1());
    assert_near(plasma.area_to_infinity_ng_h_per_ml("plain"), DOSE_UG / 5.0);
    assert_near(plasma.half_life_h("plain").unwrap(), std::f64::consts::LN_2 / RATE_PER_H);
    let (clearance, is_apparent) = plasma.clearance_l_per_h("plain").unwrap();
    assert_near(clearance, 5.0);
    assert!(!is_apparent);
}

/// The slow exponential of two compartments is the half-life, once the fast one is over; before, there is none.
#[test]
fn a_bolus_into_two_compartments_declines_by_the_slow_exponential_in_the_end() {
    let after = |hours| courses(plain_drug(&[(30.0, 12.0)]), vec![at("plain", Route::Iv, 0.0, 0.0)], hours);
    let (k10, k12, k21) = (0.5_f64, 1.2, 0.4);
    let half = (k10 + k12 + k21) / 2.0;
    let root = (half * half - k10 * k21).sqrt();
    let (fast, slow) = (half + root, half - root);
    let late = after(24.0);
    let coefficient = |own: f64, other: f64| (k21 - own) / (other - own) / own;
    let area = |until: f64| {
        let part = |own: f64, other: f64| coefficient(own, other) * -(-own * until).exp_m1();
        2_000.0 * (part(fast, slow) + part(slow, fast))
    };
    assert_near(late.area_ng_h_per_ml("plain"), area(24.0));
    assert_near(late.area_to_infinity_ng_h_per_ml("plain"), DOSE_UG / 5.0);
    let half_life = late.half_life_h("plain").unwrap();
    assert!((half_life * slow / std::f64::consts::LN_2 - 1.0).abs() < 1e-6, "{half_life}");
    assert_near(late.clearance_l_per_h("plain").unwrap().0, 5.0);
    assert_eq!(after(1.0).half_life_h("plain"), None, "two exponentials still");
    // weeks later the decline is below a millionth of the peak, and the half-life stays what it was
    assert_near(after(600.0).half_life_h("plain").unwrap(), std::f64::consts::LN_2 / slow);
}

/// C = R/CL·(1 − e^(−kt)) peaks where the infusion ends, although no tick need end there.
#[test]
fn an_infusion_peaks_where_it_ends() {
    let during = courses(plain_drug(&[]), vec![at("plain", Route::Iv, 150.0, 0.2)], 2.0);
    assert_eq!((during.half_life_h("plain"), during.time_to_peak_h("plain")), (None, Some(2.0 - 0.2)));
    // what has entered by then is cleared at the same rate
    assert_near(during.clearance_l_per_h("plain").unwrap().0, 5.0);
    let after = courses(plain_drug(&[]), vec![at("plain", Route::Iv, 150.0, 0.2)], 12.0);
    assert_near(after.time_to_peak_h("plain").unwrap(), 2.5);
    assert_near(after.area_to_infinity_ng_h_per_ml("plain"), DOSE_UG / 5.0);
    assert_near(after.half_life_h("plain").unwrap(), std::f64::consts::LN_2 / RATE_PER_H);
}

/// Bateman: C peaks at ln(ka/k)/(ka − k), within a tick, at F·D/V·(ka/k)^(−k/(ka − k)); the area is F·D/CL.
#[test]
fn an_absorbed_dose_peaks_within_a_tick() {
    let dosed = vec![at("plain", Route::Oral, 0.0, 0.0)];
    let formulary = Formulary(vec![plain_drug(&[])]);
    let protocol = Protocol { formulary, doses: DoseSchedule(dosed.clone()), ..Protocol::default() };
    let mut app = given(protocol, &Disabled::default());
    let mut highest: f64 = 0.0;
    run_until(&mut app, 30.0, |world| {
        highest = highest.max(world.resource::<PlasmaCourses>().highest_ng_per_ml("plain"));
    });
    let plasma = app.world().resource::<PlasmaCourses>();
    let (k, ka) = (RATE_PER_H, 1.5_f64);
    assert_near(plasma.time_to_peak_h("plain").unwrap(), (ka / k).ln() / (ka - k));
    assert_near(highest, 0.4 * 2_000.0 * (ka / k).powf(-k / (ka - k)));
    assert_near(plasma.area_to_infinity_ng_h_per_ml("plain"), 0.4 * DOSE_UG / 5.0);
    assert!((plasma.half_life_h("plain").unwrap() * k / std::f64::consts::LN_2 - 1.0).abs() < 1e-6);
    let (clearance, is_apparent) = plasma.clearance_l_per_h("plain").unwrap();
    assert_near(clearance, 5.0 / 0.4);
    assert!(is_apparent, "CL/F");
}

/// What several doses leave adds up; the half-life is that of the last decline, and the peak counts from the first dose.
#[test]
fn further_doses_add_to_the_area_and_begin_another_decline() {
    let doses = || vec![at("plain", Route::Iv, 0.0, 1.0), at("plain", Route::Oral, 0.0, 5.0)];
    let plasma = courses(plain_drug(&[]), doses(), 60.0);
    assert_near(plasma.area_to_infinity_ng_h_per_ml("plain"), 1.4 * DOSE_UG / 5.0);
    assert_eq!(plasma.time_to_peak_h("plain"), Some(0.0));
    let (clearance, is_apparent) = plasma.clearance_l_per_h("plain").unwrap();
    assert_near(clearance, 5.0 / 0.7);
    assert!(is_apparent, "one of two doses was swallowed");
    let rising = courses(plain_drug(&[]), doses(), 5.5);
    assert_eq!(rising.half_life_h("plain"), None);
}

/// Nobody gave the metabolite, so it has no clearance; of what was not given at all there is nothing.
#[test]
fn a_metabolite_has_an_area_and_no_clearance() {
    let plasma = courses(shipped_drug("ketamine").unwrap(), vec![dose("ketamine", Route::Iv, 35.0, 40.0)], 48.0);
    let (clearance, is_apparent) = plasma.clearance_l_per_h("ketamine").unwrap();
    assert_near(clearance, 80.0);
    assert!(!is_apparent && plasma.clearance_l_per_h("norketamine").is_none());
    assert!(
        plasma.area_ng_h_per_ml("norketamine") > 0.0 && plasma.time_to_peak_h("norketamine").unwrap() > 40.0 / 60.0
    );
    assert_eq!((plasma.area_ng_h_per_ml("midazolam"), plasma.time_to_peak_h("midazolam")), (0.0, None));
}
