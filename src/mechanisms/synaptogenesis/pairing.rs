//! Vacant elements meet: who finds whom, and who wins a bouton that several dendrites met.

use bevy_ecs::prelude::*;

use super::contacts::VacatedContacts;
use super::elements::{ElementBalance, Seeker, Seekers};
use super::{SynaptogenesisParameters, equations};
use crate::anatomy::all_neurons::AllNeurons;
use crate::anatomy::network::Network;
use crate::anatomy::neuron::VacantElements;
use crate::anatomy::population::CellClass;
use crate::anatomy::synapses::{Birth, Kind, LogSize, StagedBirths, Synapse, Tags};
use crate::anatomy::wiring::Weights;
use crate::foundation::clock::Clock;
use crate::foundation::random::{Purpose, Stream};

/// Seekers that one task serves. Fixed, so that work is cut the same way whatever the number of threads.
const SEEKERS_PER_TASK: usize = 64;

/// Stands for the partner of an element that met nobody, or came too late.
const NOBODY: u32 = u32::MAX;

/// What pairing works with; kept from tick to tick to spare the allocation.
#[derive(Resource, Clone, Debug, Default)]
pub(super) struct Workspace {
    /// Vacant boutons of each class.
    boutons: [Weights; CellClass::COUNT],
    /// Number of elements before those of each seeker; one more than there are seekers.
    before: Vec<u32>,
}

/// Stages the births of this tick.
///
/// Every seeking element draws a bouton in parallel, in proportion to kernel and vacancy; then boutons
/// are given out one by one. The turn begins at a neuron drawn for the tick, so that no identity is
/// favoured. An element whose bouton was taken in the meantime goes back to being vacant.
#[expect(clippy::too_many_arguments, reason = "each signal that the system reads or writes is a parameter")]
pub(super) fn pair_elements(
    clock: Res<Clock>,
    network: Res<Network>,
    seekers: Res<Seekers>,
    mut workspace: ResMut<Workspace>,
    mut balance: ResMut<ElementBalance>,
    mut staged: ResMut<StagedBirths>,
    parameters: Res<SynaptogenesisParameters>,
    mut neurons: AllNeurons<(&mut VacantElements, &mut VacatedContacts)>,
) -> Result {
    staged.0.clear();
    if seekers.list.is_empty() {
        return Ok(());
    }
    let Workspace { boutons, before } = &mut *workspace;
    before.clear();
    before.push(0);
    before.extend(seekers.list.iter().scan(0, |elements, seeker| {
        *elements += seeker.elements;
        Some(*elements)
    }));
    let epoch = Tags::epoch_at((clock.end() - clock.beginning).hours());
    if let Some((mut vacant, mut contacts)) = neurons.slices()? {
        let (vacant, contacts) = (vacant.bypass_change_detection(), contacts.bypass_change_detection());
        for (search, boutons) in network.searches.iter().zip(&mut *boutons) {
            if let Some(search) = search {
                // a bouton that is under way cannot be met
                search.weigh(boutons, |id| {
                    Some(vacant[id as usize].axonal).filter(|&axonal| axonal >= 1.0).unwrap_or(0.0)
                });
            }
        }
        let met = Birth { postsynaptic: NOBODY, kind: Kind::Excitatory, synapse: vacant_place(epoch) };
        let total = before.last().copied().unwrap_or(0);
        staged.0.resize(total as usize, met);
        let p = &*parameters;
        let meeting = Meeting { network: &network, boutons, contacts, p, instant: clock.address() };
        meeting.serve(&seekers.list, before, &mut staged.0);
        let first =
            network.seed.draws(Purpose::PartnerPriority, clock.address(), 0).below(network.classes.len() as u32);
        settle(&mut staged.0, &seekers.list, before, vacant, first, &mut balance);
        for birth in staged.0.iter().filter(|birth| birth.kind == Kind::Excitatory) {
            contacts[birth.postsynaptic as usize].found_again(birth.synapse.presynaptic);
        }
    }
    Ok(())
}

/// A synapse that has no partner yet.
fn vacant_place(epoch: u16) -> Synapse {
    Synapse { presynaptic: NOBODY, log_size: LogSize(0), tags: Tags::new(false, epoch) }
}

/// One tick's search.
struct Meeting<'a> {
    network: &'a Network,
    contacts: &'a [VacatedContacts],
    p: &'a SynaptogenesisParameters,
    boutons: &'a [Weights; CellClass::COUNT],
    instant: u64,
}

impl Meeting<'_> {
    /// Fills in the births of `seekers`, each seeker's in its place; `before` counts elements from any origin.
    fn serve(&self, seekers: &[Seeker], before: &[u32], births: &mut [Birth]) {
        if seekers.len() > SEEKERS_PER_TASK {
            let middle = seekers.len() / 2;
            let (left, right) = births.split_at_mut((before[middle] - before[0]) as usize);
            rayon::join(
                || self.serve(&seekers[..middle], &before[..=middle], left),
                || self.serve(&seekers[middle..], &before[middle..], right),
            );
            return;
        }
        for (i, seeker) in seekers.iter().enumerate() {
            let own = (before[i] - before[0]) as usize..(before[i + 1] - before[0]) as usize;
            self.meet(*seeker, &mut births[own]);
        }
    }

    /// The boutons that the elements of one seeker meet.
    fn meet(&self, Seeker { neuron, kind, .. }: Seeker, births: &mut [Birth]) {
        let network = self.network;
        // the two kinds of one neuron draw from different agents of one purpose
        let agent = neuron * 2 + u32::from(kind == Kind::Inhibitory);
        let mut draws = network.seed.stream(Purpose::PartnerSearch, self.instant, agent);
        for birth in &mut *births {
            (birth.postsynaptic, birth.kind) = (neuron, kind);
        }
        let own = if kind == Kind::Excitatory { self.own_contacts(neuron, births, &mut draws) } else { 0 };
        let births = &mut births[own..];
        let of_class = match kind {
            Kind::Excitatory => CellClass::ALL.map(|class| if class.is_excitatory() { births.len() } else { 0 }),
            Kind::Inhibitory => network.draw_inhibitory_classes(births.len(), &mut draws),
        };
        let mut free = births.iter_mut();
        for ((class, boutons), wanted) in CellClass::ALL.into_iter().zip(self.boutons).zip(of_class) {
            if wanted == 0 {
                continue;
            }
            let Some(seat) = network.seat(neuron, class) else { continue };
            seat.draw_weighted(boutons, wanted, &mut draws, |met, draws| {
                if let Some(birth) = free.next() {
                    birth.synapse.presynaptic = met;
                    birth.synapse.log_size = network.draw_newborn(kind, draws);
                }
            });
        }
    }
}

