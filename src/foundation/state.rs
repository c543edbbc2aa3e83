//! What a world remembers from one tick to the next.
//!
//! Whoever inserts a component or resource that carries state registers it here, under its own name. Forking a
//! world into arms copies exactly these, and a checkpoint holds exactly these; everything else is rebuilt from the
//! config. One list, so a mechanism cannot be remembered by one and forgotten by the other; one owner for each, so
//! that what a mechanism leaves behind does not depend on who registered first.

use std::any::TypeId;
use std::io::{self, ErrorKind, Read, Write};

use bevy_app::App;
use bevy_ecs::component::Mutable;
use bevy_ecs::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::sections::{SectionReader, SectionWriter};

/// State that is large, or that knows a better form on disk than serde's: it writes and reads itself, piece by
/// piece.
pub trait Streamed: Sized {
    /// Writes everything.
    fn save(&self, into: &mut dyn Write) -> io::Result<()>;
    /// Reads what [`Streamed::save`] wrote, all of it and nothing beyond.
    fn load(from: &mut dyn Read) -> io::Result<Self>;
}

/// Components that are encoded in one go.
const BLOCK: usize = 4096;

#[derive(Clone, Copy)]
struct Carried {
    kind: TypeId,
    name: &'static str,
    owner: &'static str,
    copy: fn(&mut World, &mut World),
    save: fn(&mut World, &mut dyn Write) -> io::Result<()>,
    load: fn(&mut World, &mut dyn Read) -> io::Result<()>,
}

/// The state that worlds carry, in order of registration.
#[derive(Resource, Clone, Default)]
pub struct CarriedState {
    entries: Vec<Carried>,
    disputed: Vec<Disputed>,
}

/// State that two owners claim to carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disputed {
    /// The type of the state.
    pub name: &'static str,
    /// Who registered it first.
    pub owner: &'static str,
    /// Who registered it as well.
    pub claimant: &'static str,
}

impl CarriedState {
    /// State that has two owners; a world with any is not sound.
    #[must_use]
    pub fn disputed(&self) -> &[Disputed] {
        &self.disputed
    }

    /// Type and owner of everything that is carried, in order of registration.
    pub fn owners(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.entries.iter().map(|entry| (entry.name, entry.owner))
    }

    fn add<T: 'static>(
        &mut self,
        owner: &'static str,
        copy: fn(&mut World, &mut World),
        save: fn(&mut World, &mut dyn Write) -> io::Result<()>,
        load: fn(&mut World, &mut dyn Read) -> io::Result<()>,
    ) {
        let (kind, name) = (TypeId::of::<T>(), std::any::type_name::<T>());
        match self.entries.iter().find(|entry| entry.kind == kind) {
            None => self.entries.push(Carried { kind, name, owner, copy, save, load }),
            Some(entry) if entry.owner != owner => {
                self.disputed.push(Disputed { name, owner: entry.owner, claimant: owner });
            }
            Some(_) => {}
        }
    }
}

/// What state must be able to do: be copied into a branch, written to a checkpoint, and read back.
pub trait Carry: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {}

impl<T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static> Carry for T {}

/// Registration of carried state on an [`App`] or a [`World`], in the name of its one owner: a mechanism, or
/// whoever else keeps it. See [`copy`].
pub trait CarryState {
    /// Declares a component that neurons carry from tick to tick.
    fn carry_component<C: Component<Mutability = Mutable> + Carry>(&mut self, owner: &'static str) -> &mut Self;
    /// Declares a resource that the world carries from tick to tick.
    fn carry_resource<R: Resource + Component<Mutability = Mutable> + Carry>(
        &mut self,
        owner: &'static str,
    ) -> &mut Self;
    /// Declares a resource that the world carries from tick to tick, and that writes and reads itself.
    fn carry_streamed<R: Resource + Component<Mutability = Mutable> + Clone + Streamed>(
        &mut self,
        owner: &'static str,
    ) -> &mut Self;
}

impl CarryState for World {
    fn carry_component<C: Component<Mutability = Mutable> + Carry>(&mut self, owner: &'static str) -> &mut Self {
        let mut carried = self.get_resource_or_init::<CarriedState>();
        carried.add::<C>(owner, copy_component::<C>, save_component::<C>, load_component::<C>);
        self
    }

