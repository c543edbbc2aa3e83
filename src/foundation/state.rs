//! What a world remembers from one tick to the next.
//!
//! Whoever inserts a component or resource that carries state registers it here. Forking a world into arms
//! copies exactly these; everything else is rebuilt from the config. One list, so a mechanism cannot
//! be remembered by one and forgotten by the other.

use std::any::TypeId;

use bevy_app::App;
use bevy_ecs::component::Mutable;
use bevy_ecs::prelude::*;

type Copier = fn(&mut World, &mut World);

#[derive(Clone, Copy)]
struct Carried {
    kind: TypeId,
    owner: &'static str,
    copy: Copier,
}

/// The state that worlds carry, in order of registration.
#[derive(Resource, Clone, Default)]
pub struct CarriedState {
    entries: Vec<Carried>,
    owner: &'static str,
}

impl CarriedState {
    /// From now on, what is registered belongs to `owner`: a mechanism by its name in the cascade, or nobody
    /// (the empty name). See [`copy`].
    pub fn set_owner(&mut self, owner: &'static str) {
        self.owner = owner;
    }

    fn add<T: 'static>(&mut self, copy: Copier) {
        let kind = TypeId::of::<T>();
        // two mechanisms may lean on the same anatomy; it is copied once
        if self.entries.iter().all(|entry| entry.kind != kind) {
            self.entries.push(Carried { kind, owner: self.owner, copy });
        }
    }
}

/// Registration of carried state on an [`App`] or a [`World`].
pub trait CarryState {
    /// Declares a component that neurons carry from tick to tick.
    fn carry_component<C: Component<Mutability = Mutable> + Clone>(&mut self) -> &mut Self;
    /// Declares a resource that the world carries from tick to tick.
    fn carry_resource<R: Resource + Component<Mutability = Mutable> + Clone>(&mut self) -> &mut Self;
}

impl CarryState for World {
    fn carry_component<C: Component<Mutability = Mutable> + Clone>(&mut self) -> &mut Self {
        self.get_resource_or_init::<CarriedState>().add::<C>(copy_component::<C>);
        self
    }

    fn carry_resource<R: Resource + Component<Mutability = Mutable> + Clone>(&mut self) -> &mut Self {
        self.get_resource_or_init::<CarriedState>().add::<R>(copy_resource::<R>);
        self
    }
}

impl CarryState for App {
    fn carry_component<C: Component<Mutability = Mutable> + Clone>(&mut self) -> &mut Self {
        self.world_mut().carry_component::<C>();
        self
    }

    fn carry_resource<R: Resource + Component<Mutability = Mutable> + Clone>(&mut self) -> &mut Self {
        self.world_mut().carry_resource::<R>();
        self
    }
}

/// Copies the carried state of `from` into `into`, a world built from the same network plan, except what
/// belongs to an owner in `without`: the state of a mechanism that is switched off in `into` stays as it
/// was inserted, so that what the mechanism caused vanishes with it.
pub fn copy(from: &mut World, into: &mut World, without: &[&str]) {
    let carried = from.get_resource_or_init::<CarriedState>().entries.clone();
    for entry in carried.iter().filter(|entry| !without.contains(&entry.owner)) {
        (entry.copy)(from, into);
    }
}

/// Neurons are never despawned and share one archetype, so both worlds iterate in the same order.
fn copy_component<C: Component<Mutability = Mutable> + Clone>(from: &mut World, into: &mut World) {
    let mut source = from.query::<&C>();
    let mut target = into.query::<&mut C>();
    for (original, mut copy) in source.iter(from).zip(target.iter_mut(into)) {
        *copy = original.clone();
    }
}

fn copy_resource<R: Resource + Component<Mutability = Mutable> + Clone>(from: &mut World, into: &mut World) {
    into.insert_resource(from.resource::<R>().clone());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Component, Clone, Default, PartialEq, Debug)]
    struct Trace(f32);

    #[derive(Resource, Clone, Default, PartialEq, Debug)]
    struct Level(f64);

    #[derive(Resource, Clone, Default, PartialEq, Debug)]
    struct Fixed(f64);

    fn world(value: f64) -> World {
        let mut world = World::new();
        world.carry_component::<Trace>().carry_component::<Trace>();
        world.get_resource_or_init::<CarriedState>().set_owner("stress");
        world.carry_resource::<Level>();
        world.insert_resource(Level(value));
        world.insert_resource(Fixed(value));
        world.spawn_batch((0..3).map(|i| Trace(i as f32 * value as f32)));
        world
    }

    #[test]
    fn what_is_registered_is_copied_and_nothing_else() {
        let (mut from, mut into) = (world(2.0), world(5.0));
        copy(&mut from, &mut into, &[]);
        assert_eq!(*into.resource::<Level>(), Level(2.0));
        assert_eq!(*into.resource::<Fixed>(), Fixed(5.0));
        let traces: Vec<f32> = into.query::<&Trace>().iter(&into).map(|trace| trace.0).collect();
        assert_eq!(traces, [0.0, 2.0, 4.0]);
    }

    #[test]
    fn the_state_of_a_mechanism_that_is_switched_off_stays_behind() {
        let (mut from, mut into) = (world(2.0), world(5.0));
        copy(&mut from, &mut into, &["stress"]);
        assert_eq!(*into.resource::<Level>(), Level(5.0));
        assert_eq!(into.query::<&Trace>().iter(&into).nth(2), Some(&Trace(4.0)));
    }
}
