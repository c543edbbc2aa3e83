//! Which connections were lost to stress, and which of them came back.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::sample::Sample;
use crate::anatomy::all_neurons::NeuronColumns;
use crate::anatomy::network::Network;
use crate::anatomy::population::CellClass;
use crate::anatomy::synapses::{Dendrite, Kind, Synapses};

/// Excitatory connections onto sampled pyramidal cells: pairs of neurons, whatever the number of synapses
/// between them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Connections {
    /// Postsynaptic identities with the end of their partners in `pre`; ascending.
    posts: Vec<(u32, usize)>,
    /// Presynaptic identities, ascending and distinct within a postsynaptic neuron.
    pre: Vec<u32>,
}

impl Connections {
    /// The connections that stand now.
    #[must_use]
    pub fn of(neurons: NeuronColumns, sample: &Sample) -> Self {
        let world = neurons.world();
        let synapses = world.resource::<Synapses>();
        let classes = &world.resource::<Network>().classes;
        let dendrites = neurons.get::<Dendrite>().unwrap_or_default();
        let mut connections = Self::default();
        let mut partners: Vec<u32> = Vec::new();
        for ((post, dendrite), &class) in (0_u32..).zip(dendrites).zip(classes) {
            if class != CellClass::Pyramidal || !sample.keeps(post) {
                continue;
            }
            partners.clear();
            partners.extend(synapses.of(post, dendrite, Kind::Excitatory).map(|synapse| synapse.presynaptic));
            partners.sort_unstable();
            partners.dedup();
            connections.pre.extend(&partners);
            connections.posts.push((post, connections.pre.len()));
        }
        connections
    }

    /// Number of connections.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pre.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pre.is_empty()
    }

    /// Partners by postsynaptic neuron. Every set of one network has the same postsynaptic neurons.
    fn partners(&self) -> impl Iterator<Item = (u32, &[u32])> {
        let mut start = 0;
        self.posts.iter().map(move |&(post, end)| (post, &self.pre[std::mem::replace(&mut start, end)..end]))
    }

    /// The connections of `self` that are not in `other`.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut left = Self::default();
        for ((post, mine), (_, theirs)) in self.partners().zip(other.partners()) {
            left.pre.extend(mine.iter().filter(|pre| theirs.binary_search(pre).is_err()));
            left.posts.push((post, left.pre.len()));
        }
        left
    }

    /// The share of the connections of `self` that are in `other`; `None` if `self` is empty.
    #[must_use]
    pub fn share_in(&self, other: &Self) -> Option<f64> {
        let found: usize = self
            .partners()
            .zip(other.partners())
            .map(|((_, mine), (_, theirs))| mine.iter().filter(|pre| theirs.binary_search(pre).is_ok()).count())
            .sum();
        (!self.is_empty()).then(|| found as f64 / self.len() as f64)
    }
}

/// Follows the connections that stress takes.
#[derive(Clone, Debug, Default)]
pub struct LostConnections {
    before: Option<Arc<Connections>>,
    lost: Option<Arc<Connections>>,
}

/// Forks share what they remember in common; on disk each has its own.
impl Serialize for LostConnections {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.before.as_deref(), self.lost.as_deref()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for LostConnections {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (before, lost) = <(Option<Connections>, Option<Connections>)>::deserialize(deserializer)?;
        Ok(Self { before: before.map(Arc::new), lost: lost.map(Arc::new) })
    }
}

impl LostConnections {
    /// Called when the stress begins.
    pub fn stress_begins(&mut self, neurons: NeuronColumns, sample: &Sample) {
        self.before = Some(Arc::new(Connections::of(neurons, sample)));
    }

    /// Called when what was lost is to be counted: at the first dose, or at the end of the stress. Arms that share a history up
    /// to here may differ in when that is, so it may be counted again.
    pub fn count_losses(&mut self, neurons: NeuronColumns, sample: &Sample) {
        self.lost = self.before.as_ref().map(|before| Arc::new(before.without(&Connections::of(neurons, sample))));
    }

    /// The share of the lost connections that stand again.
    #[must_use]
    pub fn reformed(&self, neurons: NeuronColumns, sample: &Sample) -> Option<f64> {
        self.lost.as_ref()?.share_in(&Connections::of(neurons, sample))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(rows: &[&[u32]]) -> Connections {
        let mut set = Connections::default();
        for (post, row) in rows.iter().enumerate() {
            set.pre.extend(*row);
            set.posts.push((post as u32, set.pre.len()));
        }
        set
    }

    #[test]
    fn a_connection_is_lost_and_reformed_only_between_the_same_two_neurons() {
        let before = set(&[&[1, 2, 3], &[4], &[5, 6]]);
        let after = set(&[&[2], &[3], &[5, 6]]);
        let lost = before.without(&after);
        assert_eq!(lost, set(&[&[1, 3], &[4], &[]]));
        assert_eq!(lost.share_in(&after), Some(0.0));
        assert_eq!(lost.share_in(&set(&[&[3], &[1, 4], &[1]])), Some(2.0 / 3.0));
        assert_eq!(after.without(&after).share_in(&before), None);
    }
}
