//! The tables of a folder, with types, units and meanings as its `dictionary.csv` has them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pyo3::prelude::*;
use resprout::foundation::error::{Error, Result};
use resprout::recording::columns::{COMPARISON, DICTIONARY, SENSITIVITY, TRIAL, TableColumn};
use resprout::recording::dictionary::KEYS;
use resprout::recording::layout::{DICTIONARY as DICTIONARY_FILE, TIME_SERIES_PARQUET};
use resprout::recording::run_folder::RunFolder;
use resprout::recording::tables::TimeSeries;

use crate::errors::guarded;
use crate::table::{Columns, Described, Table, Texts};

/// What is known of the columns of one table: type and description, by name.
type Known = HashMap<String, (String, Described)>;

fn damaged(path: &Path, what: &dyn std::fmt::Display) -> Error {
    Error::Input(format!("error: {}: {what}", path.display()))
}

/// The columns of `table` as the dictionary of `folder` has them; those that no dictionary lists are known to the program.
fn known(folder: &Path, table: &str) -> Result<Known> {
    let declared: &[TableColumn] = match table {
        "dictionary" => &DICTIONARY,
        "sensitivity" => &SENSITIVITY,
        "trial" => &TRIAL,
        "comparison" => &COMPARISON,
        _ => &[],
    };
    let mut known: Known = declared
        .iter()
        .map(|column| {
            let described = Described { unit: column.unit.to_owned(), meaning: column.meaning.to_owned() };
            (column.name.to_owned(), (column.kind.word().to_owned(), described))
        })
        .collect();
    let path = folder.join(DICTIONARY_FILE);
    if !path.is_file() || table == "dictionary" {
        return Ok(known);
    }
    let mut reader = csv::Reader::from_path(&path).map_err(|error| damaged(&path, &error))?;
    for record in reader.records() {
        let record = record.map_err(|error| damaged(&path, &error))?;
        let cell = |place: usize| record.get(place).unwrap_or_default().to_owned();
        // what the points of a study are stands with what they gave
        if cell(0) == if table == "points" { "study" } else { table } {
            known.insert(cell(1), (cell(2), Described { unit: cell(3), meaning: cell(4) }));
        }
    }
    Ok(known)
}

/// The cells of a column that is being read.
enum Cells {
    Integers(Vec<i64>),
    Floats(Vec<f64>),
    Booleans(Vec<bool>),
    Texts(Box<Texts>),
}

impl Cells {
    fn of(kind: &str) -> Self {
        match kind {
            "integer" => Self::Integers(Vec::new()),
            "float" => Self::Floats(Vec::new()),
            "boolean" => Self::Booleans(Vec::new()),
            _ => Self::Texts(Box::default()),
        }
    }

    /// Takes in a cell; none if it is of another type.
    fn push(&mut self, cell: &str) -> Option<()> {
        match self {
            Self::Integers(values) => values.push(cell.parse().ok()?),
            Self::Floats(values) => values.push(cell.parse().ok()?),
            Self::Booleans(values) => values.push(cell.parse().ok()?),
            Self::Texts(values) => drop(values.append(cell).ok()?),
        }
        Some(())
    }
}

/// Reads a table of text: columns of the types that are known, others as words.
fn read_csv(path: &Path, known: &Known) -> Result<Table> {
    let mut reader = csv::Reader::from_path(path).map_err(|error| damaged(path, &error))?;
    let header: Vec<String> =
        reader.headers().map_err(|error| damaged(path, &error))?.iter().map(str::to_owned).collect();
    let declared: Vec<(String, Described)> =
        header.iter().map(|name| known.get(name).cloned().unwrap_or_default()).collect();
    let mut cells: Vec<Cells> = declared.iter().map(|(kind, _)| Cells::of(kind)).collect();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| damaged(path, &error))? {
        for (place, cell) in record.iter().enumerate() {
            let wrong =
                || damaged(path, &format!("`{cell}` in column `{}` is no {}", header[place], declared[place].0));
            cells[place].push(cell).ok_or_else(wrong)?;
        }
    }
    let mut columns = Columns::default();
    for ((name, (_, described)), cells) in header.iter().zip(&declared).zip(cells) {
        match cells {
            Cells::Integers(values) => columns.integers(name, described, values),
            Cells::Floats(values) => columns.floats(name, described, values),
            Cells::Booleans(values) => columns.booleans(name, described, values),
            Cells::Texts(mut values) => columns.push(name, described, Arc::new(values.finish())),
        }
    }
    columns.finish()
}

fn of_time_series(series: &TimeSeries, known: &Known) -> Result<Table> {
    let described = |name: &str| known.get(name).map(|(_, described)| described.clone()).unwrap_or_default();
    let [arm, replicate, subject, time] = KEYS.map(|key| key.name);
    let mut columns = Columns::default();
    columns.texts(arm, &described(arm), series.keys().iter().map(|key| series.arms()[key.arm].as_str()))?;
    columns.integers(replicate, &described(replicate), series.keys().iter().map(|key| key.replicate.into()).collect());
    columns.integers(subject, &described(subject), series.keys().iter().map(|key| key.subject.into()).collect());
    columns.floats(time, &described(time), series.times().iter().map(|time| time.hours()).collect());
    for name in series.columns() {
        columns.floats(name, &described(name), series.column(name).unwrap_or_default().to_vec());
    }
    columns.finish()
}

/// The table `name` of `folder`: that of the file `name.csv` or `name.parquet`.
#[pyfunction]
pub(crate) fn table(py: Python<'_>, folder: PathBuf, name: &str) -> PyResult<Table> {
    guarded(py, None, || {
        let known = known(&folder, name)?;
        if name == "timeseries" {
            return of_time_series(&RunFolder::open(&folder)?.time_series()?, &known);
        }
        read_csv(&folder.join(format!("{name}.csv")), &known)
    })
}

/// The names of the tables that stand in `folder`, in the order of their names.
#[pyfunction]
pub(crate) fn table_names(py: Python<'_>, folder: PathBuf) -> PyResult<Vec<String>> {
    guarded(py, None, || {
        let entries = std::fs::read_dir(&folder).map_err(Error::io("read", &folder))?;
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| match name.strip_suffix(".csv") {
                Some(stem) => Some(stem.to_owned()),
                None => (name == TIME_SERIES_PARQUET).then(|| "timeseries".to_owned()),
            })
            .collect();
        names.sort();
        names.dedup();
        Ok(names)
    })
}

/// A CSV file of figures: the numbers as drawn, each column of numbers where all its cells are.
#[pyfunction]
pub(crate) fn figure_table(py: Python<'_>, path: PathBuf) -> PyResult<Table> {
    guarded(py, None, || {
        let mut reader = csv::Reader::from_path(&path).map_err(|error| damaged(&path, &error))?;
        let header: Vec<String> =
            reader.headers().map_err(|error| damaged(&path, &error))?.iter().map(str::to_owned).collect();
        let mut is_number = vec![true; header.len()];
        for record in reader.records() {
            let record = record.map_err(|error| damaged(&path, &error))?;
            for (cell, is_number) in record.iter().zip(&mut is_number) {
                *is_number &= cell.parse::<f64>().is_ok();
            }
        }
        let numbers = header.into_iter().zip(is_number).filter(|(_, is_number)| *is_number);
        let known = numbers.map(|(name, _)| (name, ("float".to_owned(), Described::default()))).collect();
        read_csv(&path, &known)
    })
}
