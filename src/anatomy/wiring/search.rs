//! The search for a partner: exact in the kernel, in constant expected time.
//!
//! Candidates stand in a uniform grid. A step from the seeker's cell to another is drawn from an alias table of the
//! kernel's upper bound per step; a place in that cell is drawn among as many as the fullest cell has, and the step is
//! drawn anew if the place is empty; the candidate found there is accepted with probability kernel ÷ bound. What is
//! accepted is distributed exactly as the kernel among the candidates: every candidate is proposed with probability
//! ∝ bound(step) · weight ÷ weight of the heaviest cell, and accepted with kernel ÷ bound(step), of which kernel ·
//! weight is left. Nothing is sorted or scanned but one cell.

use std::ops::Range;

use rand_distr::{Distribution, Exp1};

use super::grid::Grid;
use super::steps::{self, Step, Steps};
use super::{DistanceKernel, KernelShape};
use crate::anatomy::space::{self, Patch};
use crate::foundation::random::Stream;

/// Proposals in vain after which a search gives up for this tick. A candidate is accepted about one time in
/// five, so an isolated neuron alone ever gets here.
const PATIENCE: usize = 4_000;

/// Proposals made together, at most.
const BATCH: usize = 64;

/// Cells that one task weighs. Fixed, so that work is cut the same way whatever the number of threads.
const CELLS_PER_TASK: usize = 512;

/// Candidates on a grid, ready to be searched.
#[derive(Clone, Debug)]
pub struct PartnerSearch {
    kernel: DistanceKernel,
    grid: Grid,
    /// None for the uniform kernel, which knows no distance.
    steps: Option<Steps>,
}

/// How much each candidate of a [`PartnerSearch`] has to offer; see [`PartnerSearch::weigh`].
#[derive(Clone, Debug, Default)]
pub struct Weights {
    /// By slot of the grid: weight of the candidates of its cell, up to and including its own.
    cumulative: Vec<f32>,
    /// By cell: weight of all its candidates.
    total: Vec<f32>,
    /// Weight of the heaviest cell.
    heaviest: f32,
}

/// A seeker in its place, from which partners are drawn; see [`PartnerSearch::seat`].
#[derive(Clone, Copy, Debug)]
pub struct Seat<'a> {
    search: &'a PartnerSearch,
    seeker: u32,
    position: [f32; 3],
    home: [i32; 3],
    table: &'a [Step],
}

impl PartnerSearch {
    /// Prepares the search among `candidates` (identities), whose `positions` (µm) are given by identity.
    #[must_use]
    pub fn among(candidates: &[u32], positions: &[[f32; 3]], kernel: DistanceKernel, patch: &Patch) -> Self {
        let grid = Grid::of(candidates, positions, kernel, patch);
        let steps = (kernel.shape != KernelShape::Uniform).then(|| Steps::within_reach(kernel, &grid));
        Self { kernel, grid, steps }
    }

    /// Number of candidates.
    #[must_use]
    pub fn candidates(&self) -> usize {
        self.grid.candidates.len()
    }

    /// Takes each candidate's weight, ≥ 0, by identity. `weights` may be reused from an earlier call.
    pub fn weigh(&self, weights: &mut Weights, weight: impl Fn(u32) -> f32 + Sync) {
        weights.cumulative.resize(self.grid.candidates.len(), 0.0);
        weights.total.resize(self.grid.cells(), 0.0);
        let Weights { cumulative, total, heaviest } = weights;
        *heaviest = self.weigh_cells(0..self.grid.cells(), cumulative, total, &weight);
    }

