//! Steps from a seeker's cell to a candidate's, drawn by the kernel's upper bound.

use std::hint::select_unpredictable;

use super::DistanceKernel;
use super::grid::Grid;
use crate::anatomy::space;
use crate::foundation::random::Stream;

/// Entries of all tables together, at most, for tables that know the walls of the patch: they stay in cache.
const LARGEST: usize = 1 << 16;

/// A step of so many cells along each axis, and one entry of an alias table. Sixteen bytes, so that none lies across two
/// lines of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(16))]
pub(super) struct Step {
    /// The entry stands for its own step if the coin falls below.
    threshold: u32,
    /// The entry that it stands for otherwise.
    alias: u32,
    /// Fewer than 50 either way: the kernel reaches eight length constants, and cells are no shorter than a sixth of one.
    pub(super) cells: [i8; 3],
    /// Least distance between points of the two cells, in µm.
    pub(super) gap_um: f32,
}

/// Alias tables of the steps within reach, with the kernel at the cells' least distance as weight.
///
/// Along the axes that are `walled` there is a table for every coordinate of the home cell, which holds only steps that
/// stay in the patch. Steps out of the patch along the other axes are drawn and rejected.
#[derive(Clone, Debug)]
pub(super) struct Steps {
    walled: [bool; 3],
    starts: Vec<u32>,
    entries: Vec<Step>,
}

impl Steps {
    pub(super) fn within_reach(kernel: DistanceKernel, grid: &Grid) -> Self {
        let reach =
            [0, 1, 2].map(|axis| ((kernel.reach_um() / grid.cell_um[axis]) as i32 + 1).min(grid.shape[axis] - 1));
        let mut walled = [false; 3];
        let mut axes = [0, 1, 2];
        axes.sort_by_key(|&axis| grid.shape[axis]);
        for axis in axes {
            let entries: i32 = (0..3)
                .map(|other| {
                    let span = 2 * reach[other] + 1;
                    if walled[other] || other == axis { grid.shape[other] * span.min(grid.shape[other]) } else { span }
                })
                .fold(1, i32::saturating_mul);
            if entries as usize > LARGEST {
                break;
            }
            walled[axis] = true;
        }
        let mut all = Self { walled, starts: vec![0], entries: Vec::new() };
        let homes = [0, 1, 2].map(|axis| if walled[axis] { grid.shape[axis] } else { 1 });
        for x in 0..homes[0] {
            for y in 0..homes[1] {
                for z in 0..homes[2] {
                    all.add_table(kernel, grid, reach, [x, y, z]);
                }
            }
        }
        all
    }

    /// Adds the table of home cells at `home`, of which only walled axes count.
    fn add_table(&mut self, kernel: DistanceKernel, grid: &Grid, reach: [i32; 3], home: [i32; 3]) {
        let first = self.entries.len();
        let span = |axis: usize| {
            if self.walled[axis] {
                (-home[axis]).max(-reach[axis])..=(grid.shape[axis] - 1 - home[axis]).min(reach[axis])
            } else {
                -reach[axis]..=reach[axis]
            }
        };
        let gap = |axis: usize, step: i32| (step.abs() - 1).max(0) as f32 * grid.cell_um[axis];
        let mut weights = Vec::new();
        let spans = [span(0), span(1), span(2)];
        for x in spans[0].clone() {
            for y in spans[1].clone() {
                for z in spans[2].clone() {
                    let gap_um = space::distance([gap(0, x), gap(1, y), gap(2, z)], [0.0; 3]);
                    if gap_um <= kernel.reach_um() {
                        weights.push(f64::from(kernel.at(gap_um)));
                        let cells = [x as i8, y as i8, z as i8];
                        self.entries.push(Step { threshold: u32::MAX, alias: 0, cells, gap_um });
                    }
                }
            }
        }
        alias(&weights, &mut self.entries[first..]);
        self.starts.push(self.entries.len() as u32);
    }

    /// The table of a seeker whose cell is `home`.
    pub(super) fn of(&self, home: [i32; 3], grid: &Grid) -> &[Step] {
        let table =
            (0..3).fold(0, |table, axis| if self.walled[axis] { table * grid.shape[axis] + home[axis] } else { table });
        &self.entries[self.starts[table as usize] as usize..self.starts[table as usize + 1] as usize]
    }
}

/// Draws an entry of a table.
#[inline]
pub(super) fn draw(table: &[Step], stream: &mut Stream) -> u32 {
    let (entry, rest) = stream.below_with_rest(table.len() as u32);
    let Step { threshold, alias, .. } = table[entry as usize];
    // a coin is not worth guessing
    select_unpredictable((rest >> 32) as u32 <= threshold, entry, alias)
}

/// Fills in thresholds and aliases so that entry i is drawn in proportion to `weights[i]` (Vose 1991, IEEE Trans
/// Softw Eng 17:972).
fn alias(weights: &[f64], entries: &mut [Step]) {
    let mean = weights.iter().sum::<f64>() / weights.len() as f64;
    let mut shares: Vec<f64> = weights.iter().map(|weight| weight / mean).collect();
    let (mut poor, mut rich): (Vec<usize>, Vec<usize>) = (0..shares.len()).partition(|&i| shares[i] < 1.0);
    while let (Some(&giver), Some(taker)) = (rich.last(), poor.pop()) {
        entries[taker].threshold = (shares[taker] * 4_294_967_296.0) as u32;
        entries[taker].alias = giver as u32;
        shares[giver] -= 1.0 - shares[taker];
        if shares[giver] < 1.0 {
            rich.pop();
            poor.push(giver);
        }
    }
    // what is left has a share of one but for rounding, and keeps the threshold that is always met
}
