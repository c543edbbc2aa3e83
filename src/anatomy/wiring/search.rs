//! The search for a partner: exact in the kernel, in constant expected time.
//!
//! Candidates stand in a uniform grid. A cell offset is drawn from an alias table of the kernel's
//! upper bound per offset, a slot of the cell is drawn uniformly up to the fullest cell's count, and
//! the candidate found there is accepted with probability kernel ÷ bound. What is accepted is
//! distributed exactly as the kernel among the candidates; nothing is sorted or scanned.

use rand_distr::Distribution;
use rand_distr::weighted::WeightedAliasIndex;

use super::DistanceKernel;
use crate::anatomy::space::{self, Slab};
use crate::foundation::error::{Error, Result};
use crate::foundation::random::Draws;

/// Proposals after which a search gives up for this tick. A candidate is accepted about one time in
/// ten, so an isolated neuron alone ever gets here.
const PATIENCE: u32 = 4_000;

/// Candidates on a grid, ready to be searched.
#[derive(Clone, Debug)]
pub struct PartnerSearch {
    kernel: DistanceKernel,
    cell_um: [f32; 3],
    shape: [i32; 3],
    /// Start of each cell in `members`; one more than there are cells.
    starts: Vec<u32>,
    members: Vec<u32>,
    positions: Vec<[f32; 3]>,
    fullest: u32,
    offsets: Vec<([i32; 3], f32)>,
    choose: WeightedAliasIndex<f32>,
}

impl PartnerSearch {
    /// Prepares the search among `candidates` (identities), whose `positions` (µm) are given by identity.
    pub fn among(candidates: &[u32], positions: &[[f32; 3]], kernel: DistanceKernel, slab: &Slab) -> Result<Self> {
        // half a length constant: smaller cells bound the kernel tighter but make the alias table larger
        let edge_um = kernel.length_um * 0.5;
        let shape = slab.extent_um.map(|extent| ((extent / edge_um).floor() as i32).max(1));
        let cell_um = [0, 1, 2].map(|axis| slab.extent_um[axis] / shape[axis] as f32);
        let cell_of = |id: u32| {
            let cell = Self::locate(positions[id as usize], cell_um, shape);
            ((cell[2] * shape[1] + cell[1]) * shape[0] + cell[0]) as usize
        };
        let cells = shape.iter().product::<i32>() as usize;
        let mut starts = vec![0_u32; cells + 1];
        for &id in candidates {
            starts[cell_of(id) + 1] += 1;
        }
        let fullest = starts.iter().copied().max().unwrap_or(0);
        for cell in 0..cells {
            starts[cell + 1] += starts[cell];
        }
        let mut next = starts.clone();
        let mut members = vec![0; candidates.len()];
        for &id in candidates {
            let slot = &mut next[cell_of(id)];
            members[*slot as usize] = id;
            *slot += 1;
        }
        let offsets = Self::offsets(kernel, cell_um, shape);
        let choose = WeightedAliasIndex::new(offsets.iter().map(|&(_, bound)| bound).collect())
            .map_err(|error| Error::Run(format!("the distance kernel has no weight: {error}")))?;
        let positions = members.iter().map(|&id| positions[id as usize]).collect();
        Ok(Self { kernel, cell_um, shape, starts, members, positions, fullest, offsets, choose })
    }

    /// Every cell offset within reach, with the kernel's upper bound over it.
    fn offsets(kernel: DistanceKernel, cell_um: [f32; 3], shape: [i32; 3]) -> Vec<([i32; 3], f32)> {
        let reach = [0, 1, 2].map(|axis| ((kernel.reach_um() / cell_um[axis]) as i32 + 1).min(shape[axis] - 1));
        let mut offsets = Vec::new();
        for z in -reach[2]..=reach[2] {
            for y in -reach[1]..=reach[1] {
                for x in -reach[0]..=reach[0] {
                    let gap = |step: i32, edge: f32| (step.abs() - 1).max(0) as f32 * edge;
                    let nearest =
                        space::distance([gap(x, cell_um[0]), gap(y, cell_um[1]), gap(z, cell_um[2])], [0.0; 3]);
                    if nearest <= kernel.reach_um() {
                        offsets.push(([x, y, z], kernel.at(nearest)));
                    }
                }
            }
        }
        offsets
    }

