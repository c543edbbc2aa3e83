//! One network in one world, advanced tick by tick.

use std::io::{self, Read, Write};
use std::path::Path;

use bevy_ecs::prelude::*;

use crate::anatomy::all_neurons;
use crate::anatomy::network::{self, Network, NetworkPlan};
use crate::anatomy::neuron::{AmpaGain, CalciumTrace, FiringRate, Neuron, SynapticInput, VacantElements};
use crate::anatomy::population::default_populations;
use crate::anatomy::subject::Subject;
use crate::anatomy::synapses::{Dendrite, Synapses};
use crate::anatomy::wiring::KernelShape;
use crate::foundation::clock::{self, Clock};
use crate::foundation::error::{Error, Result};
use crate::foundation::random::Seed;
use crate::foundation::sections::{SectionReader, SectionWriter};
use crate::foundation::state;
use crate::foundation::time::Time;
use crate::mechanisms::{Cascade, Model, Protocol};

/// What stays the same in every branch of a replicate.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The network.
    pub plan: NetworkPlan,
    /// The seed of the replicate.
    pub seed: Seed,
    /// The body that carries the network.
    pub subject: Subject,
    /// The start of the burn-in.
    pub beginning: Time,
    /// Every tick is divided by this.
    pub refine: u32,
    /// The mechanisms.
    pub cascade: Cascade,
}

impl Setup {
    /// A network of the default populations and kernel in a typical subject, without burn-in: what benchmarks measure.
    #[must_use]
    pub fn typical(neurons: usize, synapses_per_neuron: usize) -> Self {
        Self {
            plan: NetworkPlan {
                neurons,
                synapses_per_neuron,
                populations: default_populations(),
                kernel: KernelShape::default(),
            },
            seed: Seed(1),
            subject: Subject::default(),
            beginning: Time::ZERO,
            refine: 1,
            cascade: Cascade::standard(),
        }
    }

    /// A world with every mechanism and no neuron.
    fn world(&self, model: &Model, protocol: &Protocol) -> Result<World> {
        let mut app = self.cascade.assemble(model, protocol, &self.subject, self.beginning, self.refine)?;
        Ok(std::mem::take(app.world_mut()))
    }
}

/// A simulated network.
///
/// Its state is what [`foundation::state`](crate::foundation::state) lists, and nothing else: forks copy that
/// list, and checkpoints hold it.
pub struct Simulation {
    setup: Setup,
    world: World,
    watched: QueryState<FeedbackColumns, With<Neuron>>,
}

/// Through what every loop of feedback passes.
type FeedbackColumns = (
    &'static Neuron,
    &'static FiringRate,
    &'static CalciumTrace,
    &'static AmpaGain,
    &'static SynapticInput,
    &'static VacantElements,
    &'static Dendrite,
);

impl Simulation {
    /// Builds a network under `model` and `protocol`, at the start of its burn-in.
    ///
    /// # Errors
    /// [`Error::Run`] if the plan holds no excitatory neuron; [`Error::Input`] if the mechanisms do not fit together.
    pub fn new(setup: &Setup, model: &Model, protocol: &Protocol) -> Result<Self> {
        Self::new_until(setup, model, protocol, &|| false)
    }

    /// The same; while the network is built, `is_interrupted` is asked whether to stop.
    ///
    /// # Errors
    /// Those of [`Simulation::new`]; [`Error::Interrupted`] if the network was not finished.
    pub fn new_until(
        setup: &Setup,
        model: &Model,
        protocol: &Protocol,
        is_interrupted: &(dyn Fn() -> bool + Sync),
    ) -> Result<Self> {
        let mut world = setup.world(model, protocol)?;
        network::build_until(&mut world, &setup.plan, &model.overrides, setup.seed, is_interrupted)?;
        setup.cascade.initialise(&mut world);
        Ok(Self::standing_in(world, setup))
    }

    fn standing_in(mut world: World, setup: &Setup) -> Self {
        Self { setup: setup.clone(), watched: world.query_filtered(), world }
    }

