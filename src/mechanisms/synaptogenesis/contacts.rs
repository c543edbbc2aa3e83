//! Contacts that a dendrite has lost and may find again: boutons that stand where a spine of its own was.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::SynaptogenesisParameters;
use crate::anatomy::all_neurons::AllNeurons;
use crate::anatomy::network::Network;
use crate::anatomy::synapses::Synapses;
use crate::foundation::clock::Clock;
use crate::foundation::random::{Draws, Purpose};

/// Presynaptic cells whose bouton still stands beside this dendrite, without a spine; in no order.
#[derive(Component, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VacatedContacts(pub(super) Vec<u32>);

impl VacatedContacts {
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One of them, each as likely as the others.
    pub(super) fn draw(&self, uniform: f32) -> Option<u32> {
        let place = (f64::from(uniform) * self.0.len() as f64) as usize;
        self.0.get(place.min(self.0.len().saturating_sub(1))).copied()
    }

    /// Strikes one contact with `presynaptic` off the list, if there is one: it is a synapse again.
    pub(super) fn found_again(&mut self, presynaptic: u32) {
        if let Some(place) = self.0.iter().position(|&contact| contact == presynaptic) {
            self.0.swap_remove(place);
        }
    }

    /// Loses contacts whose bouton has gone in the meantime: each with `probability`, as many as the draw says.
    pub(super) fn forget(&mut self, probability: f64, draws: &mut Draws) {
        let expected = probability * self.0.len() as f64 + f64::from(draws.uniform());
        for _ in 0..expected as usize {
            let place = draws.below(self.0.len() as u32) as usize;
            self.0.swap_remove(place);
        }
    }
}

/// Remembers the contacts that the sweep has vacated and whose bouton stays.
///
/// A list never grows beyond the number of synapses that its neuron is planned to have.
pub(super) fn remember_contacts(
    clock: Res<Clock>,
    network: Res<Network>,
    parameters: Res<SynaptogenesisParameters>,
    synapses: Res<Synapses>,
    mut neurons: AllNeurons<&mut VacatedContacts>,
) -> Result {
    let p = &*parameters;
    if p.contact_preference == 0.0 && p.contact_retry_per_d == 0.0 {
        return Ok(());
    }
    if let Some(mut contacts) = neurons.slices()? {
        let instant = clock.address();
        synapses.with_vacated(contacts.bypass_change_detection(), |first, contacts, vacated| {
            for spines in vacated.chunk_by(|one, next| one.0 == next.0) {
                let neuron = spines[0].0;
                let most = network.planned_excitatory(network.classes[neuron as usize]) as usize;
                let mut draws = network.seed.draws(Purpose::ContactKept, instant, neuron);
                let own = &mut contacts[(neuron - first) as usize].0;
                for &(_, presynaptic) in spines {
                    if f64::from(draws.uniform()) < p.bouton_survival && own.len() < most {
                        own.push(presynaptic);
                    }
                }
            }
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::foundation::random::Seed;

    /// Forgotten at 1/τ, a thousand contacts are e⁻¹ of a thousand after τ: 368 with a standard error of 15.
    #[test]
    fn contacts_are_forgotten_exponentially_and_found_ones_struck_off_once() {
        let mut contacts = VacatedContacts((0..1_000).collect());
        for tick in 0..100 {
            contacts.forget(-(-0.01_f64).exp_m1(), &mut Seed(3).draws(Purpose::Test, tick, 0));
        }
        assert!((308..=428).contains(&contacts.len()), "{}", contacts.len());
        let first = contacts.0[0];
        let before = contacts.len();
        contacts.found_again(first);
        contacts.found_again(first);
        assert_eq!(contacts.len(), before - 1);
        assert_eq!(VacatedContacts::default().draw(0.3), None);
        assert_eq!(VacatedContacts(vec![7, 8]).draw(0.999_999), Some(8));
    }
}
