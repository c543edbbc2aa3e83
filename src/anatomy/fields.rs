//! Substances in the extracellular space, on a voxel grid.
//!
//! A field is released, diffuses and is taken up or cleared at one rate everywhere:
//! ∂c/∂t = D∇²c − k·c + s, with no flux through the faces. Under that boundary condition the discrete
//! cosine transform (DCT-II) diagonalises the seven-point Laplacian, so each mode relaxes as one
//! exponential and a tick of any length is exact, positive and conserves mass to rounding.

use std::sync::Arc;

use rustdct::{DctPlanner, TransformType2And3};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::space::Patch;

/// The voxels of a patch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VoxelGrid {
    /// Number of voxels along x, y and z.
    pub shape: [usize; 3],
    /// Edge lengths of a voxel, in µm; as near to the edge asked for as the extent allows.
    pub edge_um: [f64; 3],
}

impl VoxelGrid {
    /// Voxels of about `edge_um` that fill the patch.
    #[must_use]
    pub fn filling(patch: &Patch, edge_um: f64) -> Self {
        let extent = patch.extent_um.map(f64::from);
        let shape = extent.map(|x| (x / edge_um).round().max(1.0) as usize);
        Self { shape, edge_um: [0, 1, 2].map(|axis| extent[axis] / shape[axis] as f64) }
    }

    /// Number of voxels.
    #[must_use]
    pub fn voxels(&self) -> usize {
        self.shape.iter().product()
    }

    /// Index of the voxel that holds `position` (µm); x runs fastest.
    #[must_use]
    pub fn voxel_of(&self, position: [f32; 3]) -> usize {
        let cell =
            [0, 1, 2].map(|axis| ((f64::from(position[axis]) / self.edge_um[axis]) as usize).min(self.shape[axis] - 1));
        (cell[2] * self.shape[1] + cell[1]) * self.shape[0] + cell[0]
    }
}

/// Concentration of one substance in every voxel, in the unit that its owner states.
#[derive(Clone)]
pub struct Field {
    grid: VoxelGrid,
    /// Concentration by voxel; x runs fastest.
    pub values: Vec<f64>,
    transforms: [Arc<dyn TransformType2And3<f64>>; 3],
    line: Vec<f64>,
    scratch: Vec<f64>,
    source: Vec<f64>,
}

/// Grid and concentrations: everything else follows from the grid.
impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.grid, &self.values).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (grid, values) = <(VoxelGrid, Vec<f64>)>::deserialize(deserializer)?;
        if values.len() != grid.voxels() {
            return Err(serde::de::Error::invalid_length(values.len(), &"one concentration for each voxel"));
        }
        let mut field = Self::uniform(&grid, 0.0);
        field.values = values;
        Ok(field)
    }
}

impl Field {
    /// A field of the same concentration everywhere.
    #[must_use]
    pub fn uniform(grid: &VoxelGrid, concentration: f64) -> Self {
        let mut planner = DctPlanner::new();
        let transforms = grid.shape.map(|n| planner.plan_dct2(n));
        let scratch = transforms.iter().map(|transform| transform.get_scratch_len()).max().unwrap_or(0);
        Self {
            values: vec![concentration; grid.voxels()],
            line: vec![0.0; grid.shape.into_iter().max().unwrap_or(1)],
            scratch: vec![0.0; scratch],
            source: vec![0.0; grid.voxels()],
            transforms,
            grid: grid.clone(),
        }
    }

    /// The grid on which the field lives.
    #[must_use]
    pub fn grid(&self) -> &VoxelGrid {
        &self.grid
    }

    /// Advances the field exactly by `step_h` under a constant `source` (concentration per hour, by
    /// voxel), clearance `rate_per_h` and diffusion coefficient `diffusion_um2_per_h`.
    pub fn advance(&mut self, source: &[f64], rate_per_h: f64, diffusion_um2_per_h: f64, step_h: f64) {
        self.source.copy_from_slice(source);
        let mut field = std::mem::take(&mut self.values);
        let mut drive = std::mem::take(&mut self.source);
        self.transform(&mut field, Direction::ToModes);
        self.transform(&mut drive, Direction::ToModes);
        let [nx, ny, nz] = self.grid.shape;
        for z in 0..nz {
            for y in 0..ny {
                let across = self.laplacian(1, y) + self.laplacian(2, z);
                for x in 0..nx {
                    let mode = (z * ny + y) * nx + x;
                    let rate = rate_per_h + diffusion_um2_per_h * (across + self.laplacian(0, x));
                    let decay = (-rate * step_h).exp();
                    // (1 − e^{−rΔt})/r, whose limit at r = 0 is Δt
                    let gain = if rate * step_h < 1e-12 { step_h } else { -(-rate * step_h).exp_m1() / rate };
                    field[mode] = field[mode] * decay + drive[mode] * gain;
                }
            }
        }
        self.transform(&mut field, Direction::ToSpace);
        self.values = field;
        self.source = drive;
    }