impl Meeting<'_> {
    /// Lets some of `births` take vacated contacts of their own dendrite; returns how many.
    fn own_contacts(&self, neuron: u32, births: &mut [Birth], draws: &mut Stream) -> usize {
        let contacts = &self.contacts[neuron as usize];
        if contacts.is_empty() {
            return 0;
        }
        let network = self.network;
        let share = contacts.len() as f64 / network.planned_excitatory(network.classes[neuron as usize]);
        let probability =
            equations::own_contact_share(share, self.p.contact_preference, self.p.contact_half_share) as f32;
        let mut taken = 0;
        for _ in 0..births.len() {
            if draws.uniform() >= probability {
                continue;
            }
            if let Some(partner) = contacts.draw(draws.uniform()) {
                births[taken].synapse.presynaptic = partner;
                births[taken].synapse.log_size = network.draw_newborn(Kind::Excitatory, draws);
                taken += 1;
            }
        }
        taken
    }
}

/// Gives out boutons in turn, from neuron `first` round to the one before it; births that find their
/// bouton taken are dropped, and every element that was not bound returns to its dendrite.
fn settle(
    births: &mut Vec<Birth>,
    seekers: &[Seeker],
    before: &[u32],
    vacant: &mut [VacantElements],
    first: u32,
    balance: &mut ElementBalance,
) {
    let pivot = births.partition_point(|birth| birth.postsynaptic < first);
    let (late, early) = births.split_at_mut(pivot);
    for birth in early.iter_mut().chain(late).filter(|birth| birth.synapse.presynaptic != NOBODY) {
        let boutons = &mut vacant[birth.synapse.presynaptic as usize].axonal;
        if *boutons >= 1.0 {
            *boutons -= 1.0;
            balance.axonal_bound += 1;
        } else {
            birth.synapse.presynaptic = NOBODY;
        }
    }
    let bound = |birth: &Birth| birth.synapse.presynaptic != NOBODY;
    for (seeker, range) in seekers.iter().zip(before.windows(2)) {
        let own = &births[range[0] as usize..range[1] as usize];
        let unbound = own.iter().filter(|birth| !bound(birth)).count();
        balance.dendritic_bound += (own.len() - unbound) as u64;
        *vacant[seeker.neuron as usize].dendritic_mut(seeker.kind) += unbound as f32;
    }
    births.retain(bound);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whoever met whom: a synapse takes one element from either side, no bouton is given twice, and what was not
        /// bound is vacant as before.
        #[test]
        fn every_element_is_bound_once_or_vacant(
            seekers in proptest::collection::vec((1..5_u32, proptest::collection::vec(0..7_u32, 5)), 1..6),
            boutons in proptest::collection::vec(0..4_u32, 6),
            first in 0..6_u32,
        ) {
            let list: Vec<Seeker> = (0_u32..)
                .zip(&seekers)
                .map(|(neuron, &(elements, _))| Seeker { neuron, kind: Kind::Excitatory, elements })
                .collect();
            let mut before = vec![0];
            let mut births = Vec::new();
            for (seeker, (_, partners)) in list.iter().zip(&seekers) {
                for &met in &partners[..seeker.elements as usize] {
                    // the seventh neuron is nobody
                    let presynaptic = if met == 6 { NOBODY } else { met };
                    let synapse = Synapse { presynaptic, ..vacant_place(1) };
                    births.push(Birth { postsynaptic: seeker.neuron, kind: Kind::Excitatory, synapse });
                }
                before.push(births.len() as u32);
            }
            let mut vacant: Vec<VacantElements> =
                boutons.iter().map(|&axonal| VacantElements { axonal: axonal as f32, ..Default::default() }).collect();
            let met = births.clone();
            let mut balance = ElementBalance::default();
            settle(&mut births, &list, &before, &mut vacant, first, &mut balance);

            let formed = births.len() as u64;
            prop_assert_eq!(balance, ElementBalance { dendritic_bound: formed, axonal_bound: formed });
            for (id, now) in vacant.iter().enumerate() {
                let given = births.iter().filter(|birth| birth.synapse.presynaptic as usize == id).count();
                let wanted = met.iter().filter(|birth| birth.synapse.presynaptic as usize == id).count();
                prop_assert_eq!(given, wanted.min(boutons[id] as usize));
                prop_assert_eq!(now.axonal, boutons[id] as f32 - given as f32);
                let bound = births.iter().filter(|birth| birth.postsynaptic as usize == id).count() as f32;
                let sought = list.get(id).map_or(0.0, |seeker| seeker.elements as f32);
                prop_assert_eq!(now.dendritic_excitatory, sought - bound);
            }
            prop_assert!(births.is_sorted_by_key(|birth| birth.postsynaptic));
        }
    }
}
