//! Synapses on disk: the columns of every slab as they stand in memory, padding and all.
//!
//! A slab at a time goes through a buffer. What the sweep leaves behind for the rest of its own tick (who was
//! eliminated) is of no use between ticks and not kept.

use std::io::{self, ErrorKind, Read, Write};

use bytemuck::{Pod, cast_slice, cast_slice_mut};

use super::blocks::{Halves, LANES, Words};
use super::identities::Identities;
use super::slab::{Columns, Slab};
use super::store::{Synapses, Tally};
use crate::foundation::state::{Streamed, read_value, write_value};

/// Blocks of one slab at most: rows are addressed with 32 bits.
const MOST_BLOCKS: u64 = (u32::MAX as usize / LANES) as u64;

impl Streamed for Synapses {
    fn save(&self, into: &mut dyn Write) -> io::Result<()> {
        write_value(&(self.tally, self.slabs.len() as u64), into)?;
        let (mut words, mut halves) = (Vec::new(), Vec::new());
        for slab in &self.slabs {
            let Columns { presynaptic, log_size, tags } = &slab.columns;
            into.write_all(&(log_size.len() as u64).to_le_bytes())?;
            into.write_all(&slab.spiny.to_le_bytes())?;
            write_blocks(presynaptic.blocks().iter().map(|block| &block.0), &mut words, into)?;
            write_blocks(log_size.iter().map(|block| &block.0), &mut halves, into)?;
            write_blocks(tags.iter().map(|block| &block.0), &mut halves, into)?;
        }
        Ok(())
    }

    fn load(from: &mut dyn Read) -> io::Result<Self> {
        let (tally, count): (Tally, u64) = read_value(from)?;
        let (mut words, mut halves) = (Vec::new(), Vec::new());
        let mut slabs = Vec::new();
        for _ in 0..count {
            let (mut blocks, mut spiny) = ([0; 8], [0; 16]);
            from.read_exact(&mut blocks)?;
            from.read_exact(&mut spiny)?;
            let blocks = u64::from_le_bytes(blocks);
            if blocks > MOST_BLOCKS {
                return Err(io::Error::new(ErrorKind::InvalidData, "a slab is larger than a slab can be"));
            }
            let blocks = blocks as usize;
            let columns = Columns {
                presynaptic: Identities::holding(read_blocks(blocks, Words, &mut words, from)?),
                log_size: read_blocks(blocks, Halves, &mut halves, from)?,
                tags: read_blocks(blocks, Halves, &mut halves, from)?,
            };
            slabs.push(Slab::of(columns, u128::from_le_bytes(spiny)));
        }
        Ok(Self { slabs, tally })
    }
}

fn write_blocks<'a, T: Pod>(
    blocks: impl Iterator<Item = &'a [T; LANES]>,
    buffer: &mut Vec<T>,
    into: &mut dyn Write,
) -> io::Result<()> {
    buffer.clear();
    blocks.for_each(|block| buffer.extend_from_slice(block));
    into.write_all(cast_slice(buffer))
}

fn read_blocks<T: Pod, B>(
    count: usize,
    block: impl Fn([T; LANES]) -> B,
    buffer: &mut Vec<T>,
    from: &mut dyn Read,
) -> io::Result<Vec<B>> {
    buffer.resize(count * LANES, T::zeroed());
    from.read_exact(cast_slice_mut(buffer))?;
    let (blocks, _) = buffer.as_chunks::<LANES>();
    Ok(blocks.iter().map(|&slots| block(slots)).collect())
}
