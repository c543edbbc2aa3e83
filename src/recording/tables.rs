//! The time series of a run, in memory and as CSV.
//!
//! Long form: one row per arm, replicate, subject and instant, then one number per column. A value
//! that does not exist is NaN; earlier versions left the cell empty, which is read as the same.

use std::io::{Read, Write};
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::foundation::error::{Error, Result};
use crate::foundation::time::Time;
use crate::recording::cells::write_number;
use crate::recording::dictionary::KEYS;

/// The file that the time series of a run is written to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum SeriesFormat {
    /// `timeseries.csv`: text, for any program.
    #[default]
    Csv,
    /// `timeseries.parquet`: the same numbers, smaller and faster to read.
    Parquet,
}

/// Which series a row belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesKey {
    /// Index into [`TimeSeries::arms`].
    pub arm: usize,
    /// Independent network, counted from 0.
    pub replicate: u32,
    /// Virtual subject, counted from 0.
    pub subject: u32,
}

/// A table of named columns over instants, for every arm, replicate and subject of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TimeSeries {
    arms: Vec<String>,
    columns: Vec<String>,
    keys: Vec<SeriesKey>,
    times: Vec<Time>,
    /// One vector per column.
    values: Vec<Vec<f64>>,
}

impl TimeSeries {
    /// An empty table with these columns.
    #[must_use]
    pub fn new(columns: Vec<String>) -> Self {
        Self { values: vec![Vec::new(); columns.len()], columns, ..Self::default() }
    }

    /// Appends one row; `values` are in the order of the columns, NaN where there is none.
    ///
    /// # Panics
    /// If there is not one value per column.
    pub fn push(&mut self, arm: &str, replicate: u32, subject: u32, time: Time, values: &[f64]) {
        assert_eq!(values.len(), self.columns.len(), "one value per column");
        let arm = self.arms.iter().position(|known| known == arm).unwrap_or_else(|| {
            self.arms.push(arm.to_owned());
            self.arms.len() - 1
        });
        self.keys.push(SeriesKey { arm, replicate, subject });
        self.times.push(time);
        for (column, &value) in self.values.iter_mut().zip(values) {
            column.push(value);
        }
    }

    /// The arms, in order of appearance.
    #[must_use]
    pub fn arms(&self) -> &[String] {
        &self.arms
    }

    /// The names of the columns after `time_h`.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// The series of each row.
    #[must_use]
    pub fn keys(&self) -> &[SeriesKey] {
        &self.keys
    }

    /// The instant of each row.
    #[must_use]
    pub fn times(&self) -> &[Time] {
        &self.times
    }

    /// The values of one column, a number per row; `None` if the run did not record it.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&[f64]> {
        let index = self.columns.iter().position(|known| known == name)?;
        Some(&self.values[index])
    }

    /// Writes the table as CSV, header first.
    pub fn write<W: Write>(&self, target: W) -> Result<()> {
        let mut writer = TimeSeriesWriter::new(target, &self.columns)?;
        let mut row = vec![0.0; self.columns.len()];
        for (index, (key, &time)) in self.keys.iter().zip(&self.times).enumerate() {
            for (cell, column) in row.iter_mut().zip(&self.values) {
                *cell = column[index];
            }
            writer.write(&self.arms[key.arm], key.replicate, key.subject, time, &row)?;
        }
        writer.finish().map(drop)
    }

    /// Reads a table that [`TimeSeriesWriter`] wrote; `path` serves the error messages only.
    pub fn read<R: Read>(source: R, path: &Path) -> Result<Self> {
        let wrong = |line: u64, what: &str| Error::Input(format!("error: {}:{line}: {what}", path.display()));
        let mut csv = csv::Reader::from_reader(source);
        let header = csv.headers().map_err(|error| wrong(1, &error.to_string()))?.clone();
        if header.len() < KEYS.len() || KEYS.iter().zip(&header).any(|(key, name)| key.name != name) {
            return Err(wrong(1, "the columns do not begin with arm, replicate, subject, time_h"));
        }
        let mut table = Self::new(header.iter().skip(KEYS.len()).map(str::to_owned).collect());
        let mut row = Vec::with_capacity(table.columns.len());
        let mut record = csv::StringRecord::new();
        while csv.read_record(&mut record).map_err(|error| wrong(0, &error.to_string()))? {
            let line = record.position().map_or(0, csv::Position::line);
            let number = |cell: &str, name: &str| {
                cell.parse::<f64>().map_err(|_| wrong(line, &format!("`{cell}` in column `{name}` is not a number")))
            };
            let index = |cell: &str, name: &str| {
                cell.parse::<u32>().map_err(|_| wrong(line, &format!("`{cell}` in column `{name}` is not an index")))
            };
            row.clear();
            for (cell, name) in record.iter().zip(&header).skip(KEYS.len()) {
                row.push(if cell.is_empty() { f64::NAN } else { number(cell, name)? });
            }
            let time = Time::from_hours(number(&record[3], "time_h")?);
            table.push(&record[0], index(&record[1], "replicate")?, index(&record[2], "subject")?, time, &row);
        }
        Ok(table)
    }
}

