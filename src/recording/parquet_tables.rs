//! What tables as Parquet have in common: columns that are written and read whole, row group by row group.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedRowGroupWriter;
use parquet::schema::types::Type;

use crate::foundation::error::{Error, Result};

/// Writes the next column of a row group.
pub(super) fn put<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, impl Write + Send>,
    values: impl Iterator<Item = T::T>,
) -> Result<()> {
    let mut column = group
        .next_column()
        .map_err(refused)?
        .ok_or_else(|| Error::Run("a table has more columns than its schema".to_owned()))?;
    let values: Vec<T::T> = values.collect();
    column.typed::<T>().write_batch(&values, None, None).map_err(refused)?;
    column.close().map_err(refused)
}

/// A Parquet file, opened.
pub(super) struct OpenedParquet<'a> {
    path: &'a Path,
    reader: SerializedFileReader<File>,
}

impl<'a> OpenedParquet<'a> {
    pub(super) fn new(path: &'a Path) -> Result<Self> {
        let file = File::open(path).map_err(Error::io("read", path))?;
        let reader = SerializedFileReader::new(file)
            .map_err(|error| Error::Input(format!("error: {} is damaged: {error}", path.display())))?;
        Ok(Self { path, reader })
    }

    pub(super) fn schema(&self) -> &Type {
        self.reader.metadata().file_metadata().schema()
    }

    pub(super) fn damaged(&self, error: &ParquetError) -> Error {
        Error::Input(format!("error: {} is damaged: {error}", self.path.display()))
    }

    /// The values of the column at index `column`, which must be required ones.
    pub(super) fn column<T: DataType>(&self, column: usize) -> Result<Vec<T::T>> {
        let mut values = Vec::new();
        for index in 0..self.reader.num_row_groups() {
            let group = self.reader.get_row_group(index).map_err(|error| self.damaged(&error))?;
            let rows = group.metadata().num_rows() as usize;
            let column = group.get_column_reader(column).map_err(|error| self.damaged(&error))?;
            let mut column = get_typed_column_reader::<T>(column);
            let mut left = rows;
            while left > 0 {
                let (read, _, _) =
                    column.read_records(left, None, None, &mut values).map_err(|error| self.damaged(&error))?;
                if read == 0 {
                    return Err(self.damaged(&ParquetError::General("a column ends too soon".to_owned())));
                }
                left -= read;
            }
        }
        Ok(values)
    }
}

pub(super) fn refused(error: ParquetError) -> Error {
    Error::Run(format!("cannot write a table as Parquet: {error}"))
}
