use proptest::prelude::*;

use super::equations::load_after;
use super::*;
use crate::anatomy::subject::Subject;
use crate::foundation::clock;
use crate::mechanisms::{Cascade, Model, Protocol};

/// The closed form of a 21-day episode of severity 0.8, read at its end and one time constant of the fall later.
#[test]
fn load_rises_and_falls_as_the_exponentials_say() {
    let episode = StressEpisode { start: Time::DAY, end: Time::from_hours(22.0 * 24.0), level: 0.8 };
    let protocol = Protocol { stress: StressSchedule(vec![episode]), ..Protocol::default() };
    let cascade = Cascade::empty().then(Stress);
    let mut app = cascade.assemble(&Model::default(), &protocol, &Subject::default(), Time::ZERO, 1).unwrap();
    let mut load_at = |day: f64| {
        while app.world().resource::<Clock>().now < Time::from_hours(24.0 * day) {
            clock::advance(app.world_mut(), Time::from_hours(24.0 * day)).unwrap();
        }
        app.world().resource::<GlucocorticoidLoad>().0
    };
    assert_eq!(load_at(1.0), 0.0);
    let p = StressParameters::default();
    let risen = 0.8 * (1.0 - (-21.0_f64 / p.onset_time_constant_d).exp());
    assert!((load_at(22.0) - risen).abs() < 1e-12, "rounding alone may differ");
    assert!(
        (load_at(22.0 + p.offset_time_constant_d) - risen * (-1.0_f64).exp()).abs() < 1e-12,
        "rounding alone may differ"
    );
}

proptest! {
    /// Two half ticks are one tick, and the load never leaves its range.
    #[test]
    fn load_does_not_depend_on_the_tick(load in 0.0..1.0, level in 0.0..1.0, step_d in 0.0..30.0) {
        let p = StressParameters::default();
        let after = |load, step_d| load_after(load, level, &p, step_d);
        let (once, halved) = (after(load, step_d), after(after(load, step_d / 2.0), step_d / 2.0));
        prop_assert!((once - halved).abs() < 1e-12);
        prop_assert!((0.0..=1.0).contains(&once));
    }
}
