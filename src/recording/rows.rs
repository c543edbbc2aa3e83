//! Rows of numbers that wait on disk until a run is over, so that memory does not grow with the horizon.

use std::io::Read;
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
}
