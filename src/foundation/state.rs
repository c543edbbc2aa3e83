//! What a world remembers from one tick to the next.
//!
//! A mechanism registers each component and resource that carries state. Forking a world into arms
//! copies exactly these; everything else is rebuilt from the config. One list, so a mechanism cannot
//! be remembered by one and forgotten by the other.

use bevy_app::App;
use bevy_ecs::component::Mutable;
use bevy_ecs::prelude::*;

type Copier = fn(&mut World, &mut World);

/// The state that worlds carry, in order of registration.
#[derive(Resource, Clone, Default)]
pub struct CarriedState(Vec<Copier>);

/// Registration of carried state on an [`App`].
pub trait CarryState {
    /// Declares a component that neurons carry from tick to tick.
    fn carry_component<C: Component<Mutability = Mutable> + Clone>(&mut self) -> &mut Self;
    /// Declares a resource that the world carries from tick to tick.
    fn carry_resource<R: Resource + Component<Mutability = Mutable> + Clone>(&mut self) -> &mut Self;
}

impl CarryState for App {
    fn carry_component<C: Component<Mutability = Mutable> + Clone>(&mut self) -> &mut Self {
        self.world_mut().get_resource_or_init::<CarriedState>().0.push(copy_component::<C>);
        self
    }

    fn carry_resource<R: Resource + Component<Mutability = Mutable> + Clone>(&mut self) -> &mut Self {
        self.world_mut().get_resource_or_init::<CarriedState>().0.push(copy_resource::<R>);
        self
    }
}

/// Copies all carried state of `from` into `into`, a world built from the same network plan.
pub fn copy(from: &mut World, into: &mut World) {
    let carried = from.get_resource_or_init::<CarriedState>().clone();
    for copier in &carried.0 {
        copier(from, into);
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
