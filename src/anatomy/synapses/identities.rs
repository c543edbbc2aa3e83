//! Presynaptic identities, and a bound that none of them reaches: who checks the bound once may look up
//! every identity of a row without checking again.

use std::ops::Range;

use super::blocks::{LANES, Words};

/// A column of presynaptic identities.
#[derive(Clone, Debug)]
pub(super) struct Identities {
    blocks: Vec<Words>,
    /// Every identity of the column, padding included, is below.
    bound: usize,
}

impl Default for Identities {
    fn default() -> Self {
        Self::of(0)
    }
}

impl Identities {
    /// A column of so many blocks, in which every identity is 0.
    pub(super) fn of(blocks: usize) -> Self {
        Self { blocks: vec![Words::default(); blocks], bound: 1 }
    }

    /// A column of these blocks, which may come from anywhere: the bound is found anew.
    pub(super) fn holding(blocks: Vec<Words>) -> Self {
        let highest = blocks.iter().flat_map(|block| block.0).max();
        Self { blocks, bound: highest.map_or(1, |identity| identity as usize + 1) }
    }

    /// All blocks.
    pub(super) fn blocks(&self) -> &[Words] {
        &self.blocks
    }

    pub(super) fn get(&self, slot: usize) -> u32 {
        self.blocks[slot / LANES].0[slot % LANES]
    }

    pub(super) fn set(&mut self, slot: usize, identity: u32) {
        self.bound = self.bound.max(identity as usize + 1);
        self.blocks[slot / LANES].0[slot % LANES] = identity;
    }

    /// Writes up to sixteen identities into a block.
    pub(super) fn fill(&mut self, block: usize, identities: impl Iterator<Item = u32>) {
        let mut bound = self.bound;
        for (place, identity) in self.blocks[block].0.iter_mut().zip(identities) {
            bound = bound.max(identity as usize + 1);
            *place = identity;
        }
        self.bound = bound;
    }

    /// Copies blocks of another column.
    pub(super) fn copy(&mut self, into: Range<usize>, from: &Self, blocks: Range<usize>) {
        self.bound = self.bound.max(from.bound);
        self.blocks[into].copy_from_slice(&from.blocks[blocks]);
    }

    /// Some blocks of the column, to be looked at.
    pub(super) fn row(&self, blocks: Range<usize>) -> IdentityRow<'_> {
        IdentityRow { blocks: &self.blocks[blocks], bound: self.bound }
    }
}

/// Identities that are all below a bound.
#[derive(Clone, Copy)]
pub(super) struct IdentityRow<'a> {
    blocks: &'a [Words],
    bound: usize,
}

impl<'a> IdentityRow<'a> {
    pub(super) fn blocks(self) -> &'a [Words] {
        self.blocks
    }

    /// Every identity is below.
    pub(super) fn bound(self) -> usize {
        self.bound
    }

    /// A part of the row.
    pub(super) fn part(self, blocks: Range<usize>) -> Self {
        Self { blocks: &self.blocks[blocks], ..self }
    }
}
