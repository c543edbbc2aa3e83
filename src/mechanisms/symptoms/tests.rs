use bevy_app::App;
use proptest::prelude::*;

use super::equations::{approach, circuit_function, severity_after, share_of_scale, steady_severity};
use super::*;
use crate::anatomy::network::{self, NetworkPlan};
use crate::anatomy::population::default_populations;
use crate::anatomy::wiring::KernelShape;
use crate::foundation::clock::{self, Disabled};
use crate::foundation::parameters::Overrides;
use crate::foundation::random::Seed;
use crate::foundation::state;
use crate::mechanisms::dosing::{Amount, Dose, Route};
use crate::mechanisms::glutamate::Glutamate;
use crate::mechanisms::{Cascade, Model, Protocol};

const UNIT: Circuit = Circuit { spines: 1.0, excitation: 1.0, activity: 1.0, inhibition: 1.0 };

/// A world of symptoms alone, without a neuron, whose circuit does not change: what a test inserts is what is judged. Of a network
/// it has the seed by which ratings are off.
fn alone(overrides: Overrides) -> App {
    let model = Model { overrides, ..Model::default() };
    let cascade = Cascade::empty().then(SymptomReadOut);
    let mut app = cascade.assemble(&model, &Protocol::default(), &Subject::default(), Time::ZERO, 1).unwrap();
    let mut elsewhere = App::empty();
    network::build_unwired(elsewhere.world_mut(), &small(), &Overrides::default(), Seed(5)).unwrap();
    app.insert_resource(elsewhere.world_mut().remove_resource::<Network>().unwrap());
    app
}

fn small() -> NetworkPlan {
    NetworkPlan {
        neurons: 150,
        synapses_per_neuron: 30,
        populations: default_populations(),
        kernel: KernelShape::default(),
    }
}

fn saline(start: Time, mg: f64) -> Dose {
    Dose { drug: "saline".into(), start, duration: Time::ZERO, amount: Amount::Mg(mg), route: Route::Iv }
}

fn run_to(app: &mut App, end: Time) {
    while app.world().resource::<Clock>().now < end {
        clock::advance(app.world_mut(), end).unwrap();
    }
}

fn symptoms(app: &App) -> Symptoms {
    *app.world().resource::<Symptoms>()
}

/// A virtual subject as depressed as trials enrol, kept there.
fn depressed(app: &mut App) {
    let severity = SymptomsParameters::default().reference_severity;
    let symptoms = &mut *app.world_mut().resource_mut::<Symptoms>();
    (symptoms.severity, symptoms.carried, symptoms.entrenched) = (severity, severity, severity);
}

#[test]
fn function_is_one_at_baseline_and_each_part_counts_with_its_weight() {
    let of = |circuit, w| circuit_function(&circuit, w, 1.0, 0.8);
    assert_eq!(of(UNIT, 0.5), 1.0);
    // at w = 1/2 spines and excitation count alike; at 1 excitation does not count at all, at 0 spines do not
    assert!((of(Circuit { spines: 0.7, ..UNIT }, 0.5) - 0.7).abs() < 1e-12);
    assert!((of(Circuit { excitation: 0.7, ..UNIT }, 0.5) - 0.7).abs() < 1e-12);
    assert!((of(Circuit { spines: 0.7, ..UNIT }, 1.0) - 0.49).abs() < 1e-12);
    assert_eq!(of(Circuit { excitation: 0.7, ..UNIT }, 1.0), 1.0);
    assert_eq!(of(Circuit { spines: 0.7, ..UNIT }, 0.0), 1.0);
    // a surge is as much out of band as the silence that mirrors it
    let [surge, silence] = [2.5, 0.4].map(|activity| of(Circuit { activity, ..UNIT }, 0.5));
    assert!((surge - silence).abs() < 1e-12 && surge < 0.6, "{surge}");
}

#[test]
fn severity_is_half_at_the_half_loss_none_above_baseline_and_never_above_one() {
    assert!((steady_severity(1.0 - 0.3, 0.3, 2.0) - 0.5).abs() < 1e-12);
    assert_eq!(steady_severity(1.2, 0.3, 2.0), 0.0);
    assert!(steady_severity(-5.0, 0.3, 2.0) < 1.0);
    // better with one time constant, worse with the other: a third of 1/e after one of each
    let p =
        SymptomsParameters { improvement_time_constant_h: 3.0, worsening_time_constant_h: 48.0, ..Default::default() };
    assert!((severity_after(0.9, 0.0, &p, 3.0) - 0.9 * (-1.0_f64).exp()).abs() < 1e-12);
    assert!((severity_after(0.0, 0.9, &p, 48.0) - 0.9 * (1.0 - (-1.0_f64).exp())).abs() < 1e-12);
}

