//! Simulated time as it passes: ticks, their phases, and how long each may be.
//!
//! A tick is one schedule. Its phases run in the order in which they are installed, each called by the name of the
//! mechanism whose systems it holds; which there are, and in which order, is stated in
//! [`schedule`](crate::schedule).

use std::cell::RefCell;

use bevy_app::App;
use bevy_ecs::error::{ErrorContext, FallbackErrorHandler};
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::{LogLevel, ScheduleBuildSettings, ScheduleLabel, SingleThreadedExecutor};
use serde::{Deserialize, Serialize};

use super::error::{Error, Result};
use super::grid;
use super::state::CarryState;
use super::time::Time;

/// The schedule that advances the world by one tick.
#[derive(ScheduleLabel, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tick;

/// A phase of the tick: the systems of one mechanism, under its name.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Phase(pub &'static str);

/// Phases whose mechanism is switched off: their systems do not run, so the signals they would write
/// stay at the neutral values with which they were inserted.
#[derive(Resource, Clone, Debug, Default, PartialEq)]
pub struct Disabled(pub Vec<Phase>);

/// Where the world stands in simulated time while a tick runs.
#[derive(Resource, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// The instant at which the world began (the start of the burn-in).
    pub beginning: Time,
    /// The instant at which the current tick began.
    pub now: Time,
    /// The length of the current tick.
    pub step: Time,
    /// How many ticks ran before this one. Only counted: nothing that is drawn or written depends on it.
    pub tick: u64,
}

impl Clock {
    /// A clock that stands at `now`, before its first tick.
    #[must_use]
    pub const fn starting_at(now: Time) -> Self {
        Self { beginning: now, now, step: Time::ZERO, tick: 0 }
    }

    /// The instant at which the current tick ends. Signals of a tick describe this instant.
    #[must_use]
    pub fn end(&self) -> Time {
        self.now + self.step
    }

    /// The part of a random address that says when: the instant at which the current tick begins.
    ///
    /// Not the number of the tick, so that two worlds draw alike wherever they tick alike, however many ticks either
    /// took before: differences between arms are then differences of what was done to them.
    #[must_use]
    pub const fn address(&self) -> u64 {
        self.now.milliseconds().cast_unsigned()
    }

    /// The length of the current tick, in hours.
    #[must_use]
    pub fn step_h(&self) -> f64 {
        self.step.hours()
    }
}

/// How long the next tick may be.
#[derive(Resource, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pacing {
    longest: Time,
    /// Every tick length of the grid is divided by this; 2 halves all ticks.
    refine: i64,
}

impl Pacing {
    /// Ticks of the standard grid, each divided by `refine`.
    #[must_use]
    pub fn refined(refine: u32) -> Self {
        Self { longest: Time::NEVER, refine: i64::from(refine.max(1)) }
    }

    /// Called by a mechanism during a tick: the next tick should not be longer than `length`.
    pub fn at_most(&mut self, length: Time) {
        self.longest = self.longest.min(length);
    }

    /// The end of the tick that starts at `now`, never beyond `boundary`. Forgets all proposals.
    fn next_end(&mut self, now: Time, boundary: Time) -> Time {
        let lengths = grid::TICKS.map(|length| Time::from_milliseconds(length.milliseconds() / self.refine));
        let shortest = lengths[lengths.len() - 1];
        let length = lengths.into_iter().find(|&length| length <= self.longest).unwrap_or(shortest);
        self.longest = Time::NEVER;
        now.next_multiple_of(length).min(boundary)
    }
}

/// Instants that no tick may cross: beginnings and ends of doses and stress episodes, removals of spines.
#[derive(Resource, Clone, Debug, Default, PartialEq, Eq)]
pub struct Boundaries(Vec<Time>);

impl Boundaries {
    /// Adds instants; order and repetition do not matter.
    pub fn extend(&mut self, instants: impl IntoIterator<Item = Time>) {
        self.0.extend(instants);
        self.0.sort_unstable();
        self.0.dedup();
    }

    /// The first boundary strictly after `now`.
    #[must_use]
    pub fn after(&self, now: Time) -> Time {
        let next = self.0.partition_point(|&boundary| boundary <= now);
        self.0.get(next).copied().unwrap_or(Time::NEVER)
    }
}

/// The owner of state that belongs to no mechanism, and that every world carries.
pub const WORLD: &str = "world";

/// Installs the tick: its phases in the order of `cascade`, its executor, and its clock at `start`.
///
/// Order that is not written is an error (ambiguity detection), because two systems that touch the
/// same state in an unspecified order are two different models.
pub fn install(app: &mut App, start: Time, refine: u32, cascade: &[Phase], disabled: &Disabled) {
    app.init_schedule(Tick);
    app.edit_schedule(Tick, |schedule| {
        schedule.set_executor(SingleThreadedExecutor::new());
        schedule.set_build_settings(ScheduleBuildSettings {
            ambiguity_detection: LogLevel::Error,
            ..ScheduleBuildSettings::default()
        });
        for pair in cascade.windows(2) {
            schedule.configure_sets(pair[0].before(pair[1]));
        }
        for &phase in &disabled.0 {
            schedule.configure_sets(phase.run_if(|| false));
        }
    });
    app.insert_resource(FallbackErrorHandler(note_failure));
    app.insert_resource(Clock::starting_at(start));
    app.insert_resource(Pacing::refined(refine));
    app.insert_resource(disabled.clone());
    app.init_resource::<Boundaries>();
    app.carry_resource::<Clock>(WORLD).carry_resource::<Pacing>(WORLD);
}

