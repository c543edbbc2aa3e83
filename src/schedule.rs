//! THE CASCADE: the whole tick on one page.
//!
//! A tick is one schedule whose phases run in the order written here, from the infusion pump to the
//! read-outs. Every mechanism adds its systems to the phase that bears its name and reads only what
//! stands above it. (A protocol that removes spines does so before the first phase.) Feedback goes through [`anatomy`](crate::anatomy) and arrives at the next tick;
//! there is no other loop.

use std::cell::RefCell;

use bevy_app::App;
use bevy_ecs::error::{ErrorContext, FallbackErrorHandler};
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::{LogLevel, ScheduleBuildSettings, ScheduleLabel, SingleThreadedExecutor};
use serde::{Deserialize, Serialize};

use crate::foundation::error::{Error, Result};
use crate::foundation::grid;
use crate::foundation::state::CarryState;
use crate::foundation::time::Time;

/// The schedule that advances the world by one tick.
#[derive(ScheduleLabel, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tick;

/// The phases of a tick, in causal order.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// Doses begin and end.
    Dosing,
    /// Drug amounts become free concentrations at the receptor.
    Pharmacokinetics,
    /// Stress episodes load the body with glucocorticoid.
    Stress,
    /// Cytokines follow stress and drug.
    Inflammation,
    /// Serotonin follows reuptake inhibition and its own autoreceptors.
    Serotonin,
    /// Drugs block NMDA receptors, by population and subunit.
    NmdaAntagonism,
    /// Firing rates settle; glutamate is released and taken up.
    Glutamate,
    /// Inhibitory tone follows activity and stress.
    Gaba,
    /// BDNF is released, TrkB and mTORC1 follow, synaptic protein is made.
    Bdnf,
    /// How spines grow, shrink, mature and turn over is decided, neuron by neuron.
    SpinePlasticity,
    /// Chronic stress raises the hazard of elimination.
    Pruning,
    /// Anatomy carries those decisions out on every synapse, in one pass.
    SynapseSweep,
    /// Vacant elements grow and meet partners.
    Synaptogenesis,
    /// Anatomy applies staged births once, in a fixed order.
    SynapseEdits,
    /// Symptom scales are read off the circuit.
    Symptoms,
    /// Side effects are read off concentration and block.
    SideEffects,
}

impl Phase {
    /// Every phase, in the order in which a tick runs them.
    pub const CASCADE: [Self; 16] = [
        Self::Dosing,
        Self::Pharmacokinetics,
        Self::Stress,
        Self::Inflammation,
        Self::Serotonin,
        Self::NmdaAntagonism,
        Self::Glutamate,
        Self::Gaba,
        Self::Bdnf,
        Self::SpinePlasticity,
        Self::Pruning,
        Self::SynapseSweep,
        Self::Synaptogenesis,
        Self::SynapseEdits,
        Self::Symptoms,
        Self::SideEffects,
    ];

    /// The name under which a config switches the phase's mechanism off.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dosing => "dosing",
            Self::Pharmacokinetics => "pharmacokinetics",
            Self::Stress => "stress",
            Self::Inflammation => "inflammation",
            Self::Serotonin => "serotonin",
            Self::NmdaAntagonism => "nmda_antagonism",
            Self::Glutamate => "glutamate",
            Self::Gaba => "gaba",
            Self::Bdnf => "bdnf",
            Self::SpinePlasticity => "spine_plasticity",
            Self::Pruning => "pruning",
            Self::SynapseSweep => "synapse_sweep",
            Self::Synaptogenesis => "synaptogenesis",
            Self::SynapseEdits => "synapse_edits",
            Self::Symptoms => "symptoms",
            Self::SideEffects => "side_effects",
        }
    }
}

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
    /// How many ticks ran before this one; part of every random address.
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

/// Installs the tick: its phases in order, its executor, and its clock at `start`.
///
/// Order that is not written is an error (ambiguity detection), because two systems that touch the
/// same state in an unspecified order are two different models.
pub fn install(app: &mut App, start: Time, refine: u32, disabled: &Disabled) {
    app.init_schedule(Tick);
    app.edit_schedule(Tick, |schedule| {
        schedule.set_executor(SingleThreadedExecutor::new());
        schedule.set_build_settings(ScheduleBuildSettings {
            ambiguity_detection: LogLevel::Error,
            ..ScheduleBuildSettings::default()
        });
        for pair in Phase::CASCADE.windows(2) {
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
    app.carry_resource::<Clock>().carry_resource::<Pacing>();
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
        install(&mut app, Time::ZERO, 1, &Disabled(vec![Phase::Bdnf]));
        app.add_systems(Tick, (|mut ran: ResMut<Ran>| ran.0 += 1).in_set(Phase::Bdnf));
        app.add_systems(Tick, (|mut ran: ResMut<Ran>| ran.0 += 10).in_set(Phase::Gaba));
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
        install(&mut app, Time::ZERO, 1, &Disabled::default());
        app.add_systems(Tick, second.in_set(Phase::Gaba));
        let said = advance(app.world_mut(), Time::HOUR).unwrap_err().to_string();
        assert!(said.contains("second") && said.contains("Nobodys"), "{said}");
        app.add_systems(Tick, first.in_set(Phase::Dosing));
        let said = advance(app.world_mut(), Time::HOUR).unwrap_err().to_string();
        assert!(said.contains("first") && said.contains("the pump is empty") && !said.contains("second"), "{said}");
        assert_eq!(app.world().resource::<Clock>().now, Time::ZERO, "a tick that failed is not over");
    }

    #[test]
    #[should_panic(expected = "out of range")]
    fn a_panic_in_a_system_stays_one() {
        let mut app = App::empty();
        install(&mut app, Time::ZERO, 1, &Disabled::default());
        app.add_systems(Tick, (|| panic!("out of range")).in_set(Phase::Gaba));
        let _ = advance(app.world_mut(), Time::HOUR);
    }
}