    fn carry_resource<R: Resource + Component<Mutability = Mutable> + Carry>(
        &mut self,
        owner: &'static str,
    ) -> &mut Self {
        let mut carried = self.get_resource_or_init::<CarriedState>();
        carried.add::<R>(owner, copy_resource::<R>, save_resource::<R>, load_resource::<R>);
        self
    }

    fn carry_streamed<R: Resource + Component<Mutability = Mutable> + Clone + Streamed>(
        &mut self,
        owner: &'static str,
    ) -> &mut Self {
        let mut carried = self.get_resource_or_init::<CarriedState>();
        carried.add::<R>(owner, copy_resource::<R>, save_streamed::<R>, load_streamed::<R>);
        self
    }
}

impl CarryState for App {
    fn carry_component<C: Component<Mutability = Mutable> + Carry>(&mut self, owner: &'static str) -> &mut Self {
        self.world_mut().carry_component::<C>(owner);
        self
    }

    fn carry_resource<R: Resource + Component<Mutability = Mutable> + Carry>(
        &mut self,
        owner: &'static str,
    ) -> &mut Self {
        self.world_mut().carry_resource::<R>(owner);
        self
    }

    fn carry_streamed<R: Resource + Component<Mutability = Mutable> + Clone + Streamed>(
        &mut self,
        owner: &'static str,
    ) -> &mut Self {
        self.world_mut().carry_streamed::<R>(owner);
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

/// Writes the carried state of `world`, a section for each component and resource, called by its type.
///
/// What a mechanism that is switched off left at its neutral value is written like everything else.
pub fn save<W: Write>(world: &mut World, into: &mut SectionWriter<W>) -> io::Result<()> {
    let carried = world.get_resource_or_init::<CarriedState>().entries.clone();
    carried.iter().try_for_each(|entry| into.section(entry.name, |section| (entry.save)(world, section)))
}

/// Reads what [`save`] wrote into `world`, which was built from the same network plan and has the same
/// mechanisms.
///
/// # Errors
/// Those of [`SectionReader`]; the world is of no use then.
pub fn load<R: Read>(world: &mut World, from: &mut SectionReader<R>) -> io::Result<()> {
    let carried = world.get_resource_or_init::<CarriedState>().entries.clone();
    carried.iter().try_for_each(|entry| from.section(entry.name, |section| (entry.load)(world, section)))
}

/// Writes `value` with its length in bytes before it.
pub fn write_value<T: Serialize>(value: &T, into: &mut dyn Write) -> io::Result<()> {
    let bytes = postcard::to_allocvec(value).map_err(io::Error::other)?;
    into.write_all(&(bytes.len() as u64).to_le_bytes())?;
    into.write_all(&bytes)
}

/// Reads what [`write_value`] wrote.
pub fn read_value<T: DeserializeOwned>(from: &mut dyn Read) -> io::Result<T> {
    let bytes = read_block(from)?;
    let (value, rest) = postcard::take_from_bytes(&bytes).map_err(unreadable)?;
    if rest.is_empty() { Ok(value) } else { Err(unreadable("it is too long")) }
}

fn read_block(from: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 8];
    from.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    let mut bytes = Vec::new();
    // a length that is wrong must not make the program ask for all memory
    from.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

fn unreadable(why: impl std::fmt::Display) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("a value cannot be read: {why}"))
}

fn save_resource<R: Resource + Serialize>(world: &mut World, into: &mut dyn Write) -> io::Result<()> {
    write_value(world.resource::<R>(), into)
}

fn load_resource<R: Resource + DeserializeOwned>(world: &mut World, from: &mut dyn Read) -> io::Result<()> {
    world.insert_resource(read_value::<R>(from)?);
    Ok(())
}

fn save_streamed<R: Resource + Streamed>(world: &mut World, into: &mut dyn Write) -> io::Result<()> {
    world.resource::<R>().save(into)
}

fn load_streamed<R: Resource + Streamed>(world: &mut World, from: &mut dyn Read) -> io::Result<()> {
    world.insert_resource(R::load(from)?);
    Ok(())
}

/// All components, in order, block by block; a block is preceded by its length in bytes.
fn save_component<C: Component + Serialize>(world: &mut World, into: &mut dyn Write) -> io::Result<()> {
    let mut query = world.query::<&C>();
    let mut block = Vec::new();
    let mut put = |block: &mut Vec<u8>| {
        into.write_all(&(block.len() as u64).to_le_bytes())?;
        into.write_all(block)?;
        block.clear();
        Ok::<_, io::Error>(())
    };
    for (index, component) in query.iter(world).enumerate() {
        if index > 0 && index.is_multiple_of(BLOCK) {
            put(&mut block)?;
        }
        block = postcard::to_extend(component, block).map_err(io::Error::other)?;
    }
    put(&mut block)
}

fn load_component<C: Component<Mutability = Mutable> + DeserializeOwned>(
    world: &mut World,
    from: &mut dyn Read,
) -> io::Result<()> {
    let mut query = world.query::<&mut C>();
    let mut block = read_block(from)?;
    let mut rest = block.as_slice();
    for (index, mut component) in query.iter_mut(world).enumerate() {
        if index > 0 && index.is_multiple_of(BLOCK) {
            if !rest.is_empty() {
                return Err(unreadable("a block is too long"));
            }
            block = read_block(from)?;
            rest = block.as_slice();
        }
        (*component, rest) = postcard::take_from_bytes(rest).map_err(unreadable)?;
    }
    if rest.is_empty() { Ok(()) } else { Err(unreadable("there are fewer neurons")) }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Component, Clone, Default, PartialEq, Debug, Serialize, Deserialize)]
    struct Trace(f32);

    #[derive(Resource, Clone, Default, PartialEq, Debug, Serialize, Deserialize)]
    struct Level(f64);

    #[derive(Resource, Clone, Default, PartialEq, Debug)]
    struct Fixed(f64);

    fn world(value: f64) -> World {
        let mut world = World::new();
        world.carry_component::<Trace>("world").carry_component::<Trace>("world").carry_resource::<Level>("stress");
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

    #[test]
    fn state_that_two_owners_claim_is_disputed_whoever_comes_first() {
        for [first, second] in [["stress", "gaba"], ["gaba", "stress"]] {
            let mut world = World::new();
            world.carry_resource::<Level>(first).carry_resource::<Level>(second);
            let carried = world.resource::<CarriedState>();
            let name = std::any::type_name::<Level>();
            assert_eq!(carried.disputed(), [Disputed { name, owner: first, claimant: second }]);
        }
    }

    fn saved(world: &mut World) -> Vec<u8> {
        let mut file = Vec::new();
        let mut writer = SectionWriter::begin(&mut file).unwrap();
        save(world, &mut writer).unwrap();
        writer.end().unwrap();
        file
    }

    fn loaded(world: &mut World, file: &[u8]) -> io::Result<()> {
        let mut reader = SectionReader::open(file)?;
        load(world, &mut reader)?;
        reader.end()
    }

    /// More neurons than a block holds, and numbers that text would not keep.
    #[test]
    fn what_was_saved_is_loaded_to_the_bit() {
        let values = [f32::NAN, -0.0, f32::MIN_POSITIVE, 1.0 / 3.0];
        let with = |count: usize, level: f64| {
            let mut world = World::new();
            world.carry_component::<Trace>("world").carry_resource::<Level>("stress");
            world.insert_resource(Level(level));
            world.spawn_batch((0..count).map(move |i| Trace(values[i % 4] * i as f32)));
            world
        };
        for count in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK] {
            let file = saved(&mut with(count, f64::NEG_INFINITY));
            let mut into = with(count, 0.0);
            into.query::<&mut Trace>().iter_mut(&mut into).for_each(|mut trace| trace.0 = 7.0);
            loaded(&mut into, &file).unwrap();
            assert_eq!(into.resource::<Level>().0, f64::NEG_INFINITY);
            for (i, trace) in into.query::<&Trace>().iter(&into).enumerate() {
                assert_eq!(trace.0.to_bits(), (values[i % 4] * i as f32).to_bits());
            }
            assert!(loaded(&mut with(count + 1, 0.0), &file).is_err(), "{count}: another number of neurons");
        }
    }

    #[test]
    fn the_state_of_other_mechanisms_is_refused() {
        let file = saved(&mut world(1.0));
        let mut other = World::new();
        other.carry_resource::<Level>("stress").carry_component::<Trace>("world");
        let refused = loaded(&mut other, &file).unwrap_err();
        assert!(refused.to_string().contains("Trace` stands where"), "{refused}");
    }
}
