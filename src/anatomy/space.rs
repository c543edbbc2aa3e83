//! Where somata stand, and the order in which they are numbered.

use rayon::prelude::*;

use crate::foundation::random::{Purpose, Seed};

/// The patch of cortex that holds the somata: a square piece of a layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Patch {
    /// Extent in x, y and z, in µm.
    pub extent_um: [f32; 3],
}

impl Patch {
    /// A square patch of thickness `thickness_um` that holds `neurons` at `density_per_mm3`.
    #[must_use]
    pub fn holding(neurons: usize, density_per_mm3: f64, thickness_um: f64) -> Self {
        let volume_um3 = neurons as f64 / density_per_mm3 * 1e9;
        // a piece narrower than the layer is thick would be a column: make it a cube instead
        let thickness_um = thickness_um.min(volume_um3.cbrt());
        let side_um = (volume_um3 / thickness_um).sqrt();
        Self { extent_um: [side_um as f32, side_um as f32, thickness_um as f32] }
    }
}

/// Uniformly random positions in the patch, sorted along a Morton curve, in µm.
///
/// The curve makes identities spatial: a neuron's partners, mostly near in space, are mostly near in
/// memory, which is what keeps the gather of presynaptic output in cache at a million neurons.
#[must_use]
pub fn place(neurons: usize, patch: &Patch, seed: Seed) -> Vec<[f32; 3]> {
    let mut positions: Vec<[f32; 3]> = (0..neurons as u32)
        .into_par_iter()
        .map(|i| {
            let mut draws = seed.draws(Purpose::Position, 0, i);
            patch.extent_um.map(|extent| draws.uniform() * extent)
        })
        .collect();
    let longest = patch.extent_um.into_iter().fold(1.0, f32::max);
    // the index breaks ties, so the order is total; positions of equal keys keep their order of draw
    positions.par_sort_by_key(|position| morton(position.map(|x| (x / longest * 2_097_151.0) as u64)));
    positions
}

/// Interleaves the low 21 bits of three coordinates.
fn morton(cell: [u64; 3]) -> u64 {
    cell.into_iter().enumerate().fold(0, |key, (axis, x)| key | spread(x) << axis)
}

/// Moves bit i of a 21-bit number to bit 3·i.
fn spread(x: u64) -> u64 {
    let mut x = x & 0x1f_ffff;
    x = (x | x << 32) & 0x001f_0000_0000_ffff;
    x = (x | x << 16) & 0x001f_0000_ff00_00ff;
    x = (x | x << 8) & 0x100f_00f0_0f00_f00f;
    x = (x | x << 4) & 0x10c3_0c30_c30c_30c3;
    (x | x << 2) & 0x1249_2492_4924_9249
}

/// Euclidean distance, in the unit of its arguments.
#[must_use]
pub fn distance(a: [f32; 3], b: [f32; 3]) -> f32 {
    distance_squared(a, b).sqrt()
}

/// The square of [`distance`], where the root would only be compared.
#[must_use]
pub fn distance_squared(a: [f32; 3], b: [f32; 3]) -> f32 {
    let [x, y, z] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    x * x + y * y + z * z
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_has_the_volume_that_its_density_asks_for() {
        for neurons in [10, 2_000, 1_000_000] {
            let [x, y, z] = Patch::holding(neurons, 90_000.0, 300.0).extent_um.map(f64::from);
            assert!((x * y * z * 1e-9 * 90_000.0 / neurons as f64 - 1.0).abs() < 1e-5, "single precision");
        }
    }

    #[test]
    fn morton_keys_interleave_every_bit() {
        assert_eq!(morton([1, 0, 0]), 1);
        assert_eq!(morton([0, 1, 0]), 2);
        assert_eq!(morton([3, 3, 3]), 63);
        assert_eq!(morton([0x1f_ffff; 3]), (1 << 63) - 1);
    }

    /// Numbering along the curve must bring neighbours together: consecutive neurons are many times
    /// nearer than neurons taken at random.
    #[test]
    fn consecutive_neurons_are_near() {
        let patch = Patch::holding(4_096, 90_000.0, 300.0);
        let positions = place(4_096, &patch, Seed(3));
        let mean = |stride: usize| {
            let pairs = positions.len() - stride;
            (0..pairs).map(|i| f64::from(distance(positions[i], positions[i + stride]))).sum::<f64>() / pairs as f64
        };
        assert!(mean(1) * 5.0 < mean(2_000), "{} against {}", mean(1), mean(2_000));
    }
}
