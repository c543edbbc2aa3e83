//! What a mechanism is, to everything else: one value with a name.

use std::any::TypeId;

use bevy_app::App;
use bevy_ecs::component::Mutable;
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::ScheduleConfigs;
use bevy_ecs::system::ScheduleSystem;

use super::column::Column;
use super::outcome::AnalyteOutcome;
use crate::anatomy::neuron::Neuron;
use crate::foundation::clock::{Boundaries, Phase, Tick};
use crate::foundation::parameters::Parameters;
use crate::foundation::state::{Carry, CarryState, Streamed};
use crate::foundation::time::Time;

/// Who speaks through a link of the cascade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A mechanism, which a config can switch off.
    Mechanism,
    /// Anatomy, which carries out what mechanisms decide, and without which there is no network.
    Anatomy,
}

/// One mechanism: all that the rest of the program needs to know of it.
///
/// It is registered once, in a [`Cascade`](super::Cascade), and from there follow its place in the tick, its rows in
/// `resprout params`, its keys in a config, its name in `model.disable`, its columns, and the state that forks and
/// checkpoints carry. [The guide](crate::guide::add_a_mechanism) goes through one.
pub trait Mechanism: Send + Sync + 'static {
    /// The name: lower case with underscores, as in `model.disable` and before the dot of its parameters' keys.
    const NAME: &'static str;
    /// What happens, in a sentence with a full stop.
    const ABOUT: &'static str;
    /// Whether a config can switch it off.
    const PART: Part = Part::Mechanism;
    /// Its parameters; [`NoParameters`](crate::foundation::parameters::NoParameters) if it has none. The world holds
    /// their values as a resource.
    type Parameters: Parameters;
    /// What it shows.
    const COLUMNS: &'static [Column] = &[];
    /// What it tells of a whole run.
    const OUTCOMES: &'static [AnalyteOutcome] = &[];

    /// Declares signals and state, and adds systems. What the protocol and the subject give is in the world already;
    /// neurons are not.
    fn build(&self, link: &mut Link, parameters: &Self::Parameters);

    /// Brings a newly built network to where the first tick begins; what stands above in the cascade has done so.
    fn initialise(&self, _world: &mut World) {}

    /// The phase of the tick in which its systems run.
    #[must_use]
    fn phase() -> Phase
    where
        Self: Sized,
    {
        Phase(Self::NAME)
    }
}

/// How a mechanism deals with a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// It writes the signal, and nobody else does.
    Writes,
    /// It reads what a mechanism above wrote in the same tick.
    Reads,
    /// It reads what a mechanism below wrote in the tick before.
    Feels,
}

/// A signal, and what one link of the cascade does with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Its type.
    pub kind: TypeId,
    /// The type's name.
    pub name: &'static str,
    /// The link.
    pub link: &'static str,
    /// What the link does with it.
    pub flow: Flow,
    /// Whether somebody must write it for the link to work; others have a neutral value.
    pub needed: bool,
}

impl Signal {
    /// The type's name without the modules around it.
    #[must_use]
    pub fn short_name(&self) -> &'static str {
        self.name.rsplit("::").next().unwrap_or(self.name)
    }
}

/// A mechanism's place in a world that is being put together.
///
/// A *signal* is a resource, or a component of neurons, by which a mechanism acts on others. It has one writer, which
/// inserts it at its neutral value; who reads it says so too, and does without if nobody writes it.
pub struct Link<'a> {
    app: &'a mut App,
    name: &'static str,
    signals: &'a mut Vec<Signal>,
}

impl<'a> Link<'a> {
    pub(super) fn new(app: &'a mut App, name: &'static str, signals: &'a mut Vec<Signal>) -> Self {
        Self { app, name, signals }
    }

    /// The world as built so far.
    pub fn world(&mut self) -> &mut World {
        self.app.world_mut()
    }

