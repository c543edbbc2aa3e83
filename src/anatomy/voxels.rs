//! Who stands in which voxel of the extracellular space.

use bevy_ecs::prelude::*;

use super::fields::VoxelGrid;
use super::network::Network;
use super::population::CellClass;

/// Voxel of each neuron and number of pyramidal cells per voxel; shared by all fields.
#[derive(Resource, Clone, Debug)]
pub struct Voxels {
    /// The grid.
    pub grid: VoxelGrid,
    /// Voxel by identity.
    pub of_neuron: Vec<u32>,
    /// Pyramidal cells per voxel.
    pub pyramidal: Vec<f64>,
}

impl Voxels {
    /// The voxels of `edge_um` (µm) that hold the neurons of a network.
    #[must_use]
    pub fn of(network: &Network, edge_um: f64) -> Self {
        let grid = VoxelGrid::filling(&network.patch, edge_um);
        let of_neuron: Vec<u32> = network.positions.iter().map(|&position| grid.voxel_of(position) as u32).collect();
        let mut pyramidal = vec![0.0; grid.voxels()];
        for (&voxel, &class) in of_neuron.iter().zip(&network.classes) {
            if class.is_excitatory() {
                pyramidal[voxel as usize] += 1.0;
            }
        }
        Self { grid, of_neuron, pyramidal }
    }

    /// Mean of `value`(identity) over the pyramidal cells of each voxel, written to `means`; a voxel
    /// without pyramidal cells gets `empty`.
    pub fn pyramidal_means(&self, classes: &[CellClass], means: &mut [f64], empty: f64, value: impl Fn(usize) -> f64) {
        means.fill(0.0);
        for (id, (&voxel, &class)) in self.of_neuron.iter().zip(classes).enumerate() {
            if class.is_excitatory() {
                means[voxel as usize] += value(id);
            }
        }
        for (mean, &count) in means.iter_mut().zip(&self.pyramidal) {
            *mean = if count > 0.0 { *mean / count } else { empty };
        }
    }
}
