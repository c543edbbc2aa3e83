//! The components of all neurons, each as one slice in order of identity.
//!
//! Whoever writes `rates[id]` relies on it that the slice holds every neuron. It does as long as all neurons have the
//! same components and so lie in one table; a component that only some of them have tears the table in two, and a
//! query for it finds those alone. Whoever asks here gets every neuron, or an error that names the component.

use std::any::type_name;
use std::collections::{BTreeMap, BTreeSet};

use bevy_ecs::archetype::{Archetype, Archetypes};
use bevy_ecs::component::{Components, StorageType};
use bevy_ecs::prelude::*;
use bevy_ecs::query::ContiguousQueryData;
use bevy_ecs::system::SystemParam;

use super::neuron::Neuron;
use crate::foundation::error::{Error, Result};

/// What a system asks of all neurons; `D` as in [`Query`].
///
/// ```
/// use bevy_ecs::prelude::*;
/// use resprout::anatomy::all_neurons::AllNeurons;
/// use resprout::anatomy::neuron::{CalciumTrace, FiringRate};
///
/// fn trace_activity(mut neurons: AllNeurons<(&FiringRate, &mut CalciumTrace)>) -> Result {
///     if let Some((rates, mut traces)) = neurons.slices()? {
///         for (rate, trace) in rates.iter().zip(traces.bypass_change_detection()) {
///             trace.0 += 0.01 * (rate.0 - trace.0);
///         }
///     }
///     Ok(())
/// }
/// # fn is_system<M>(_: impl IntoSystem<(), Result, M>) {}
/// # is_system(trace_activity);
/// ```
#[derive(SystemParam)]
pub struct AllNeurons<'w, 's, D: ContiguousQueryData + 'static> {
    wanted: Query<'w, 's, D, With<Neuron>>,
    all: Query<'w, 's, Entity, With<Neuron>>,
    archetypes: &'w Archetypes,
    components: &'w Components,
}

impl<'s, D: ContiguousQueryData + 'static> AllNeurons<'_, 's, D> {
    /// The slices, each of which holds every neuron; `None` if there is no neuron.
    ///
    /// # Errors
    /// [`Error::Run`] if some neurons would be left out, or if no mechanism gave neurons such a component.
    pub fn slices(&mut self) -> Result<Option<D::Contiguous<'_, 's>>> {
        let tables = self.all.contiguous_iter().map_or(0, Iterator::count);
        let wanted = self.wanted.reborrow();
        whole(wanted, tables).map_err(|found| found.error::<D>(self.archetypes, self.components))
    }
}

/// The same for the query of someone who holds the world.
///
/// # Errors
/// As [`AllNeurons::slices`].
pub fn slices<'w, 's, D: ContiguousQueryData>(
    wanted: Query<'w, 's, D, With<Neuron>>,
    world: &World,
) -> Result<Option<D::Contiguous<'w, 's>>> {
    let (archetypes, components) = (world.archetypes(), world.components());
    undivided(archetypes, components)?;
    let tables = usize::from(occupied(archetypes, components).next().is_some());
    whole(wanted, tables).map_err(|found| found.error::<D>(archetypes, components))
}

/// The columns of a world whose neurons were found to lie in one table, to be read.
#[derive(Clone, Copy)]
pub struct NeuronColumns<'w>(&'w World);

impl<'w> NeuronColumns<'w> {
    /// The columns of `world`.
    ///
    /// # Errors
    /// [`Error::Run`] if only some neurons have a component.
    pub fn of(world: &'w World) -> Result<Self> {
        undivided(world.archetypes(), world.components()).map(|()| Self(world))
    }

    /// The world.
    #[must_use]
    pub fn world(self) -> &'w World {
        self.0
    }

    /// A component of all neurons; `None` if no mechanism gave it to them, or if there are none.
    #[must_use]
    pub fn get<C: Component>(self) -> Option<&'w [C]> {
        const { assert!(matches!(C::STORAGE_TYPE, StorageType::Table), "only what lies in a table is a slice") }
        let mut query = self.0.try_query_filtered::<&C, With<Neuron>>()?;
        query.contiguous_iter(self.0).ok()?.next()
    }
}