    /// Weighs the candidates of `cells`, which `total` spans as `cumulative` does their slots; returns the weight of the
    /// heaviest cell.
    fn weigh_cells(
        &self,
        cells: Range<usize>,
        cumulative: &mut [f32],
        total: &mut [f32],
        weight: &(impl Fn(u32) -> f32 + Sync),
    ) -> f32 {
        let first = self.grid.starts[cells.start] as usize;
        if cells.len() > CELLS_PER_TASK {
            let middle = usize::midpoint(cells.start, cells.end);
            let (left, right) = cumulative.split_at_mut(self.grid.starts[middle] as usize - first);
            let (left_total, right_total) = total.split_at_mut(middle - cells.start);
            let (left, right) = rayon::join(
                || self.weigh_cells(cells.start..middle, left, left_total, weight),
                || self.weigh_cells(middle..cells.end, right, right_total, weight),
            );
            return left.max(right);
        }
        let mut heaviest = 0.0_f32;
        for (cell, total) in cells.zip(total) {
            let mut sum = 0.0;
            for slot in self.grid.slots(cell as u32) {
                sum += weight(self.grid.candidates[slot].id);
                cumulative[slot - first] = sum;
            }
            *total = sum;
            heaviest = heaviest.max(sum);
        }
        heaviest
    }

    /// Seats the neuron `seeker` at `position`.
    #[must_use]
    pub fn seat(&self, seeker: u32, position: [f32; 3]) -> Seat<'_> {
        let home = self.grid.locate(position);
        let table = self.steps.as_ref().map_or(&[][..], |steps| steps.of(home, &self.grid));
        Seat { search: self, seeker, position, home, table }
    }
}

impl Seat<'_> {
    /// Draws `wanted` partners, candidate j with probability proportional to kernel(distance), and tells `meet` of
    /// each. Fewer if there is no candidate within reach.
    pub fn draw(&self, wanted: usize, stream: &mut Stream, mut meet: impl FnMut(u32, &mut Stream)) {
        let grid = &self.search.grid;
        if self.search.steps.is_none() {
            // everybody is as likely as anybody: no cell is asked
            if grid.candidates.iter().take(2).any(|candidate| candidate.id != self.seeker) {
                for _ in 0..wanted {
                    meet(self.anybody_else(stream), stream);
                }
            }
        } else if grid.fullest > 0 {
            self.propose(&Alike { fullest: grid.fullest }, wanted, stream, meet);
        }
    }

    /// Any candidate but the seeker, of whom there must be one.
    fn anybody_else(&self, stream: &mut Stream) -> u32 {
        let candidates = &self.search.grid.candidates;
        loop {
            let id = candidates[stream.below(candidates.len() as u32) as usize].id;
            if id != self.seeker {
                return id;
            }
        }
    }

    /// Draws `wanted` partners, candidate j with probability proportional to kernel(distance) · weight of j, and tells
    /// `meet` of each. Fewer if no candidate within reach has any weight, or very little of the total.
    pub fn draw_weighted(
        &self,
        weights: &Weights,
        wanted: usize,
        stream: &mut Stream,
        meet: impl FnMut(u32, &mut Stream),
    ) {
        if weights.heaviest > 0.0 {
            self.propose(weights, wanted, stream, meet);
        }
    }

    /// Proposes candidates in batches, in passes: steps, then cells, then places, then candidates. Within a pass nothing
    /// waits for what came before, and what is rejected is overwritten, not branched on.
    ///
    /// Proposals are independent and taken in order, so what a batch holds beyond the last partner wanted can be
    /// dropped.
    fn propose<O: Offer>(&self, offer: &O, wanted: usize, stream: &mut Stream, mut meet: impl FnMut(u32, &mut Stream)) {
        let (grid, kernel) = (&self.search.grid, self.search.kernel);
        let reach_um2 = kernel.reach_um().powi(2);
        // one list, which every pass shortens in place
        let mut proposals = [Proposal::<O::Mark>::default(); BATCH];
        let (mut missing, mut in_vain) = (wanted, 0);
        while missing > 0 && in_vain < PATIENCE {
            let batch = (missing * 8).min(BATCH);
            for proposal in &mut proposals[..batch] {
                *proposal = Proposal { at: self.toss(stream), mark: offer.mark(stream), gap_um: 0.0 };
            }
            let mut admitted = 0;
            for i in 0..batch {
                let Proposal { at, mark, .. } = proposals[i];
                let (cell, gap_um) = self.land(at);
                let at = cell.unwrap_or(0);
                proposals[admitted] = Proposal { at, mark, gap_um };
                admitted += usize::from(cell.is_some() & offer.admits(grid, at, mark));
            }
            for proposal in &mut proposals[..admitted] {
                proposal.at = offer.place(grid.slots(proposal.at), proposal.mark) as u32;
            }
            let mut accepted = 0;
            for i in 0..admitted {
                let Proposal { at, gap_um, .. } = proposals[i];
                let candidate = grid.candidates[at as usize];
                let square_um2 = space::distance_squared(self.position, candidate.position);
                let within_um2 = kernel.accepts_within_um2(gap_um, Exp1.sample(stream)).min(reach_um2);
                proposals[accepted].at = candidate.id;
                accepted += usize::from(square_um2 <= within_um2 && candidate.id != self.seeker);
            }
            in_vain = if accepted == 0 { in_vain + batch } else { 0 };
            for partner in proposals[..accepted].iter().take(missing) {
                meet(partner.at, stream);
            }
            missing -= accepted.min(missing);
        }
    }

    /// Draws a step by its bound; without steps, a cell.
    #[inline]
    fn toss(&self, stream: &mut Stream) -> u32 {
        match self.search.steps {
            Some(_) => steps::draw(self.table, stream),
            None => stream.below(self.search.grid.cells() as u32),
        }
    }

    /// The cell that was drawn, or `None` if the step leads out of the patch; and the cells' least distance.
    #[inline]
    fn land(&self, toss: u32) -> (Option<u32>, f32) {
        if self.search.steps.is_none() {
            return (Some(toss), 0.0);
        }
        let step = self.table[toss as usize];
        let cell = [0, 1, 2].map(|axis| self.home[axis] + i32::from(step.cells[axis]));
        (self.search.grid.index_within(cell), step.gap_um)
    }
}