#[test]
fn every_scale_shows_its_reference_in_the_typical_depressed_subject_and_its_bottom_in_a_healthy_one() {
    let mut app = alone(Overrides::default());
    run_to(&mut app, Time::HOUR);
    let healthy = symptoms(&app);
    assert_eq!(Symptoms { rating_error: 0.0, ..healthy }, Symptoms::default());
    depressed(&mut app);
    run_to(&mut app, Time::HOUR + Time::HOUR);
    let p = SymptomsParameters::default();
    let shown = symptoms(&app);
    let pairs = [
        (shown.madrs, 33.0),
        (shown.hama, p.hama_reference),
        (shown.caps5, p.caps5_reference),
        (shown.ybocs, p.ybocs_reference),
        (shown.craving, p.craving_reference),
        (shown.panss_positive, p.panss_positive_reference),
    ];
    for (value, reference) in pairs {
        assert!((value - reference).abs() < 1e-9, "{value} instead of {reference}");
    }
    assert_eq!(share_of_scale(1.0, 0.55, 0.4), 1.0);
    // what stands of psychosis follows what is entrenched, not the mood of the day
    app.world_mut().resource_mut::<Symptoms>().severity = 0.0;
    run_to(&mut app, Time::from_hours(3.0));
    let relieved = symptoms(&app);
    assert!(relieved.madrs == 0.0 && (relieved.panss_positive - p.panss_positive_reference).abs() < 1e-9);
    app.world_mut().resource_mut::<Symptoms>().entrenched = 0.0;
    run_to(&mut app, Time::from_hours(4.0));
    assert_eq!(symptoms(&app).panss_positive, Symptoms::PANSS_POSITIVE.0);
}

/// A rater is off by an error with mean 0 and the standard deviation of the parameter, drawn anew at every instant; 2,000 ratings,
/// bounds of four standard errors. Without the parameter nobody is off.
#[test]
fn ratings_are_off_by_an_error_without_bias() {
    let points = |app: &mut App, ratings: u32| -> Vec<f64> {
        let mut rate = |hour: u32| {
            run_to(app, Time::from_hours(f64::from(hour)));
            let it = symptoms(app);
            it.rated(it.madrs, (0.0, Symptoms::MADRS)) - it.madrs
        };
        (1..=ratings).map(&mut rate).collect()
    };
    let mut app = alone(Overrides::default());
    depressed(&mut app);
    let off = points(&mut app, 2_000);
    let sd = SymptomsParameters::default().rating_error_points;
    let (mean, n) = (off.iter().fold(0.0, |sum, x| sum + x) / 2_000.0, 2_000_f64);
    let spread = (off.iter().fold(0.0, |sum, x| sum + (x - mean).powi(2)) / n).sqrt();
    assert!(mean.abs() < 4.0 * sd / n.sqrt(), "{mean}");
    assert!((spread / sd - 1.0).abs() < 4.0 / (2.0 * n).sqrt(), "{spread} of {sd}");
    let mut exact = alone(Overrides([("symptoms.rating_error_points".to_owned(), 0.0)].into()));
    depressed(&mut exact);
    assert!(points(&mut exact, 5).iter().all(|error| *error == 0.0));
}

/// The error is a share of the scale, the rating stays within it, and there is nothing to rate where nothing is there.
#[test]
fn a_rating_stays_within_its_scale() {
    let by = |rating_error| Symptoms { rating_error, ..Symptoms::default() };
    let to_60 = (0.0, 60.0);
    assert!((by(0.05).rated(33.0, to_60) - 36.0).abs() < 1e-12);
    assert!((by(-0.05).rated(20.0, (0.0, 40.0)) - 18.0).abs() < 1e-12);
    assert!((by(0.1).rated(20.0, (7.0, 49.0)) - 24.2).abs() < 1e-12, "a share of its length");
    assert_eq!((by(0.5).rated(50.0, to_60), by(-0.5).rated(20.0, to_60), by(0.5).rated(0.0, to_60)), (60.0, 0.0, 0.0));
    assert_eq!((by(-0.9).rated(9.0, (7.0, 49.0)), by(0.5).rated(7.0, (7.0, 49.0))), (7.0, 7.0));
}

