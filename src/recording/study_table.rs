//! `study.csv` and `study.parquet`: what a study found, in long form.
//!
//! One row per point, outcome, arm and network, and on each row what varied. A column of a factor holds floats where all
//! its values are numbers, and text elsewhere.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as PhysicalType};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};

use super::cells;
use super::columns::STUDY;
use super::parquet_tables::{put, refused};
use crate::foundation::error::{Error, Result};

/// A column of what varied.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorColumn {
    /// Its name.
    pub name: String,
    /// The unit; none for pure numbers and texts.
    pub unit: Option<String>,
    /// Its value at every point.
    pub levels: FactorLevels,
}

/// The values of a factor by point.
#[derive(Clone, Debug, PartialEq)]
pub enum FactorLevels {
    /// Numbers, in the unit of the column.
    Numbers(Vec<f64>),
    /// Texts.
    Texts(Vec<String>),
}

impl FactorColumn {
    /// Its value at `point` as a cell.
    #[must_use]
    pub fn cell(&self, point: usize) -> String {
        match &self.levels {
            FactorLevels::Numbers(values) => cells::exact(values[point]),
            FactorLevels::Texts(values) => values[point].clone(),
        }
    }
}

/// A row of a study: which point, what of it, and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyRow {
    /// The point, counted from 0.
    pub point: usize,
    /// The arm.
    pub arm: String,
    /// The replicate; -1 for a value of all networks.
    pub replicate: i64,
    /// The virtual subject; -1 likewise.
    pub subject: i64,
    /// The outcome.
    pub outcome: String,
    /// Its unit.
    pub unit: String,
    /// Its value; NaN where there is none.
    pub value: f64,
}

/// What a study found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StudyTable {
    /// What varied; levels by point, of all points of the design.
    pub factors: Vec<FactorColumn>,
    /// The rows, in order of point, outcome, arm and network.
    pub rows: Vec<StudyRow>,
}

impl StudyTable {
    /// The names of all columns, in order: point, factors, and the rest.
    pub fn header(&self) -> impl Iterator<Item = &str> {
        let [point, rest @ ..] = &STUDY;
        let factors = self.factors.iter().map(|factor| factor.name.as_str());
        std::iter::once(point.name).chain(factors).chain(rest.iter().map(|column| column.name))
    }

    /// Writes the table as CSV.
    ///
    /// # Errors
    /// [`Error::Run`] when `target` refuses.
    pub fn write<W: Write>(&self, target: W) -> Result<()> {
        let mut csv = csv::Writer::from_writer(target);
        csv.write_record(self.header()).map_err(unwritten)?;
        for row in &self.rows {
            csv.write_field(row.point.to_string()).map_err(unwritten)?;
            for factor in &self.factors {
                csv.write_field(factor.cell(row.point)).map_err(unwritten)?;
            }
            let [replicate, subject] = [row.replicate, row.subject].map(|index| index.to_string());
            let cells = [&row.arm, &replicate, &subject, &row.outcome, &row.unit, &cells::exact(row.value)];
            csv.write_record(cells).map_err(unwritten)?;
        }
        csv.flush().map_err(|error| unwritten(error.into()))
    }

    /// Writes the table as Parquet.
    ///
    /// # Errors
    /// [`Error::Run`] when `target` refuses.
    pub fn write_parquet<W: Write + Send>(&self, target: W) -> Result<()> {
        let properties = WriterProperties::builder()
            .set_created_by("resprout".to_owned())
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(None);
        let schema = self.schema().map_err(refused)?;
        let mut file = SerializedFileWriter::new(target, schema, Arc::new(properties.build())).map_err(refused)?;
        let mut group = file.next_row_group().map_err(refused)?;
        let rows = &self.rows;
        let text = |text: &str| ByteArray::from(text);
        put::<Int64Type>(&mut group, rows.iter().map(|row| row.point as i64))?;
        for factor in &self.factors {
            match &factor.levels {
                FactorLevels::Numbers(values) => {
                    put::<DoubleType>(&mut group, rows.iter().map(|row| values[row.point]))?;
                }
                FactorLevels::Texts(values) => {
                    put::<ByteArrayType>(&mut group, rows.iter().map(|row| text(&values[row.point])))?;
                }
            }
        }
        put::<ByteArrayType>(&mut group, rows.iter().map(|row| text(&row.arm)))?;
        put::<Int64Type>(&mut group, rows.iter().map(|row| row.replicate))?;
        put::<Int64Type>(&mut group, rows.iter().map(|row| row.subject))?;
        put::<ByteArrayType>(&mut group, rows.iter().map(|row| text(&row.outcome)))?;
        put::<ByteArrayType>(&mut group, rows.iter().map(|row| text(&row.unit)))?;
        put::<DoubleType>(&mut group, rows.iter().map(|row| row.value))?;
        group.close().map_err(refused)?;
        file.close().map_err(refused).map(drop)
    }