/// How a query missed neurons.
enum Missed {
    /// It asks for a component that is not stored in tables.
    NoTable,
    /// What it found is not one slice that holds all.
    Some,
}

/// The slices of the one table that holds all neurons, of the `tables` that hold any.
fn whole<'w, 's, D: ContiguousQueryData>(
    wanted: Query<'w, 's, D, With<Neuron>>,
    tables: usize,
) -> std::result::Result<Option<D::Contiguous<'w, 's>>, Missed> {
    let mut found = wanted.contiguous_iter_inner().map_err(|_| Missed::NoTable)?;
    match (tables, found.next(), found.next()) {
        (0, slices, _) => Ok(slices),
        (1, Some(slices), None) => Ok(Some(slices)),
        _ => Err(Missed::Some),
    }
}

impl Missed {
    #[cold]
    fn error<D>(&self, archetypes: &Archetypes, components: &Components) -> Error {
        let query = type_name::<D>();
        let neurons: u32 = occupied(archetypes, components).map(Archetype::len).sum();
        match (self, undivided(archetypes, components)) {
            (Self::NoTable, _) => {
                Error::Run(format!("{query} asks for a component of neurons that is not stored in tables"))
            }
            (Self::Some, Err(divided)) => divided,
            (Self::Some, Ok(())) => Error::Run(format!(
                "none of the {neurons} neurons has all that {query} asks for; whoever adds a component to the world \
                 has neurons require it before they are spawned (`register_required_components::<Neuron, …>`)"
            )),
        }
    }
}

/// The archetypes that hold neurons.
fn occupied<'a>(archetypes: &'a Archetypes, components: &Components) -> impl Iterator<Item = &'a Archetype> {
    let neuron = components.component_id::<Neuron>();
    archetypes
        .iter()
        .filter(move |archetype| !archetype.is_empty() && neuron.is_some_and(|neuron| archetype.contains(neuron)))
}

/// Fails if neurons lie in several tables, and names the components that only some of them have.
fn undivided(archetypes: &Archetypes, components: &Components) -> Result<()> {
    let mut first = None;
    if occupied(archetypes, components)
        .all(|archetype| *first.get_or_insert(archetype.table_id()) == archetype.table_id())
    {
        return Ok(());
    }
    let tables: BTreeSet<_> = occupied(archetypes, components).map(|own| own.table_id().as_usize()).collect();
    let neurons: u32 = occupied(archetypes, components).map(Archetype::len).sum();
    let mut owners = BTreeMap::new();
    for archetype in occupied(archetypes, components) {
        for component in archetype.table_components() {
            *owners.entry(component).or_insert(0) += archetype.len();
        }
    }
    let name = |component| components.get_name(component).map(|name| name.to_string()).unwrap_or_default();
    let partial: Vec<String> = owners
        .into_iter()
        .filter(|&(_, owners)| owners < neurons)
        .map(|(component, owners)| format!("`{}` ({owners} of {neurons})", name(component)))
        .collect();
    Err(Error::Run(format!(
        "only some neurons have {}, so they lie in {} tables and no slice holds them all; give such a component to every \
         neuron, with a neutral value (`register_required_components::<Neuron, …>` before they are spawned)",
        partial.join(", "),
        tables.len()
    )))
}

#[cfg(test)]
mod tests {
    use bevy_ecs::system::SystemState;

    use super::*;
    use crate::anatomy::neuron::FiringRate;
    use crate::anatomy::population::CellClass;

    #[derive(Component, Clone, Copy, Default)]
    struct Engram;

    #[derive(Component)]
    #[component(storage = "SparseSet")]
    struct Sparse;