/// dY/dt = (X − Y)/τ_o with a fading X: the maximum of the closed form, its place and its size.
#[test]
fn saline_relieves_by_its_share_within_hours_and_for_weeks() {
    let p = SymptomsParameters::default();
    let (onset_h, decay_h) = (p.expectancy_onset_h, 24.0 * p.expectancy_decay_d);
    let peak_h = (decay_h / onset_h).ln() * onset_h * decay_h / (decay_h - onset_h);
    let peak = (1.0 - p.expectancy_unblinding) * (-peak_h / decay_h).exp();
    let relief_at = |hours: f64, mg: f64| {
        let mut app = alone(Overrides::default());
        app.world_mut().resource_mut::<GivenDoses>().0.push(saline(Time::ZERO, mg));
        depressed(&mut app);
        run_to(&mut app, Time::from_hours(hours));
        33.0 - symptoms(&app).madrs
    };
    let most = p.expectancy_points * peak;
    assert!((relief_at(peak_h, 100.0) - most).abs() < 1e-3, "the tick that ends at the peak is rounded to 1 ms");
    assert!((2.0..5.0).contains(&most), "{most}: C16's saline arms");
    assert!(relief_at(1.0 / 3.0, 100.0) < 0.35 * most && relief_at(2.0, 100.0) > 0.8 * most);
    assert!(relief_at(28.0 * 24.0, 100.0) < 0.35 * most);
    assert_eq!(relief_at(peak_h, 0.0), 0.0, "a dose of nothing is no dose");
}

/// After one time constant of its onset the response is 1 − 1/e of the belief, less what has faded by then, and most of it is there
/// two hours after the dose.
#[test]
fn expectation_sets_in_within_its_time_constant() {
    let p = SymptomsParameters::default();
    let given = Expectation { given: 1.0, ..Expectation::default() };
    let after =
        |hours: f64| given.after(p.expectancy_unblinding, p.expectancy_onset_h, 24.0 * p.expectancy_decay_d, hours);
    let belief = 1.0 - p.expectancy_unblinding;
    let at_onset = after(p.expectancy_onset_h).response / belief;
    assert!((at_onset - (1.0 - (-1.0_f64).exp())).abs() < 2.0 * p.expectancy_onset_h / (24.0 * p.expectancy_decay_d));
    assert!(after(2.0).response > 0.8 * belief, "{}", after(2.0).response / belief);
    // long before the onset it is its slope
    assert!((after(1e-6).response / belief / (1e-6 / p.expectancy_onset_h) - 1.0).abs() < 1e-5);
}

#[test]
fn what_is_felt_raises_expectancy_and_the_switches_take_it_away() {
    let relief = |block: f64, overrides: &[(&str, f64)], scale: f64| {
        let overrides = Overrides(overrides.iter().map(|&(key, value)| (format!("symptoms.{key}"), value)).collect());
        let mut app = alone(overrides);
        app.world_mut().resource_mut::<GivenDoses>().0.push(saline(Time::ZERO, 1.0));
        app.world_mut().resource_mut::<NmdaBlock>().synaptic = [block; CellClass::COUNT];
        app.world_mut().resource_mut::<Subject>().expectancy_scale = scale;
        depressed(&mut app);
        run_to(&mut app, Time::DAY);
        33.0 - symptoms(&app).madrs
    };
    let (inert, felt) = (relief(0.0, &[], 1.0), relief(0.14, &[], 1.0));
    assert!(felt > 1.8 * inert && felt < 9.0, "{inert}, {felt}");
    assert_eq!(relief(0.14, &[("expectancy_points", 0.0)], 1.0), 0.0);
    let alike = [("expectancy_unblinding", 0.0)];
    assert_eq!(relief(0.14, &alike, 1.0), relief(0.0, &alike, 1.0));
    assert!((relief(0.14, &[], 0.5) - 0.5 * felt).abs() < 1e-9);
}

/// Lahti 2001: positive symptoms rise with dose while the drug is there, in healthy and ill alike.
#[test]
fn block_worsens_psychosis_at_once_and_leaves_no_trace() {
    let mut app = alone(Overrides::default());
    let panss_at = |app: &mut App, block: f64, hours: f64| {
        app.world_mut().resource_mut::<NmdaBlock>().synaptic = [block; CellClass::COUNT];
        run_to(app, Time::from_hours(hours));
        symptoms(app).panss_positive
    };
    let [none, low, high] =
        [(0.0, 1.0), (0.07, 2.0), (0.14, 3.0)].map(|(block, hours)| panss_at(&mut app, block, hours));
    assert!(none < low && low < high && (high - none - 6.0).abs() < 1e-9, "{none} {low} {high}");
    assert_eq!(panss_at(&mut app, 0.0, 4.0), none);
}

/// A network in a world that is in its burn-in until t = 0; its spines are lost in a way no mechanism would.
fn network_world(start: Time) -> App {
    let cascade = Cascade::standard();
    let in_force = [Glutamate::phase(), SymptomReadOut::phase()];
    let disabled = Disabled(cascade.phases().into_iter().filter(|phase| !in_force.contains(phase)).collect());
    let model = Model { disabled, ..Model::default() };
    let mut app = cascade.assemble(&model, &Protocol::default(), &Subject::default(), start, 1).unwrap();
    network::build(app.world_mut(), &small(), &Overrides::default(), Seed(5)).unwrap();
    cascade.initialise(app.world_mut());
    app
}