    /// A second simulation that stands where this one stands and goes on under `model` and `protocol`.
    ///
    /// If both agree with this simulation's up to now, the fork cannot be told from a simulation that ran
    /// under them from the beginning. The state of a mechanism that `model` switches off is not copied: what
    /// it caused vanishes.
    ///
    /// # Errors
    /// [`Error::Input`] if the mechanisms do not fit together; they did when this simulation was built.
    pub fn fork(&mut self, model: &Model, protocol: &Protocol) -> Result<Self> {
        let mut world = self.setup.world(model, protocol)?;
        network::replicate(&mut self.world, &mut world);
        self.setup.cascade.initialise(&mut world);
        let off: Vec<&str> = model.disabled.0.iter().map(|phase| phase.0).collect();
        state::copy(&mut self.world, &mut world, &off);
        Ok(Self::standing_in(world, &self.setup))
    }

    /// Writes the state to a checkpoint.
    pub fn save<W: Write>(&mut self, into: &mut SectionWriter<W>) -> io::Result<()> {
        state::save(&mut self.world, into)
    }

    /// A simulation that stands where the one that was saved stood, under the same `model` and `protocol`.
    /// `founder` is the model under which the network was built.
    ///
    /// It cannot be told from the one that was saved.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] if the checkpoint does not fit; [`Error::Io`] if `path` cannot be read.
    pub fn load<R: Read>(
        setup: &Setup,
        founder: &Model,
        model: &Model,
        protocol: &Protocol,
        from: &mut SectionReader<R>,
        path: &Path,
    ) -> Result<Self> {
        let mut world = setup.world(model, protocol)?;
        network::build_unwired(&mut world, &setup.plan, &founder.overrides, setup.seed)?;
        setup.cascade.initialise(&mut world);
        state::load(&mut world, from).map_err(Error::unreadable(path))?;
        Ok(Self::standing_in(world, setup))
    }

    /// The instant at which the simulation stands.
    #[must_use]
    pub fn now(&self) -> Time {
        self.world.resource::<Clock>().now
    }

    /// Ticks since the beginning.
    #[must_use]
    pub fn ticks(&self) -> u64 {
        self.world.resource::<Clock>().tick
    }

    /// The world, to be looked at.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Runs ticks up to `until`, which ends a tick. `after_tick` sees the world after each; its error stops
    /// the simulation between ticks.
    ///
    /// # Errors
    /// [`Error::Numerical`] if a state variable left the numbers or a synapse was lost; [`Error::Run`] if a system failed
    /// or only some neurons have a component; or the error of `after_tick`.
    pub fn advance_to(&mut self, until: Time, mut after_tick: impl FnMut(&World) -> Result<()>) -> Result<()> {
        while self.now() < until {
            self.tick(until)?;
            after_tick(&self.world)?;
        }
        Ok(())
    }

    /// Runs one tick, which ends at the latest at `until`.
    ///
    /// # Errors
    /// [`Error::Numerical`] and [`Error::Run`], as [`Simulation::advance_to`].
    pub fn tick(&mut self, until: Time) -> Result<()> {
        clock::advance(&mut self.world, until)?;
        self.check()
    }