    /// Twenty neurons, of which `marked` form an engram.
    fn world(marked: usize) -> World {
        let mut world = World::new();
        let neurons: Vec<Entity> =
            world.spawn_batch((0..20).map(|id| Neuron { id, population: 0, class: CellClass::Pyramidal })).collect();
        for &neuron in &neurons[..marked] {
            world.entity_mut(neuron).insert(Engram);
        }
        // what is no neuron does not count
        world.spawn((FiringRate(7.0), Engram));
        world
    }

    /// What a system that asks is told: whether there are neurons, or why it cannot have all.
    fn ask<D: ContiguousQueryData + 'static>(world: &mut World) -> std::result::Result<bool, String> {
        let mut state = SystemState::<AllNeurons<D>>::new(world);
        let mut neurons = state.get_mut(world).unwrap();
        neurons.slices().map(|slices| slices.is_some()).map_err(|error| error.to_string())
    }

    #[test]
    fn the_slices_hold_every_neuron_in_order() {
        for marked in [0, 20] {
            let mut world = world(marked);
            let mut state = SystemState::<AllNeurons<(&Neuron, &mut FiringRate)>>::new(&mut world);
            let mut neurons = state.get_mut(&mut world).unwrap();
            let (neurons, rates) = neurons.slices().unwrap().unwrap();
            assert!(neurons.iter().map(|neuron| neuron.id).eq(0..20));
            assert_eq!(rates.len(), 20);
            let columns = NeuronColumns::of(&world).unwrap();
            assert_eq!(columns.get::<Engram>().map(<[Engram]>::len), (marked > 0).then_some(20));
            assert_eq!(columns.get::<FiringRate>().map(<[FiringRate]>::len), Some(20));
        }
    }

    /// Whether the component is asked for or not, no slice is handed out that lacks some neurons.
    #[test]
    fn a_component_that_only_some_neurons_have_is_named() {
        for marked in [1, 7, 19] {
            let mut world = world(marked);
            let mut query = world.query_filtered::<&FiringRate, With<Neuron>>();
            for said in [
                ask::<&Neuron>(&mut world),
                ask::<(&Neuron, &mut FiringRate)>(&mut world),
                ask::<&Engram>(&mut world),
                ask::<Option<&Engram>>(&mut world),
                slices(query.query(&world), &world).map(|slices| slices.is_some()).map_err(|error| error.to_string()),
                NeuronColumns::of(&world).map(|_| true).map_err(|error| error.to_string()),
            ] {
                let said = said.unwrap_err();
                assert!(said.contains(&format!("::Engram` ({marked} of 20)")), "{said}");
                assert!(!said.contains("::FiringRate`"), "{said}");
            }
        }
    }

    #[test]
    fn a_component_that_no_neuron_has_is_missed_by_systems_and_absent_for_readers() {
        let mut world = world(0);
        let said = ask::<(&Neuron, &Engram)>(&mut world).unwrap_err();
        assert!(said.contains("none of the 20 neurons") && said.contains("Engram"), "{said}");
        assert!(NeuronColumns::of(&world).unwrap().get::<Engram>().is_none());
    }

    #[test]
    fn without_neurons_there_is_nothing_to_miss() {
        let mut world = World::new();
        assert_eq!(ask::<(&Neuron, &Engram)>(&mut world), Ok(false));
        world.spawn(Engram);
        assert_eq!(ask::<&Engram>(&mut world), Ok(false));
        assert!(NeuronColumns::of(&world).unwrap().get::<Engram>().is_none());
    }

    #[test]
    fn what_is_not_stored_in_tables_is_refused() {
        let mut world = world(0);
        let neurons: Vec<Entity> = world.query_filtered::<Entity, With<Neuron>>().iter(&world).collect();
        for neuron in neurons {
            world.entity_mut(neuron).insert(Sparse);
        }
        assert_eq!(ask::<&Neuron>(&mut world), Ok(true), "no table is torn");
        let said = ask::<(&Neuron, &Sparse)>(&mut world).unwrap_err();
        assert!(said.contains("not stored in tables"), "{said}");
    }
}
