//! Candidates in a uniform grid of cells.

use super::DistanceKernel;
use crate::anatomy::space::Patch;

/// Candidates that a cell should hold: enough that cells are alike, few enough that the kernel is nearly the same for
/// all of them.
const OCCUPANCY: f32 = 16.0;

/// A neuron that can be found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) position: [f32; 3],
    pub(super) id: u32,
}

/// Candidates sorted by cell; within a cell by identity.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    pub(super) cell_um: [f32; 3],
    pub(super) shape: [i32; 3],
    /// Start of each cell in `candidates`; one more than there are cells.
    pub(super) starts: Vec<u32>,
    pub(super) candidates: Vec<Candidate>,
    /// Candidates in the fullest cell.
    pub(super) fullest: u32,
}

impl Grid {
    pub(super) fn of(candidates: &[u32], positions: &[[f32; 3]], kernel: DistanceKernel, patch: &Patch) -> Self {
        let volume_um3: f32 = patch.extent_um.iter().product();
        // a cell much smaller than the length constant makes long tables, a larger one a loose bound
        let edge_um = (OCCUPANCY * volume_um3 / candidates.len().max(1) as f32).cbrt();
        let edge_um = edge_um.clamp(kernel.length_um * 0.25, kernel.length_um);
        let shape = patch.extent_um.map(|extent| ((extent / edge_um).round() as i32).max(1));
        let cell_um = [0, 1, 2].map(|axis| patch.extent_um[axis] / shape[axis] as f32);
        let cells = shape.iter().product::<i32>() as usize;
        let mut grid = Self { cell_um, shape, starts: vec![0; cells + 1], candidates: Vec::new(), fullest: 0 };
        let homes: Vec<u32> = candidates.iter().map(|&id| grid.index(grid.locate(positions[id as usize]))).collect();
        for &home in &homes {
            grid.starts[home as usize + 1] += 1;
        }
        grid.fullest = grid.starts.iter().copied().max().unwrap_or(0);
        for cell in 0..cells {
            grid.starts[cell + 1] += grid.starts[cell];
        }
        let mut next = grid.starts.clone();
        grid.candidates = vec![Candidate { position: [0.0; 3], id: 0 }; candidates.len()];
        for (&id, &home) in candidates.iter().zip(&homes) {
            let slot = &mut next[home as usize];
            grid.candidates[*slot as usize] = Candidate { position: positions[id as usize], id };
            *slot += 1;
        }
        grid
    }

    /// The cell that holds `position`.
    pub(super) fn locate(&self, position: [f32; 3]) -> [i32; 3] {
        [0, 1, 2].map(|axis| ((position[axis] / self.cell_um[axis]) as i32).clamp(0, self.shape[axis] - 1))
    }

    /// Number of a cell; cells that lie above each other follow each other.
    #[inline]
    pub(super) fn index(&self, cell: [i32; 3]) -> u32 {
        ((cell[0] * self.shape[1] + cell[1]) * self.shape[2] + cell[2]) as u32
    }

    /// The same, if the cell lies in the patch.
    #[inline]
    pub(super) fn index_within(&self, cell: [i32; 3]) -> Option<u32> {
        // a negative coordinate is a large one without its sign
        let within = (0..3).all(|axis| (cell[axis] as u32) < self.shape[axis] as u32);
        within.then(|| self.index(cell))
    }

    pub(super) fn cells(&self) -> usize {
        self.starts.len() - 1
    }

    /// Slots of a cell's candidates.
    #[inline]
    pub(super) fn slots(&self, cell: u32) -> std::ops::Range<usize> {
        self.starts[cell as usize] as usize..self.starts[cell as usize + 1] as usize
    }
}