    /// Looks for numbers that are none and for synapses that are unaccounted for.
    ///
    /// All feedback goes through anatomy, so whatever goes wrong in a mechanism shows here within a tick.
    fn check(&mut self) -> Result<()> {
        let time_h = self.now().hours();
        let fail = |what: String| Err(Error::Numerical { time_h, what });
        let mut standing = 0;
        let columns = all_neurons::slices(self.watched.query(&self.world), &self.world)?;
        if let Some((neurons, rates, calcium, gains, inputs, vacant, dendrites)) = columns {
            for id in 0..rates.len() {
                if neurons[id].id as usize != id {
                    return fail(format!("neuron {} stands where neuron {id} should", neurons[id].id));
                }
                let VacantElements { dendritic_excitatory, dendritic_inhibitory, axonal } = vacant[id];
                let watched = [
                    ("firing rate", rates[id].0),
                    ("calcium trace", calcium[id].0),
                    ("AMPA gain", gains[id].0),
                    ("excitatory input", inputs[id].excitatory),
                    ("inhibitory input", inputs[id].inhibitory),
                    ("vacant elements", dendritic_excitatory + dendritic_inhibitory + axonal),
                ];
                if let Some((name, value)) = watched.into_iter().find(|(_, value)| !value.is_finite()) {
                    return fail(format!("{name} of neuron {id} is {value}"));
                }
                standing += (dendrites[id].excitatory.len() + dendrites[id].inhibitory.len()) as u64;
            }
        }
        let tally = self.world.resource::<Synapses>().tally();
        if tally.initial + tally.formed != tally.eliminated + standing {
            return fail(format!(
                "{} synapses to begin with + {} formed ≠ {} eliminated + {standing} standing",
                tally.initial, tally.formed, tally.eliminated
            ));
        }
        Ok(())
    }