    fn locate(position: [f32; 3], cell_um: [f32; 3], shape: [i32; 3]) -> [i32; 3] {
        [0, 1, 2].map(|axis| ((position[axis] / cell_um[axis]) as i32).clamp(0, shape[axis] - 1))
    }

    /// Draws a partner for the neuron `seeker` at `position`: candidate j with probability
    /// proportional to kernel(distance) · `availability`(j), which must lie in [0, 1].
    ///
    /// `None` if nobody was met: there is no candidate within reach, or availability is very low.
    pub fn draw(
        &self,
        seeker: u32,
        position: [f32; 3],
        draws: &mut Draws,
        availability: impl Fn(u32) -> f32,
    ) -> Option<u32> {
        if self.members.is_empty() {
            return None;
        }
        let home = Self::locate(position, self.cell_um, self.shape);
        for _ in 0..PATIENCE {
            let (step, bound) = self.offsets[self.choose.sample(draws)];
            let cell = [0, 1, 2].map(|axis| home[axis] + step[axis]);
            if (0..3).any(|axis| cell[axis] < 0 || cell[axis] >= self.shape[axis]) {
                continue;
            }
            let cell = ((cell[2] * self.shape[1] + cell[1]) * self.shape[0] + cell[0]) as usize;
            let slot = self.starts[cell] + draws.below(self.fullest);
            if slot >= self.starts[cell + 1] {
                continue;
            }
            let candidate = self.members[slot as usize];
            let d_um = space::distance(position, self.positions[slot as usize]);
            if candidate == seeker || d_um > self.kernel.reach_um() {
                continue;
            }
            if draws.uniform() * bound < self.kernel.at(d_um) * availability(candidate) {
                return Some(candidate);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anatomy::wiring::KernelShape;
    use crate::foundation::random::{Purpose, Seed};

    /// Partners of one neuron against the exact probabilities over all candidates: the χ² statistic
    /// must lie within four standard deviations of its mean.
    #[test]
    fn partners_are_distributed_exactly_as_the_kernel() {
        let slab = Slab::holding(3_000, 90_000.0, 200.0);
        let positions = space::place(3_000, &slab, Seed(1));
        let candidates: Vec<u32> = (0..3_000).filter(|id| id % 3 != 0).collect();
        for shape in [KernelShape::Exponential, KernelShape::Gaussian] {
            let kernel = DistanceKernel { shape, length_um: 60.0 };
            let search = PartnerSearch::among(&candidates, &positions, kernel, &slab).unwrap();
            let seeker = 1_501;
            let availability = |id: u32| if id.is_multiple_of(2) { 1.0 } else { 0.4 };
            let weight = |id: u32| {
                let d = space::distance(positions[seeker as usize], positions[id as usize]);
                let reachable = id != seeker && d <= kernel.reach_um();
                if reachable { f64::from(kernel.at(d)) * f64::from(availability(id)) } else { 0.0 }
            };
            let total: f64 = candidates.iter().map(|&id| weight(id)).sum();
            let mut counts = vec![0_u32; 3_000];
            let n = 200_000;
            for i in 0..n {
                let mut draws = Seed(2).draws(Purpose::Test, 0, i);
                let partner = search.draw(seeker, positions[seeker as usize], &mut draws, availability).unwrap();
                counts[partner as usize] += 1;
            }
            let (mut chi2, mut cells, mut rare, mut rare_expected) = (0.0, 0.0, 0.0, 0.0);
            for &id in &candidates {
                let (count, expected) = (f64::from(counts[id as usize]), f64::from(n) * weight(id) / total);
                if expected < 10.0 {
                    (rare, rare_expected) = (rare + count, rare_expected + expected);
                } else {
                    chi2 += (count - expected).powi(2) / expected;
                    cells += 1.0;
                }
            }
            if rare_expected > 0.0 {
                chi2 += (rare - rare_expected).powi(2) / rare_expected;
                cells += 1.0;
            }
            let z = (chi2 - (cells - 1.0)) / (2.0 * (cells - 1.0_f64)).sqrt();
            assert!(z.abs() < 4.0, "{shape:?}: chi² {chi2} over {cells} cells, z = {z}");
        }
    }
}
