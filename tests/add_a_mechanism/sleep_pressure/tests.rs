use proptest::prelude::*;
use resprout::anatomy::network::{self, NetworkPlan};
use resprout::anatomy::neuron::FiringRate;
use resprout::anatomy::population::{CellClass, Population};
use resprout::anatomy::subject::Subject;
use resprout::anatomy::wiring::KernelShape;
use resprout::foundation::random::Seed;
use resprout::foundation::state;
use resprout::foundation::time::Time;
use resprout::mechanisms::{self, Model, Protocol};
use resprout::schedule::{self, Disabled};

use super::equations::{DAY_H, inhibition, pressure_after, pressure_on_waking};
use super::*;

const DAYS: Days = Days { rise_h: 18.2, fall_h: 4.2, awake_h: 16.0 };

/// The whole cascade without `gaba`, and sleep pressure if `overrides` are given; no neuron yet.
fn cascade(overrides: Option<&Overrides>) -> World {
    let model = Model { disabled: Disabled(vec![Phase::Gaba]), ..Model::default() };
    let mut app = App::empty();
    schedule::install(&mut app, Time::ZERO, 1, &model.disabled);
    mechanisms::add_cascade(&mut app, &model, &Protocol::default(), &Subject::default());
    if let Some(overrides) = overrides {
        app.add_plugins(SleepPressurePlugin { overrides: overrides.clone() });
    }
    std::mem::take(app.world_mut())
}

fn network(overrides: Option<&Overrides>) -> World {
    let population = |name: &str, class, fraction| Population { name: name.to_owned(), class, fraction };
    let plan = NetworkPlan {
        neurons: 200,
        synapses_per_neuron: 40,
        populations: vec![
            population("pyr", CellClass::Pyramidal, 0.8),
            population("pv", CellClass::Pv, 0.12),
            population("sst", CellClass::Sst, 0.08),
        ],
        kernel: KernelShape::default(),
    };
    let mut world = cascade(overrides);
    network::build(&mut world, &plan, &Overrides::default(), Seed(3)).unwrap();
    mechanisms::initialise(&mut world);
    world
}

/// Firing rates (Hz) of all neurons after each of `hours` further hours.
fn rates(world: &mut World, hours: usize) -> Vec<Vec<f32>> {
    let mut query = world.query::<&FiringRate>();
    let mut hour = || {
        let until = world.resource::<Clock>().now + Time::HOUR;
        schedule::advance(world, until).unwrap();
        query.iter(world).map(|rate| rate.0).collect()
    };
    (0..hours).map(|_| hour()).collect()
}

fn mean_hz(rates: &[f32]) -> f64 {
    reduce::mean(rates, |&rate| f64::from(rate))
}

#[test]
fn pressure_settles_at_the_closed_form_of_the_repeated_day() {
    let settled = (0..40).fold(0.0, |pressure, _| pressure_after(pressure, 1.0, &DAYS, 0.0, DAY_H));
    assert!((settled - pressure_on_waking(&DAYS)).abs() < 1e-12, "rounding alone may differ");
    // e^(−8/4.2)·(1 − e^(−16/18.2)) / (1 − e^(−16/18.2 − 8/4.2)), by hand
    assert!((settled - 0.092_795).abs() < 1e-6, "{settled}");
}

proptest! {
    /// Steps may be cut anywhere, across waking and falling asleep.
    #[test]
    fn pressure_does_not_depend_on_the_tick(
        pressure in 0.0..1.5, activity in 0.0..2.0, hour in 0.0..24.0, step_h in 0.0..60.0, cut in 0.0..1.0,
    ) {
        let once = pressure_after(pressure, activity, &DAYS, hour, step_h);
        let first = pressure_after(pressure, activity, &DAYS, hour, cut * step_h);
        let twice = pressure_after(first, activity, &DAYS, hour + cut * step_h, (1.0 - cut) * step_h);
        prop_assert!((once - twice).abs() < 1e-9, "rounding of the hour of the day: {once} {twice}");
    }

    #[test]
    fn inhibition_falls_with_pressure_and_stays_above_zero(pressure in 0.0..50.0, loss in 0.0..1.0) {
        prop_assert!(inhibition(pressure, 0.1, loss) >= 0.0);
        prop_assert!(inhibition(pressure + 1.0, 0.1, loss) <= inhibition(pressure, 0.1, loss));
        prop_assert_eq!(inhibition(0.1, 0.1, loss), 1.0);
    }
}

/// Relative to the same network without the mechanism, whose rates drift as its synapses turn over.
#[test]
fn neurons_fire_more_in_the_evening_than_in_the_morning() {
    let with = rates(&mut network(Some(&Overrides::default())), 40);
    let without = rates(&mut network(None), 40);
    let excess = |hour: usize| mean_hz(&with[hour]) / mean_hz(&without[hour]);
    // waking is at 24 h, bedtime at 40 h
    let (morning, evening) = (excess(25), excess(39));
    assert!(evening > morning + 0.01, "{morning} after waking, {evening} before sleep");
}

/// ε = 0 and the plugin left out are the same network, bit for bit; with the effect on, they are not.
#[test]
fn switched_off_its_effect_vanishes() {
    let mut off = Overrides::default();
    off.0.insert("sleep_pressure.inhibition_loss".to_owned(), 0.0);
    let without = rates(&mut network(None), 6);
    assert_eq!(rates(&mut network(Some(&off)), 6), without);
    assert_ne!(rates(&mut network(Some(&Overrides::default())), 6), without);
}

/// What is carried is copied: a fork goes on as the original does.
#[test]
fn a_fork_remembers_how_tired_its_neurons_are() {
    let on = Overrides::default();
    let mut original = network(Some(&on));
    rates(&mut original, 10);
    let mut fork = cascade(Some(&on));
    network::replicate(&mut original, &mut fork);
    mechanisms::initialise(&mut fork);
    state::copy(&mut original, &mut fork, &[]);
    assert_eq!(rates(&mut fork, 3), rates(&mut original, 3));
}
