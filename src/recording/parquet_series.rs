//! `timeseries.parquet`: the time series of a run as Parquet, with the columns and the numbers of the CSV file.
//!
//! One row group per series, so that a run of any length is written with one series in memory. A value that does not
//! exist is NaN, as in the other tables.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as PhysicalType};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};

use super::dictionary::KEYS;
use super::parquet_tables::{OpenedParquet, put, refused};
use super::tables::TimeSeries;
use crate::foundation::error::{Error, Result};
use crate::foundation::time::Time;

/// The schema: text, two integers, and floats.
fn schema(columns: &[String]) -> std::result::Result<TypePtr, ParquetError> {
    let field = |name: &str, physical, logical| {
        Type::primitive_type_builder(name, physical)
            .with_repetition(Repetition::REQUIRED)
            .with_logical_type(logical)
            .build()
            .map(Arc::new)
    };
    let [arm, replicate, subject, time] = KEYS.map(|key| key.name);
    let mut fields = vec![
        field(arm, PhysicalType::BYTE_ARRAY, Some(LogicalType::String))?,
        field(replicate, PhysicalType::INT64, None)?,
        field(subject, PhysicalType::INT64, None)?,
        field(time, PhysicalType::DOUBLE, None)?,
    ];
    for name in columns {
        fields.push(field(name, PhysicalType::DOUBLE, None)?);
    }
    Type::group_type_builder("timeseries").with_fields(fields).build().map(Arc::new)
}

/// Writes a time series as Parquet, one part after the other.
pub struct ParquetSeriesWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    columns: Vec<String>,
}

impl<W: Write + Send> ParquetSeriesWriter<W> {
    /// An empty file with these columns.
    ///
    /// # Errors
    /// [`Error::Run`] when `target` refuses.
    pub fn new(target: W, columns: &[String]) -> Result<Self> {
        let properties = WriterProperties::builder()
            .set_created_by("resprout".to_owned())
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(None);
        let schema = schema(columns).map_err(refused)?;
        let file = SerializedFileWriter::new(target, schema, Arc::new(properties.build())).map_err(refused)?;
        Ok(Self { file, columns: columns.to_vec() })
    }

    /// Appends the rows of `part` as a row group.
    ///
    /// # Errors
    /// [`Error::Run`] when the target refuses, or for a part with other columns.
    pub fn write(&mut self, part: &TimeSeries) -> Result<()> {
        if part.columns() != self.columns {
            return Err(Error::Run("a part of the time series has other columns than the rest".to_owned()));
        }
        let mut group = self.file.next_row_group().map_err(refused)?;
        let arms = part.keys().iter().map(|key| ByteArray::from(part.arms()[key.arm].as_str()));
        put::<ByteArrayType>(&mut group, arms)?;
        put::<Int64Type>(&mut group, part.keys().iter().map(|key| i64::from(key.replicate)))?;
        put::<Int64Type>(&mut group, part.keys().iter().map(|key| i64::from(key.subject)))?;
        put::<DoubleType>(&mut group, part.times().iter().map(|time| time.hours()))?;
        for name in &self.columns {
            put::<DoubleType>(&mut group, part.column(name).unwrap_or_default().iter().copied())?;
        }
        group.close().map_err(refused).map(drop)
    }

    /// Writes the footer and hands the target back.
    ///
    /// # Errors
    /// [`Error::Run`] when the target refuses.
    pub fn finish(self) -> Result<W> {
        self.file.into_inner().map_err(refused)
    }
}

/// Reads a table that [`ParquetSeriesWriter`] wrote.
///
/// # Errors
/// [`Error::Io`] or [`Error::Input`] if the file is missing, damaged, or something else.
pub fn read(path: &Path) -> Result<TimeSeries> {
    let file = OpenedParquet::new(path)?;
    let names: Vec<String> = file.schema().get_fields().iter().map(|field| field.name().to_owned()).collect();
    let columns: Vec<String> = names.iter().skip(KEYS.len()).cloned().collect();
    if schema(&columns).map_err(|error| file.damaged(&error))?.as_ref() != file.schema() {
        return Err(Error::Input(format!("error: {} is not a time series", path.display())));
    }
    let arms = file.column::<ByteArrayType>(0)?;
    let (replicates, subjects) = (file.column::<Int64Type>(1)?, file.column::<Int64Type>(2)?);
    let times = file.column::<DoubleType>(3)?;
    let values: Vec<Vec<f64>> =
        (KEYS.len()..names.len()).map(|column| file.column::<DoubleType>(column)).collect::<Result<_>>()?;
    let mut table = TimeSeries::new(columns);
    let mut row = vec![0.0; values.len()];
    for (index, arm) in arms.iter().enumerate() {
        for (cell, column) in row.iter_mut().zip(&values) {
            *cell = column[index];
        }
        let arm = arm.as_utf8().map_err(|error| file.damaged(&error))?;
        table.push(arm, replicates[index] as u32, subjects[index] as u32, Time::from_hours(times[index]), &row);
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_series_survives_the_file_to_the_last_bit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("timeseries.parquet");
        let mut table = TimeSeries::new(vec!["madrs".into(), "rate_l5 pyr;_hz".into()]);
        let mut writer = ParquetSeriesWriter::new(std::fs::File::create(&path).unwrap(), table.columns()).unwrap();
        for arm in ["vehicle", "single, 0.5 mg/kg"] {
            let mut part = TimeSeries::new(table.columns().to_vec());
            for ms in [-60_000, 0, 3_600_001] {
                let row = [f64::NAN, ms as f64 / 3.0];
                part.push(arm, 1, 7, Time::from_milliseconds(ms), &row);
                table.push(arm, 1, 7, Time::from_milliseconds(ms), &row);
            }
            writer.write(&part).unwrap();
        }
        assert!(writer.write(&TimeSeries::new(vec!["bdnf".into()])).is_err());
        writer.finish().unwrap();
        let back = read(&path).unwrap();
        assert_eq!((back.arms(), back.keys(), back.times()), (table.arms(), table.keys(), table.times()));
        assert_eq!(back.column("rate_l5 pyr;_hz"), table.column("rate_l5 pyr;_hz"));
        assert!(back.column("madrs").unwrap().iter().all(|value| value.is_nan()));
        std::fs::write(&path, "no table").unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("timeseries.parquet is damaged"));
    }
}
