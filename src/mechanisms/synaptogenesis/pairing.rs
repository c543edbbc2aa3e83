//! Vacant elements meet: who finds whom, and who wins a bouton that several dendrites met.

use bevy_ecs::prelude::*;
use rayon::prelude::*;

use super::{ElementBalance, Seeker, Seekers};
use crate::anatomy::network::Network;
use crate::anatomy::neuron::VacantElements;
use crate::anatomy::population::CellClass;
use crate::anatomy::synapses::{Birth, Kind, StagedBirths, Synapse, Tags};
use crate::foundation::random::Purpose;
use crate::schedule::Clock;

/// Stages the births of this tick.
///
/// Every seeking element draws a bouton in parallel, in proportion to kernel and vacancy; then boutons
/// are given out one by one. The turn begins at a neuron drawn for the tick, so that no identity is
/// favoured. An element whose bouton was taken in the meantime goes back to being vacant.
pub(super) fn pair_elements(
    clock: Res<Clock>,
    network: Res<Network>,
    seekers: Res<Seekers>,
    mut balance: ResMut<ElementBalance>,
    mut staged: ResMut<StagedBirths>,
    mut neurons: Query<&mut VacantElements>,
) {
    let epoch = ((clock.end() - clock.beginning).hours() / Tags::EPOCH_H) as u16 + 1;
    for mut vacant in neurons.contiguous_iter_mut().into_iter().flatten() {
        let vacant = vacant.bypass_change_detection();
        let most = most_vacant(&network.classes, vacant);
        let availability = |id: u32| {
            let boutons = vacant[id as usize].axonal;
            if boutons < 1.0 { 0.0 } else { boutons / most[network.classes[id as usize] as usize] }
        };
        let meet = |&seeker: &Seeker| meet(seeker, &network, clock.tick, &availability);
        let mut births: Vec<Birth> = seekers.0.par_iter().flat_map_iter(meet).collect();
        settle(&mut births, &seekers.0, vacant, turn_begins_at(&network, clock.tick), &mut balance);
        for birth in &mut births {
            birth.synapse.tags = Tags::new(false, epoch);
        }
        staged.0 = births;
    }
}

/// The largest number of vacant boutons that a neuron of each class has.
fn most_vacant(classes: &[CellClass], vacant: &[VacantElements]) -> [f32; CellClass::COUNT] {
    let mut most = [1.0_f32; CellClass::COUNT];
    for (&class, elements) in classes.iter().zip(vacant) {
        most[class as usize] = most[class as usize].max(elements.axonal);
    }
    most
}

fn turn_begins_at(network: &Network, tick: u64) -> u32 {
    network.seed.draws(Purpose::PartnerPriority, tick, 0).below(network.classes.len() as u32)
}

/// The boutons that the elements of one seeker meet.
fn meet<'a>(
    seeker: Seeker,
    network: &'a Network,
    tick: u64,
    availability: &'a (impl Fn(u32) -> f32 + Sync),
) -> impl Iterator<Item = Birth> + 'a {
    let Seeker { neuron, kind, elements } = seeker;
    // the two kinds of one neuron draw from different agents of one purpose
    let agent = neuron * 2 + u32::from(kind == Kind::Inhibitory);
    let mut draws = network.seed.draws(Purpose::PartnerSearch, tick, agent);
    (0..elements).filter_map(move |_| {
        let from = match kind {
            Kind::Excitatory => CellClass::Pyramidal,
            Kind::Inhibitory => network.draw_inhibitory_class(&mut draws),
        };
        let search = network.searches[from as usize].as_ref()?;
        let position = network.positions[neuron as usize];
        let presynaptic = search.draw(neuron, position, &mut draws, availability)?;
        let log_size = network.draw_newborn(kind, &mut draws);
        Some(Birth { postsynaptic: neuron, kind, synapse: Synapse { presynaptic, log_size, tags: Tags::default() } })
    })
}

/// Gives out boutons in turn, from neuron `first` round to the one before it; births that find their
/// bouton taken are dropped, and every element that was not bound returns to its dendrite.
fn settle(
    births: &mut Vec<Birth>,
    seekers: &[Seeker],
    vacant: &mut [VacantElements],
    first: u32,
    balance: &mut ElementBalance,
) {
    let pivot = births.partition_point(|birth| birth.postsynaptic < first);
    let mut bound = vec![false; births.len()];
    for i in (pivot..births.len()).chain(0..pivot) {
        let boutons = &mut vacant[births[i].synapse.presynaptic as usize].axonal;
        if *boutons >= 1.0 {
            *boutons -= 1.0;
            balance.axonal_bound += 1;
            bound[i] = true;
        }
    }
    for seeker in seekers {
        *vacant[seeker.neuron as usize].dendritic_mut(seeker.kind) += seeker.elements as f32;
    }
    let mut i = 0;
    births.retain(|birth| {
        i += 1;
        if bound[i - 1] {
            *vacant[birth.postsynaptic as usize].dendritic_mut(birth.kind) -= 1.0;
            balance.dendritic_bound += 1;
        }
        bound[i - 1]
    });
}
