//! Tables of columns, handed over through the Arrow C stream without a copy.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, RecordBatchIterator};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{DataType, Field, Schema};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use resprout::foundation::error::{Error, Result};

/// What the values of a column are, beside their type.
#[derive(Clone, Debug, Default)]
pub(crate) struct Described {
    /// The unit; empty where there is none.
    pub(crate) unit: String,
    /// What a value means.
    pub(crate) meaning: String,
}

/// A column of words: few words are said often.
pub(crate) type Texts = StringDictionaryBuilder<Int32Type>;

/// Columns of a table, in order.
#[derive(Default)]
pub(crate) struct Columns {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    pub(crate) fn push(&mut self, name: &str, described: &Described, array: ArrayRef) {
        let said = [("unit", &described.unit), ("meaning", &described.meaning)];
        let metadata: HashMap<String, String> = said
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(key, text)| (key.to_owned(), text.clone()))
            .collect();
        self.fields.push(Field::new(name, array.data_type().clone(), false).with_metadata(metadata));
        self.arrays.push(array);
    }

    pub(crate) fn texts<'a>(
        &mut self,
        name: &str,
        described: &Described,
        values: impl Iterator<Item = &'a str>,
    ) -> Result<()> {
        let mut builder = Texts::new();
        for value in values {
            builder.append(value).map_err(|error| Error::Run(format!("column `{name}`: {error}")))?;
        }
        self.push(name, described, Arc::new(builder.finish()));
        Ok(())
    }

    pub(crate) fn integers(&mut self, name: &str, described: &Described, mut values: Vec<i64>) {
        // the slack with which it grew would be held as long as the table
        values.shrink_to_fit();
        self.push(name, described, Arc::new(Int64Array::from(values)));
    }

    pub(crate) fn floats(&mut self, name: &str, described: &Described, mut values: Vec<f64>) {
        values.shrink_to_fit();
        self.push(name, described, Arc::new(Float64Array::from(values)));
    }

    pub(crate) fn booleans(&mut self, name: &str, described: &Described, values: Vec<bool>) {
        self.push(name, described, Arc::new(BooleanArray::from(values)));
    }

    /// The table of them.
    pub(crate) fn finish(self) -> Result<Table> {
        let batch = RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.arrays);
        batch.map(|batch| Table { batch }).map_err(|error| Error::Run(format!("columns make no table: {error}")))
    }
}

/// A table in memory.
#[pyclass(frozen, module = "resprout._native")]
pub(crate) struct Table {
    batch: RecordBatch,
}

impl Table {
    fn field_text(&self, key: &str) -> Vec<(String, String)> {
        let schema = self.batch.schema();
        let of = |field: &Arc<Field>| (field.name().clone(), field.metadata().get(key).cloned().unwrap_or_default());
        schema.fields().iter().map(of).collect()
    }
}

#[pymethods]
impl Table {
    #[getter]
    fn num_rows(&self) -> usize {
        self.batch.num_rows()
    }

    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.batch.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// The type of every column, in a word.
    fn types(&self) -> Vec<(String, &'static str)> {
        let word = |kind: &DataType| match kind {
            DataType::Int64 | DataType::UInt32 => "integer",
            DataType::Boolean => "boolean",
            DataType::Dictionary(..) | DataType::Utf8 => "text",
            _ => "float",
        };
        self.batch.schema().fields().iter().map(|field| (field.name().clone(), word(field.data_type()))).collect()
    }

    fn units(&self) -> Vec<(String, String)> {
        self.field_text("unit")
    }

    fn meanings(&self) -> Vec<(String, String)> {
        self.field_text("meaning")
    }

    /// Bytes that its columns take.
    #[getter]
    fn nbytes(&self) -> usize {
        self.batch.get_array_memory_size()
    }

    fn __len__(&self) -> usize {
        self.batch.num_rows()
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(self.batch.schema().as_ref())
            .map_err(|error| pyo3::exceptions::PyValueError::new_err(error.to_string()))?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    /// The table as a stream of one batch, whose buffers are those of the table.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // a request is a wish; the types are those of the table
        drop(requested_schema);
        let batches = RecordBatchIterator::new([Ok(self.batch.clone())], self.batch.schema());
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(batches)), c"arrow_array_stream")
    }

    /// The rows from `start` to `end`, in the buffers of the whole.
    fn slice(&self, start: usize, end: usize) -> Self {
        let start = start.min(self.batch.num_rows());
        let end = end.clamp(start, self.batch.num_rows());
        Self { batch: self.batch.slice(start, end - start) }
    }

    fn __repr__(&self) -> String {
        let names = self.column_names().join(", ");
        format!("Table of {} rows: {names}", self.batch.num_rows())
    }
}
