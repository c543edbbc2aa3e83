//! Synapses on disk: the columns of every slab as they stand in memory, padding and all.
//!
//! Columns go from memory to the file and from the file to memory without a copy between. What the
//! sweep leaves behind for the rest of its own tick (who was eliminated) is empty between ticks and not kept.

use std::io::{self, ErrorKind, Read, Write};

use super::slab::Slab;
use super::store::{Synapses, Tally};
use crate::foundation::state::{Streamed, read_value, write_value};

/// Slots of one slab at most: rows are addressed with 32 bits.
const MOST_SLOTS: u64 = u32::MAX as u64;

impl Streamed for Synapses {
    fn save(&self, into: &mut dyn Write) -> io::Result<()> {
        write_value(&(self.tally, self.slabs.len() as u64), into)?;
        for slab in &self.slabs {
            let (columns, spiny) = slab.columns();
            let slots = columns[0].len() / size_of::<u32>();
            into.write_all(&(slots as u64).to_le_bytes())?;
            into.write_all(&spiny.to_le_bytes())?;
            columns.iter().try_for_each(|column| into.write_all(column))?;
        }
        Ok(())
    }

    fn load(from: &mut dyn Read) -> io::Result<Self> {
        let (tally, count): (Tally, u64) = read_value(from)?;
        let mut slabs = Vec::new();
        for _ in 0..count {
            let (mut slots, mut spiny) = ([0; 8], [0; 16]);
            from.read_exact(&mut slots)?;
            from.read_exact(&mut spiny)?;
            let slots = u64::from_le_bytes(slots);
            if slots > MOST_SLOTS {
                return Err(io::Error::new(ErrorKind::InvalidData, "a slab is larger than a slab can be"));
            }
            let read = |column: &mut [u8]| from.read_exact(column);
            slabs.push(Slab::from_columns(slots as usize, u128::from_le_bytes(spiny), read)?);
        }
        Ok(Self { slabs, tally })
    }
}