    fn schema(&self) -> std::result::Result<TypePtr, ParquetError> {
        let field = |name: &str, physical, logical| {
            Type::primitive_type_builder(name, physical)
                .with_repetition(Repetition::REQUIRED)
                .with_logical_type(logical)
                .build()
                .map(Arc::new)
        };
        let text = |name: &str| field(name, PhysicalType::BYTE_ARRAY, Some(LogicalType::String));
        let [point, arm, replicate, subject, outcome, unit, value] = STUDY.map(|column| column.name);
        let mut fields = vec![field(point, PhysicalType::INT64, None)?];
        for factor in &self.factors {
            fields.push(match factor.levels {
                FactorLevels::Numbers(_) => field(&factor.name, PhysicalType::DOUBLE, None)?,
                FactorLevels::Texts(_) => text(&factor.name)?,
            });
        }
        fields.extend([
            text(arm)?,
            field(replicate, PhysicalType::INT64, None)?,
            field(subject, PhysicalType::INT64, None)?,
            text(outcome)?,
            text(unit)?,
            field(value, PhysicalType::DOUBLE, None)?,
        ]);
        Type::group_type_builder("study").with_fields(fields).build().map(Arc::new)
    }

    /// Reads rows that [`StudyTable::write`] wrote; factors as the caller knows them.
    ///
    /// # Errors
    /// [`Error::Input`] if the table is damaged or of other factors.
    pub fn read<R: Read>(source: R, factors: Vec<FactorColumn>, path: &Path) -> Result<Self> {
        let wrong = |what: &dyn std::fmt::Display| Error::Input(format!("error: {}: {what}", path.display()));
        let mut table = Self { factors, rows: Vec::new() };
        let mut reader = csv::Reader::from_reader(source);
        let header = reader.headers().map_err(|error| wrong(&error))?.clone();
        if !table.header().eq(header.iter()) {
            return Err(wrong(&"it has other columns than the study"));
        }
        let skipped = table.factors.len();
        for record in reader.records() {
            let record = record.map_err(|error| wrong(&error))?;
            let cell = |place: usize| record.get(place).unwrap_or_default();
            let number = |place: usize| cell(place).parse::<i64>().map_err(|error| wrong(&error));
            table.rows.push(StudyRow {
                point: number(0)? as usize,
                arm: cell(skipped + 1).to_owned(),
                replicate: number(skipped + 2)?,
                subject: number(skipped + 3)?,
                outcome: cell(skipped + 4).to_owned(),
                unit: cell(skipped + 5).to_owned(),
                value: cell(skipped + 6).parse().map_err(|error| wrong(&error))?,
            });
        }
        Ok(table)
    }
}

fn unwritten(error: csv::Error) -> Error {
    Error::Run(format!("cannot write the table of the study: {error}"))
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader, SerializedFileReader};

    use super::*;

    #[test]
    fn both_forms_hold_the_same_rows_to_the_last_bit() {
        let factors = vec![
            FactorColumn {
                name: "dose".into(),
                unit: Some("mg/kg".into()),
                levels: FactorLevels::Numbers(vec![0.1 + 0.2, 1.0]),
            },
            FactorColumn {
                name: "drug".into(),
                unit: None,
                levels: FactorLevels::Texts(vec!["ketamine".into(), "a, \"b\"".into()]),
            },
        ];
        let row = |point: usize, value: f64| StudyRow {
            point,
            arm: "once".into(),
            replicate: 2,
            subject: -1,
            outcome: "spines".into(),
            unit: "× baseline".into(),
            value,
        };
        let table = StudyTable { factors, rows: vec![row(0, 1.0 / 3.0), row(1, f64::INFINITY), row(1, 2.0)] };
        let mut bytes = Vec::new();
        table.write(&mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text.lines().next(), Some("point,dose,drug,arm,replicate,subject,outcome,unit,value"));
        assert_eq!(text.lines().nth(3), Some("1,1.0,\"a, \"\"b\"\"\",once,2,-1,spines,× baseline,2.0"));
        let back = StudyTable::read(text.as_bytes(), table.factors.clone(), Path::new("study.csv")).unwrap();
        assert_eq!(back, table);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("study.parquet");
        table.write_parquet(std::fs::File::create(&path).unwrap()).unwrap();
        let reader = SerializedFileReader::new(std::fs::File::open(&path).unwrap()).unwrap();
        let rows: Vec<String> = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
        assert_eq!(rows.len(), 3);
        assert!(
            rows[0].contains("dose: 0.30000000000000004") && rows[0].contains("value: 0.3333333333333333"),
            "{rows:?}"
        );
        assert!(rows[1].contains("drug: \"a, \"b\"\"") && rows[1].contains("subject: -1"), "{rows:?}");
    }
}
