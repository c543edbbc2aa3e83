//! Rows of numbers that wait on disk until a run is over, so that memory does not grow with the horizon.

use std::io::{self, Read, Write};
use std::path::Path;

use crate::foundation::error::{Error, Result};
use crate::foundation::files::Spool;
use crate::foundation::time::Time;

/// Rows of one stretch of simulated time, as recorded: absolute values, in the order of the columns.
#[derive(Debug)]
pub struct RowSpool {
    spool: Spool,
    columns: usize,
    rows: u64,
}

impl RowSpool {
    /// No rows yet, of `columns` values each, on the disk of `folder`.
    pub fn in_folder(folder: &Path, columns: usize) -> Result<Self> {
        Ok(Self { spool: Spool::in_folder(folder)?, columns, rows: 0 })
    }

    /// Appends a row.
    ///
    /// # Panics
    /// If there is not one value per column.
    pub fn push(&mut self, time: Time, values: &[f64]) -> Result<()> {
        assert_eq!(values.len(), self.columns, "one value per column");
        let mut bytes = Vec::with_capacity(8 * (1 + values.len()));
        bytes.extend(time.milliseconds().to_le_bytes());
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        self.rows += 1;
        self.spool.append(&bytes)
    }

    /// Writes every row to a checkpoint.
    pub fn save(&mut self, into: &mut dyn Write) -> io::Result<()> {
        into.write_all(&self.rows.to_le_bytes())?;
        let mut rows = self.spool.read_back().map_err(io::Error::other)?;
        io::copy(&mut rows, into).map(drop)
    }

    /// The rows that were saved, of `columns` values each, on the disk of `folder`.
    pub fn load(folder: &Path, columns: usize, from: &mut dyn Read) -> io::Result<Self> {
        let mut count = [0; 8];
        from.read_exact(&mut count)?;
        let mut loaded = Self::in_folder(folder, columns).map_err(io::Error::other)?;
        loaded.rows = u64::from_le_bytes(count);
        let mut row = vec![0; 8 * (1 + columns)];
        for _ in 0..loaded.rows {
            from.read_exact(&mut row)?;
            loaded.spool.append(&row).map_err(io::Error::other)?;
        }
        Ok(loaded)
    }

    /// Hands every row to `visit`, in order.
    pub fn visit(&mut self, mut visit: impl FnMut(Time, &mut [f64]) -> Result<()>) -> Result<()> {
        let mut bytes = vec![0; 8 * (1 + self.columns)];
        let mut values = vec![0.0; self.columns];
        let rows = self.rows;
        let mut source = self.spool.read_back()?;
        for _ in 0..rows {
            source.read_exact(&mut bytes).map_err(|error| Error::Run(format!("cannot read rows back: {error}")))?;
            let (words, _) = bytes.as_chunks::<8>();
            for (value, &word) in values.iter_mut().zip(&words[1..]) {
                *value = f64::from_le_bytes(word);
            }
            visit(Time::from_milliseconds(i64::from_le_bytes(words[0])), &mut values)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_in_order_and_to_the_bit() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = RowSpool::in_folder(folder.path(), 2).unwrap();
        for hour in -3..300_i32 {
            let row = [f64::from(hour) / 7.0, if hour % 2 == 0 { f64::NAN } else { -0.0 }];
            spool.push(Time::from_hours(f64::from(hour)), &row).unwrap();
        }
        let mut hour = -3;
        let mut check = |time: Time, values: &mut [f64]| {
            assert_eq!(time, Time::from_hours(f64::from(hour)));
            assert_eq!(values[0].to_bits(), (f64::from(hour) / 7.0).to_bits());
            assert_eq!(values[1].is_nan(), hour % 2 == 0);
            hour += 1;
            Ok(())
        };
        spool.visit(&mut check).unwrap();
        assert_eq!(hour, 300);
    }

    /// A spool that was saved goes on growing, and so does the one that was loaded from it.
    #[test]
    fn rows_survive_a_checkpoint_and_more_follow() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = RowSpool::in_folder(folder.path(), 3).unwrap();
        let push = |spool: &mut RowSpool, hour: i32| {
            spool.push(Time::from_hours(f64::from(hour)), &[f64::from(hour), 0.1, f64::NAN]).unwrap();
        };
        (0..2_000).for_each(|hour| push(&mut first, hour));
        let mut saved = Vec::new();
        first.save(&mut saved).unwrap();
        let mut second = RowSpool::load(folder.path(), 3, &mut saved.as_slice()).unwrap();
        let mut contents = Vec::new();
        for spool in [&mut first, &mut second] {
            (2_000..2_100).for_each(|hour| push(spool, hour));
            let mut content = Vec::new();
            spool.save(&mut content).unwrap();
            assert_eq!(content.len(), 8 + 2_100 * 4 * 8);
            contents.push(content);
        }
        assert!(contents[0] == contents[1]);
        assert!(RowSpool::load(folder.path(), 3, &mut &saved[..saved.len() - 1]).is_err());
    }
}