#[test]
fn the_baseline_follows_the_burn_in_is_kept_from_then_on_and_goes_with_a_fork() {
    let mut app = network_world(Time::ZERO - Time::DAY - Time::DAY);
    run_to(&mut app, Time::ZERO);
    let kept = *app.world().resource::<CircuitBaseline>();
    assert!((symptoms(&app).circuit_function - 1.0).abs() < 0.01);
    app.world_mut().resource_mut::<InhibitoryTone>().content = 0.6;
    run_to(&mut app, Time::DAY);
    assert_eq!(*app.world().resource::<CircuitBaseline>(), kept);
    let impaired = symptoms(&app);
    assert!((0.55..0.65).contains(&impaired.circuit_function) && impaired.madrs > 5.0, "{impaired:?}");

    let mut fork = network_world(Time::ZERO - Time::DAY);
    state::copy(app.world_mut(), fork.world_mut(), &[]);
    assert_eq!(*fork.world().resource::<CircuitBaseline>(), kept);
    assert_eq!(symptoms(&fork), impaired);
    // a world that begins after the burn-in has nothing else to go by than its own first tick
    let mut late = network_world(Time::HOUR);
    late.world_mut().resource_mut::<InhibitoryTone>().content = 0.6;
    run_to(&mut late, Time::DAY);
    assert!((symptoms(&late).circuit_function - 1.0).abs() < 0.01);
}

/// The circuit's share follows within hours and the rest over months, each on its own exponential; a subject whose circuit carries
/// all shows the first alone, one whose circuit carries nothing the second.
#[test]
fn what_the_circuit_does_not_carry_follows_over_months() {
    let p = SymptomsParameters::default();
    let impaired = |circuit_share: f64| {
        let mut app = network_world(Time::ZERO - Time::DAY);
        app.world_mut().resource_mut::<Subject>().circuit_share = circuit_share;
        run_to(&mut app, Time::ZERO);
        app.world_mut().resource_mut::<InhibitoryTone>().content = 0.6;
        run_to(&mut app, Time::DAY);
        symptoms(&app)
    };
    let typical = impaired(Subject::TYPICAL_CIRCUIT_SHARE);
    let steady = steady_severity(typical.circuit_function, p.half_loss, p.loss_hill);
    let covered = |time_constant_h: f64| 1.0 - (-24.0 / time_constant_h).exp();
    assert!((typical.carried / steady / covered(p.worsening_time_constant_h) - 1.0).abs() < 0.02, "{typical:?}");
    assert!((typical.entrenched / steady / covered(24.0 * p.entrenchment_time_constant_d) - 1.0).abs() < 0.02);
    assert!((typical.severity - 0.65 * typical.carried - 0.35 * typical.entrenched).abs() < 1e-12);
    let [all, nothing] = [1.0, 0.0].map(impaired);
    assert!(all.severity == all.carried && nothing.severity == nothing.entrenched && all.severity > nothing.severity);
}

proptest! {
    /// Two half ticks are one tick.
    #[test]
    fn mood_and_expectation_do_not_depend_on_the_tick(
        severity in 0.0..1.0, steady in 0.0..1.0, given in 0.0..1.0, felt in 0.0..1.0, response in 0.0..1.0,
        step_h in 0.01..100.0,
    ) {
        let p = SymptomsParameters::default();
        let mood = |severity, step_h| severity_after(severity, steady, &p, step_h);
        prop_assert!((mood(severity, step_h) - mood(mood(severity, step_h / 2.0), step_h / 2.0)).abs() < 1e-12);
        prop_assert!((approach(severity, steady, 5.0, 1e6) - steady).abs() < 1e-12);
        let before = Expectation { given, felt, response };
        let after = |from: &Expectation, step_h| from.after(0.5, 4.0, 500.0, step_h);
        let (once, twice) = (after(&before, step_h), after(&after(&before, step_h / 2.0), step_h / 2.0));
        prop_assert!((once.response - twice.response).abs() < 1e-12);
        prop_assert!((0.0..=1.0).contains(&once.response));
    }

    /// Less of anything is never better, within the band of activity below the set point.
    #[test]
    fn function_falls_with_every_part(spines in 0.2..1.0, excitation in 0.2..1.0, inhibition in 0.2..1.0, activity in 0.2..1.0) {
        let whole = Circuit { spines, excitation, activity, inhibition };
        let of = |circuit: &Circuit| circuit_function(circuit, 0.5, 1.0, 0.8);
        for less in [
            Circuit { spines: 0.9 * spines, ..whole },
            Circuit { excitation: 0.9 * excitation, ..whole },
            Circuit { inhibition: 0.9 * inhibition, ..whole },
            Circuit { activity: 0.9 * activity, ..whole },
        ] {
            prop_assert!(of(&less) < of(&whole));
        }
    }
}