    /// Number of neurons.
    #[must_use]
    pub fn neurons(&self) -> usize {
        self.world.resource::<Network>().classes.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::anatomy::population::default_populations;
    use crate::anatomy::synapses::Complement;
    use crate::anatomy::wiring::KernelShape;
    use crate::configuration::Experiment;
    use crate::experiment::protocols;
    use bevy_app::App;

    use crate::foundation::clock::{Disabled, Phase, Tick};
    use crate::mechanisms::Mechanism;
    use crate::mechanisms::bdnf::Bdnf;
    use crate::mechanisms::dosing::Dosing;
    use crate::mechanisms::pruning::Pruning;
    use crate::mechanisms::side_effects::SideEffectReadOut;
    use crate::mechanisms::stress::{GlucocorticoidLoad, Stress, StressEpisode, StressSchedule};

    /// Asked once in so many neurons; nothing is asked of a network of fewer.
    #[test]
    fn a_network_is_given_up_while_it_is_built() {
        use std::sync::atomic::{AtomicU32, Ordering};
        let setup = Setup::typical(3_000, 10);
        let (model, protocol, asked) = (Model::default(), Protocol::default(), AtomicU32::new(0));
        let asked = &asked;
        let ask = |yes_at: u32| move || asked.fetch_add(1, Ordering::SeqCst) == yes_at;
        let error = Simulation::new_until(&setup, &model, &protocol, &ask(1)).map(drop).unwrap_err();
        assert_eq!(error.exit_code(), 130);
        assert_eq!(asked.load(Ordering::SeqCst), 2);
        assert!(Simulation::new_until(&setup, &model, &protocol, &ask(u32::MAX)).is_ok());
    }

    fn setup() -> Setup {
        Setup {
            plan: NetworkPlan {
                neurons: 150,
                synapses_per_neuron: 30,
                populations: default_populations(),
                kernel: KernelShape::default(),
            },
            seed: Seed(3),
            subject: Subject::default(),
            beginning: Time::ZERO,
            refine: 1,
            cascade: Cascade::standard(),
        }
    }

    fn stressed() -> Protocol {
        let episode = StressEpisode { start: Time::ZERO, end: Time::from_hours(100.0), level: 0.9 };
        Protocol { stress: StressSchedule(vec![episode]), ..Protocol::default() }
    }

    #[test]
    fn a_number_that_is_none_is_found_within_a_tick_and_named() {
        let mut simulation = Simulation::new(&setup(), &Model::default(), &Protocol::default()).unwrap();
        let mut traces = simulation.world.query::<&mut CalciumTrace>();
        traces.iter_mut(&mut simulation.world).nth(17).unwrap().0 = f32::NAN;
        let error = simulation.advance_to(Time::DAY, |_| Ok(())).unwrap_err();
        assert_eq!(error.exit_code(), 3);
        assert!(error.to_string().contains("of neuron 17"), "{error}");
        assert_eq!(simulation.now(), Time::HOUR);
    }

    #[test]
    fn a_synapse_that_is_unaccounted_for_stops_the_simulation() {
        let mut simulation = Simulation::new(&setup(), &Model::default(), &Protocol::default()).unwrap();
        simulation.advance_to(Time::HOUR, |_| Ok(())).unwrap();
        let forgotten = simulation.world.query::<&Dendrite>().iter(&simulation.world).next().copied().unwrap();
        let mut dendrites = simulation.world.query::<&mut Dendrite>();
        *dendrites.iter_mut(&mut simulation.world).nth(1).unwrap() = forgotten;
        assert_eq!(simulation.check().unwrap_err().exit_code(), 3);
    }

    /// Given to every third neuron before, within or after the mechanisms of a tick: whoever works through all neurons
    /// would miss the others.
    #[test]
    fn a_component_of_only_some_neurons_ends_the_simulation_and_is_named() {
        #[derive(Component)]
        struct Engram;
        fn form_engram(mut commands: Commands, neurons: Query<(Entity, &Neuron), Without<Engram>>, clock: Res<Clock>) {
            if clock.tick == 2 {
                let members = neurons.iter().filter(|(_, neuron)| neuron.id.is_multiple_of(3));
                members.for_each(|(entity, _)| {
                    commands.entity(entity).insert(Engram);
                });
            }
        }
        fn in_phase_of<M: Mechanism>(app: &mut App, _: &[Phase]) {
            app.add_systems(Tick, form_engram.in_set(M::phase()).ambiguous_with_all());
        }
        for (onlooker, ticks) in [
            (in_phase_of::<Dosing> as fn(&mut App, &[Phase]), 2),
            (in_phase_of::<Bdnf>, 2),
            (in_phase_of::<SideEffectReadOut>, 3),
        ] {
            let setup = Setup { cascade: Cascade::standard().watched_by(onlooker), ..setup() };
            let mut simulation = Simulation::new(&setup, &Model::default(), &Protocol::default()).unwrap();
            let error = simulation.advance_to(Time::DAY, |_| Ok(())).unwrap_err();
            assert_eq!(error.exit_code(), 1, "{error}");
            assert!(error.to_string().contains("::Engram` (50 of 150)"), "{error}");
            assert_eq!(simulation.ticks(), ticks);
        }
    }

    /// All neurons have the component, but they moved to its table in another order than that of their identities.
    #[test]
    fn neurons_out_of_order_end_the_simulation() {
        #[derive(Component)]
        struct Engram;
        let mut simulation = Simulation::new(&setup(), &Model::default(), &Protocol::default()).unwrap();
        let world = &mut simulation.world;
        let mut neurons: Vec<Entity> = world.query_filtered::<Entity, With<Neuron>>().iter(world).collect();
        neurons.swap(3, 4);
        for neuron in neurons {
            simulation.world.entity_mut(neuron).insert(Engram);
        }
        let error = simulation.check().unwrap_err();
        assert!(error.to_string().contains("neuron 4 stands where neuron 3 should"), "{error}");
    }

    /// The state of a mechanism is not carried into a fork without it: stress that has built up is gone.
    #[test]
    fn what_a_mechanism_caused_vanishes_in_a_fork_without_it() {
        let mut simulation = Simulation::new(&setup(), &Model::default(), &stressed()).unwrap();
        simulation.advance_to(Time::DAY, |_| Ok(())).unwrap();
        assert!(simulation.world().resource::<GlucocorticoidLoad>().0 > 0.2);
        let without = Model { disabled: Disabled(vec![Stress::phase()]), ..Model::default() };
        let mut fork = simulation.fork(&without, &stressed()).unwrap();
        fork.advance_to(Time::DAY + Time::DAY, |_| Ok(())).unwrap();
        assert_eq!(fork.world().resource::<GlucocorticoidLoad>().0, 0.0);
        assert_eq!(fork.ticks(), 48);
    }

    /// Anatomy sweeps by what pruning states; what pruning stated must not outlive it.
    #[test]
    fn a_fork_without_pruning_keeps_no_complement() {
        let complement = |simulation: &mut Simulation| {
            let mut neurons = simulation.world.query::<&Complement>();
            neurons.iter(&simulation.world).copied().collect::<Vec<_>>()
        };
        let mut simulation = Simulation::new(&setup(), &Model::default(), &stressed()).unwrap();
        simulation.advance_to(Time::DAY, |_| Ok(())).unwrap();
        let neutral = Complement::default();
        assert!(complement(&mut simulation).iter().any(|own| *own != neutral));
        let without = Model { disabled: Disabled(vec![Pruning::phase()]), ..Model::default() };
        let mut fork = simulation.fork(&without, &stressed()).unwrap();
        assert!(complement(&mut fork).iter().all(|own| *own == neutral));
    }

    #[test]
    fn the_error_of_whoever_looks_on_stops_between_ticks() {
        let mut simulation = Simulation::new(&setup(), &Model::default(), &Protocol::default()).unwrap();
        let stopped = simulation.advance_to(Time::DAY, |world| {
            let enough = world.resource::<Clock>().tick == 3;
            if enough { Err(Error::Interrupted("here".to_owned())) } else { Ok(()) }
        });
        assert_eq!(stopped.unwrap_err().exit_code(), 130);
        assert_eq!(simulation.ticks(), 3);
    }

    const EXPERIMENT: &str = r#"
        schema_version = 1
        title = "checkpoints"
        network = { neurons = 150, synapses_per_neuron = 30 }
        time = { burn_in = "6 h", horizon = "40 h" }
        stress = [{ start = "2 h", end = "12 h", level = 0.9 }]
        [[arm]]
        name = "everything"
        doses = [{ drug = "ketamine", time = "14.5 h", amt = "0.5 mg/kg", route = "iv", dur = "40 min", ii = "9 h", addl = 1 }]
        remove_spines = [{ time = "20.5 h", born_after = "6 h", fraction = 0.5 }]
        [[arm]]
        name = "without"
        disable = ["bdnf"]
        doses = [{ drug = "memantine", time = "3 h", amt = "20 mg", route = "oral" }]
    "#;

    fn state_of(simulation: &mut Simulation) -> Vec<u8> {
        let mut file = Vec::new();
        let mut writer = SectionWriter::begin(&mut file).unwrap();
        simulation.save(&mut writer).unwrap();
        writer.end().unwrap();
        file
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        /// Between any two ticks, in stress, in an infusion, after it: what goes on from the file ends in the same
        /// state, all of it, as what never stopped.
        #[test]
        fn a_simulation_that_was_saved_and_loaded_goes_on_as_if_nothing_had_happened(arm in 0..2_usize, ticks in 0..260_u64) {
            let experiment = Experiment::from_toml(EXPERIMENT).unwrap();
            let course = &protocols::courses(&experiment).unwrap()[arm];
            let (model, protocol) = (&course.models[0].1, protocols::protocol(&experiment, course).unwrap());
            let setup = Setup { beginning: Time::from_hours(-6.0), ..setup() };
            let mut simulation = Simulation::new(&setup, model, &protocol).unwrap();
            let horizon = experiment.time.horizon;
            while simulation.ticks() < ticks && simulation.now() < horizon {
                simulation.tick(horizon).unwrap();
            }
            let file = state_of(&mut simulation);
            let mut reader = SectionReader::open(file.as_slice()).unwrap();
            let path = Path::new("checkpoint");
            let mut loaded = Simulation::load(&setup, model, model, &protocol, &mut reader, path).unwrap();
            prop_assert!(reader.end().is_ok());
            prop_assert!(state_of(&mut loaded) == file, "loaded as saved");
            simulation.advance_to(horizon, |_| Ok(())).unwrap();
            loaded.advance_to(horizon, |_| Ok(())).unwrap();
            prop_assert_eq!(simulation.ticks(), loaded.ticks());
            prop_assert!(state_of(&mut simulation) == state_of(&mut loaded), "{} ticks", ticks);
        }
    }
}