    fn notes<T: 'static>(&mut self, flow: Flow, needed: bool) -> &mut Self {
        let (kind, name) = (TypeId::of::<T>(), std::any::type_name::<T>());
        self.signals.push(Signal { kind, name, link: self.name, flow, needed });
        self
    }

    /// Reads a resource that a mechanism above writes; it stays neutral if none does.
    pub fn reads<R: Resource + Default>(&mut self) -> &mut Self {
        self.app.init_resource::<R>();
        self.notes::<R>(Flow::Reads, false)
    }

    /// Reads a component or resource that a mechanism above, or anatomy, must have brought.
    pub fn needs<T: 'static>(&mut self) -> &mut Self {
        self.notes::<T>(Flow::Reads, true)
    }

    /// Reads a component of neurons that a mechanism above writes; it stays neutral if none does.
    pub fn reads_component<C: Component<Mutability = Mutable> + Default>(&mut self) -> &mut Self {
        self.born_with::<C>().notes::<C>(Flow::Reads, false)
    }

    /// Reads a resource that a mechanism below writes, as it stood at the end of the last tick; it stays neutral if
    /// none does.
    pub fn feels<R: Resource + Default>(&mut self) -> &mut Self {
        self.app.init_resource::<R>();
        self.notes::<R>(Flow::Feels, false)
    }

    /// The same for a component of neurons.
    pub fn feels_component<C: Component<Mutability = Mutable> + Default>(&mut self) -> &mut Self {
        self.born_with::<C>().notes::<C>(Flow::Feels, false)
    }

    /// Writes a resource, which starts at its neutral value and lasts from tick to tick.
    pub fn writes<R: Resource + Component<Mutability = Mutable> + Default + Carry>(&mut self) -> &mut Self {
        self.app.init_resource::<R>();
        self.carries::<R>()
    }

    /// Writes a resource that starts at `value`.
    pub fn writes_from<R: Resource + Component<Mutability = Mutable> + Carry>(&mut self, value: R) -> &mut Self {
        self.app.insert_resource(value);
        self.carries::<R>()
    }

    /// Writes a resource that the mechanism itself inserts when it initialises the network.
    pub fn carries<R: Resource + Component<Mutability = Mutable> + Carry>(&mut self) -> &mut Self {
        self.app.carry_resource::<R>(self.name);
        self.notes::<R>(Flow::Writes, false)
    }

    /// The same for one that saves and loads itself.
    pub fn carries_streamed<R: Resource + Component<Mutability = Mutable> + Clone + Streamed>(&mut self) -> &mut Self {
        self.app.carry_streamed::<R>(self.name);
        self.notes::<R>(Flow::Writes, false)
    }

    /// Writes a component with which every neuron is born at its neutral value, and that lasts from tick to tick.
    pub fn writes_component<C: Component<Mutability = Mutable> + Default + Carry>(&mut self) -> &mut Self {
        self.app.carry_component::<C>(self.name);
        self.born_with::<C>().notes::<C>(Flow::Writes, false)
    }

    /// Writes a resource that another link carries, or that is derived from the parameters once and for all.
    pub fn provides<R: Resource + Default>(&mut self) -> &mut Self {
        self.app.init_resource::<R>();
        self.notes::<R>(Flow::Writes, false)
    }

    /// The same, starting at `value`.
    pub fn provides_from<R: Resource>(&mut self, value: R) -> &mut Self {
        self.app.insert_resource(value);
        self.notes::<R>(Flow::Writes, false)
    }

    /// Carries in the name of anatomy a resource that a mechanism writes.
    pub fn keeps<R: Resource + Component<Mutability = Mutable> + Default + Carry>(&mut self) -> &mut Self {
        self.app.init_resource::<R>();
        self.app.carry_resource::<R>(self.name);
        self
    }

    /// A resource of its own that nobody else reads and no tick needs from the one before, such as a buffer.
    pub fn scratch<R: Resource + Default>(&mut self) -> &mut Self {
        self.app.init_resource::<R>();
        self
    }

    fn born_with<C: Component + Default>(&mut self) -> &mut Self {
        // neurons may require the component already: then it is anatomy's, and the neutral value is the same
        let _ = self.app.world_mut().try_register_required_components::<Neuron, C>();
        self
    }

    /// Instants that no tick may cross.
    pub fn stops_at(&mut self, instants: impl IntoIterator<Item = Time>) -> &mut Self {
        self.world().get_resource_or_init::<Boundaries>().extend(instants);
        self
    }

    /// Adds systems to the mechanism's phase of the tick.
    pub fn adds<M>(&mut self, systems: impl IntoScheduleConfigs<ScheduleSystem, M>) -> &mut Self {
        let systems: ScheduleConfigs<ScheduleSystem> = systems.in_set(Phase(self.name));
        self.app.add_systems(Tick, systems);
        self
    }
}
