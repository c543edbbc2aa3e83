//! What is there: the patch of cortex and the subject that carries it.

/// The components of all neurons, each as one slice.
pub mod all_neurons;
/// How virtual subjects differ from one another, and the draw of each.
pub mod cohort;
/// Substances in the extracellular space, on a voxel grid.
pub mod fields;
/// Building a network from its plan.
pub mod network;
/// Neurons: entities with stable, spatially ordered identities.
pub mod neuron;
/// Cell classes and the populations that a network is made of.
pub mod population;
/// Where somata stand, and the order in which they are numbered.
pub mod space;
/// The subject that carries the patch of cortex.
pub mod subject;
/// Synapses: agents with their own state, stored with the dendrite that owns them.
pub mod synapses;
/// A read-only view of a world, in the terms in which columns are stated.
pub mod view;
/// Who stands in which voxel of the extracellular space.
pub mod voxels;
/// Who connects to whom: the distance kernel and the search for a partner.
pub mod wiring;