/// A candidate in the making: what was tossed, then the cell that it leads to, then the slot in the cell, then who is
/// there.
#[derive(Clone, Copy, Debug, Default)]
struct Proposal<M> {
    at: u32,
    mark: M,
    gap_um: f32,
}

/// How a place in a cell is drawn: a mark on a scale as long as the fullest cell, which a cell admits if it reaches
/// that far.
trait Offer {
    type Mark: Copy + Default;
    fn mark(&self, stream: &mut Stream) -> Self::Mark;
    fn admits(&self, grid: &Grid, cell: u32, mark: Self::Mark) -> bool;
    fn place(&self, slots: Range<usize>, mark: Self::Mark) -> usize;
}

/// Every candidate offers the same.
struct Alike {
    fullest: u32,
}

impl Offer for Alike {
    type Mark = u32;

    #[inline]
    fn mark(&self, stream: &mut Stream) -> u32 {
        stream.below(self.fullest)
    }

    #[inline]
    fn admits(&self, grid: &Grid, cell: u32, mark: u32) -> bool {
        (mark as usize) < grid.slots(cell).len()
    }

    #[inline]
    fn place(&self, slots: Range<usize>, mark: u32) -> usize {
        slots.start + mark as usize
    }
}

impl Offer for Weights {
    type Mark = f32;

    #[inline]
    fn mark(&self, stream: &mut Stream) -> f32 {
        stream.uniform() * self.heaviest
    }

    #[inline]
    fn admits(&self, _: &Grid, cell: u32, mark: f32) -> bool {
        mark < self.total[cell as usize]
    }

    #[inline]
    fn place(&self, slots: Range<usize>, mark: f32) -> usize {
        slots.start + self.cumulative[slots].partition_point(|&sum| sum <= mark)
    }
}