thread_local! {
    /// What the first system to fail in the tick said. A handler of errors is told of no world, but a tick runs on one
    /// thread from its beginning to its end.
    static FAILURE: RefCell<Option<String>> = const { RefCell::new(None) };
}

fn note_failure(mut error: BevyError, context: ErrorContext) {
    // a panic stays one
    if let Some(payload) = error.take_payload() {
        std::panic::resume_unwind(payload);
    }
    FAILURE.with_borrow_mut(|first| {
        first.get_or_insert_with(|| {
            format!("{} `{}`: {}", context.kind(), context.name(), error.to_string().trim_end())
        });
    });
}

/// Runs one tick, ending at the latest at `until`.
///
/// # Errors
/// [`Error::Run`] with the words of the first system that failed, or that lacks a resource. The tick ran on without
/// it, so the world is of no use then.
pub fn advance(world: &mut World, until: Time) -> Result<()> {
    let now = world.resource::<Clock>().now;
    let boundary = world.resource::<Boundaries>().after(now).min(until);
    let end = world.resource_mut::<Pacing>().next_end(now, boundary);
    world.resource_mut::<Clock>().step = end - now;
    FAILURE.take();
    world.run_schedule(Tick);
    if let Some(failure) = FAILURE.take() {
        return Err(Error::Run(format!("in the tick that begins at t = {:.3} h, {failure}", now.hours())));
    }
    let mut clock = world.resource_mut::<Clock>();
    clock.now = end;
    clock.step = Time::ZERO;
    clock.tick += 1;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_whole_hour_ends_a_tick_and_no_tick_crosses_a_boundary() {
        let boundary = Time::from_hours(1.0 + 40.0 / 60.0 + 0.001);
        let mut pacing = Pacing::refined(1);
        let mut now = Time::ZERO;
        let mut ends = Vec::new();
        for length_min in [60, 7, 7, 7, 7, 7, 7, 7, 7, 1, 1, 60, 60] {
            pacing.at_most(Time::from_milliseconds(60_000 * length_min));
            now = pacing.next_end(now, if now < boundary { boundary } else { Time::NEVER });
            ends.push(now);
        }
        assert!(ends.contains(&boundary));
        assert!(ends.contains(&Time::from_hours(1.0)));
        assert!(ends.contains(&Time::from_hours(2.0)));
        assert!(ends.contains(&Time::from_hours(3.0)));
    }

    #[test]
    fn a_disabled_phase_runs_no_system() {
        #[derive(Resource, Default)]
        struct Ran(u32);
        let mut app = App::empty();
        app.init_resource::<Ran>();
        let [cause, effect] = [Phase("cause"), Phase("effect")];
        install(&mut app, Time::ZERO, 1, &[cause, effect], &Disabled(vec![effect]));
        app.add_systems(Tick, (|mut ran: ResMut<Ran>| ran.0 += 1).in_set(effect));
        app.add_systems(Tick, (|mut ran: ResMut<Ran>| ran.0 += 10).in_set(cause));
        advance(app.world_mut(), Time::DAY).unwrap();
        assert_eq!(app.world().resource::<Ran>().0, 10);
        assert_eq!(app.world().resource::<Clock>().now, Time::HOUR);
    }

    #[derive(Resource)]
    struct Nobodys;

    #[test]
    fn the_first_system_that_fails_ends_the_simulation_in_its_own_words() {
        fn first() -> std::result::Result<(), BevyError> {
            Err("the pump is empty".into())
        }
        fn second(_: Res<Nobodys>) {}
        let mut app = App::empty();
        install(&mut app, Time::ZERO, 1, &[Phase("cause"), Phase("effect")], &Disabled::default());
        app.add_systems(Tick, second.in_set(Phase("effect")));
        let said = advance(app.world_mut(), Time::HOUR).unwrap_err().to_string();
        assert!(said.contains("second") && said.contains("Nobodys"), "{said}");
        app.add_systems(Tick, first.in_set(Phase("cause")));
        let said = advance(app.world_mut(), Time::HOUR).unwrap_err().to_string();
        assert!(said.contains("first") && said.contains("the pump is empty") && !said.contains("second"), "{said}");
        assert_eq!(app.world().resource::<Clock>().now, Time::ZERO, "a tick that failed is not over");
    }

    #[test]
    #[should_panic(expected = "out of range")]
    fn a_panic_in_a_system_stays_one() {
        let mut app = App::empty();
        install(&mut app, Time::ZERO, 1, &[Phase("cause"), Phase("effect")], &Disabled::default());
        app.add_systems(Tick, (|| panic!("out of range")).in_set(Phase("effect")));
        let _ = advance(app.world_mut(), Time::HOUR);
    }
}