    /// Eigenvalue of −∇² for mode `k` along `axis`, in 1/µm².
    fn laplacian(&self, axis: usize, k: usize) -> f64 {
        let angle = std::f64::consts::PI * k as f64 / self.grid.shape[axis] as f64;
        (2.0 - 2.0 * angle.cos()) / self.grid.edge_um[axis].powi(2)
    }

    fn transform(&mut self, values: &mut [f64], direction: Direction) {
        let [nx, ny, nz] = self.grid.shape;
        let strides = [1, nx, nx * ny];
        for (axis, stride) in strides.into_iter().enumerate() {
            let length = self.grid.shape[axis];
            if length == 1 {
                continue;
            }
            for start in (0..nx * ny * nz).filter(|voxel| (voxel / stride).is_multiple_of(length)) {
                let line = &mut self.line[..length];
                for (i, value) in line.iter_mut().enumerate() {
                    *value = values[start + i * stride];
                }
                match direction {
                    Direction::ToModes => self.transforms[axis].process_dct2_with_scratch(line, &mut self.scratch),
                    Direction::ToSpace => self.transforms[axis].process_dct3_with_scratch(line, &mut self.scratch),
                }
                // rustdct leaves both transforms unscaled: DCT-III ∘ DCT-II = n/2
                let scale = match direction {
                    Direction::ToModes => 1.0,
                    Direction::ToSpace => 2.0 / length as f64,
                };
                for (i, value) in line.iter().enumerate() {
                    values[start + i * stride] = value * scale;
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Direction {
    ToModes,
    ToSpace,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(shape: [usize; 3]) -> VoxelGrid {
        VoxelGrid { shape, edge_um: [10.0; 3] }
    }

    /// A point release in a wide field spreads as the Green's function of diffusion: variance 2Dt per
    /// axis. The discrete Laplacian has exactly this second moment while the walls are far away.
    #[test]
    fn a_point_release_spreads_with_variance_two_d_t_and_keeps_its_mass() {
        let grid = grid([81, 1, 1]);
        let mut field = Field::uniform(&grid, 0.0);
        field.values[40] = 1.0;
        let source = vec![0.0; 81];
        for _ in 0..7 {
            field.advance(&source, 0.0, 500.0, 0.5);
        }
        let mass: f64 = field.values.iter().sum();
        let variance: f64 = field.values.iter().enumerate().map(|(x, c)| c * ((x as f64 - 40.0) * 10.0).powi(2)).sum();
        assert!((mass - 1.0).abs() < 1e-12, "rounding alone may differ: {mass}");
        assert!((variance / (2.0 * 500.0 * 3.5) - 1.0).abs() < 1e-6, "walls at 4 sd: {variance}");
        assert!(field.values.iter().all(|&c| c > -1e-12));
    }

    /// With a uniform source the field relaxes to s/k as one exponential, whatever the tick.
    #[test]
    fn a_uniform_source_relaxes_exactly_for_any_tick() {
        let grid = grid([4, 3, 2]);
        let source = vec![6.0; grid.voxels()];
        let (mut once, mut often) = (Field::uniform(&grid, 1.0), Field::uniform(&grid, 1.0));
        once.advance(&source, 2.0, 300.0, 0.8);
        for _ in 0..8 {
            often.advance(&source, 2.0, 300.0, 0.1);
        }
        let exact = 3.0 + (1.0 - 3.0) * (-1.6_f64).exp();
        for voxel in 0..grid.voxels() {
            assert!((once.values[voxel] - exact).abs() < 1e-12);
            assert!((often.values[voxel] - exact).abs() < 1e-12);
        }
    }
}