/// Writes `timeseries.csv` row by row, so that memory does not grow with the horizon.
#[derive(Debug)]
pub struct TimeSeriesWriter<W: Write> {
    csv: csv::Writer<W>,
    cell: String,
}

impl<W: Write> TimeSeriesWriter<W> {
    /// A writer that starts with the header.
    pub fn new(target: W, columns: &[String]) -> Result<Self> {
        let mut writer = Self::continuing(target);
        let header = KEYS.iter().map(|key| key.name).chain(columns.iter().map(String::as_str));
        writer.csv.write_record(header).map_err(refused)?;
        Ok(writer)
    }

    /// A writer of rows only, for a part that is appended to a table with the same columns.
    pub fn continuing(target: W) -> Self {
        Self { csv: csv::WriterBuilder::new().flexible(true).from_writer(target), cell: String::new() }
    }

    /// Writes one row; `values` are in the order of the columns, NaN where there is none.
    pub fn write(&mut self, arm: &str, replicate: u32, subject: u32, time: Time, values: &[f64]) -> Result<()> {
        self.csv.write_field(arm).map_err(refused)?;
        self.csv.write_field(replicate.to_string()).map_err(refused)?;
        self.csv.write_field(subject.to_string()).map_err(refused)?;
        let hours = hours(time);
        self.csv.write_field(if hours.contains('.') { hours } else { hours + ".0" }).map_err(refused)?;
        for &value in values {
            self.cell.clear();
            write_number(&mut self.cell, value);
            self.csv.write_field(&self.cell).map_err(refused)?;
        }
        self.csv.write_record(None::<&[u8]>).map_err(refused)
    }

    /// Flushes what is buffered and hands the target back.
    pub fn finish(self) -> Result<W> {
        self.csv.into_inner().map_err(|error| refused(error.into_error().into()))
    }
}

/// Hours with seven decimals at most, which tell whole milliseconds apart.
#[must_use]
pub fn hours(time: Time) -> String {
    let text = format!("{:.7}", time.hours());
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn refused(error: csv::Error) -> Error {
    Error::Run(format!("cannot write the time series: {error}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Nine significant digits: half a unit in the ninth is a relative 5e-9.
        #[test]
        fn a_table_survives_the_file_to_nine_digits(
            rows in prop::collection::vec((0..3_usize, 0..4_u32, -600_000_000_i64..4_000_000_000, any::<f64>(), -1e3..1e3), 1..40)
        ) {
            let arms = ["vehicle", "single, 0.5 mg/kg", "\"quoted\""];
            let mut table = TimeSeries::new(vec!["bdnf".into(), "trkb".into()]);
            for &(arm, replicate, ms, first, second) in &rows {
                table.push(arms[arm], replicate, 0, Time::from_milliseconds(ms), &[first, second]);
            }
            let mut bytes = Vec::new();
            table.write(&mut bytes).unwrap();
            let back = TimeSeries::read(bytes.as_slice(), Path::new("timeseries.csv")).unwrap();
            prop_assert_eq!(back.arms(), table.arms());
            prop_assert_eq!(back.keys(), table.keys());
            prop_assert_eq!(back.times(), table.times());
            for name in table.columns() {
                for (&a, &b) in table.column(name).unwrap().iter().zip(back.column(name).unwrap()) {
                    prop_assert!(a == b || (a.is_nan() && b.is_nan()) || ((a - b) / a).abs() <= 5e-9, "{} {}", a, b);
                }
            }
        }
    }

    #[test]
    fn a_missing_value_is_nan_and_an_empty_cell_is_read_as_one() {
        let mut bytes = Vec::new();
        let mut table = TimeSeries::new(vec!["madrs".into(), "bdnf".into()]);
        table.push("vehicle", 1, 2, Time::from_milliseconds(-60_000), &[f64::NAN, 1.0 / 3.0]);
        table.push("vehicle", 1, 2, Time::ZERO, &[30.0, 1.0]);
        table.write(&mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let rows = "vehicle,1,2,-0.0166667,NaN,0.333333333\nvehicle,1,2,0.0,30.0,1.0\n";
        assert_eq!(text, format!("arm,replicate,subject,time_h,madrs,bdnf\n{rows}"));
        for text in [text.clone(), text.replace("NaN", "")] {
            let back = TimeSeries::read(text.as_bytes(), Path::new("timeseries.csv")).unwrap();
            assert!(back.column("madrs").unwrap()[0].is_nan() && back.column("madrs").unwrap()[1] == 30.0);
        }
    }

    #[test]
    fn a_damaged_table_is_refused_with_its_line() {
        let text = "arm,replicate,subject,time_h,bdnf\nvehicle,0,0,1,1.5\nvehicle,0,0,2,high\n";
        let error = TimeSeries::read(text.as_bytes(), Path::new("run/timeseries.csv")).unwrap_err().to_string();
        assert!(error.contains("timeseries.csv:3") && error.contains("`high` in column `bdnf`"), "{error}");
        assert!(TimeSeries::read("time,bdnf\n".as_bytes(), Path::new("x.csv")).is_err());
    }
}
