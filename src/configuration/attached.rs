//! What a config can point to: drugs of the user's own, and tables of doses.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::mechanisms::dosing::{Drug, Formulary};

/// A drug file of the user's own.
#[derive(Clone, Debug, PartialEq)]
pub struct DrugFile {
    /// The drug.
    pub drug: Drug,
    /// The file's text.
    pub text: String,
}

impl DrugFile {
    /// Where the run folder keeps it, which is how a resolved config names it.
    #[must_use]
    pub fn path(&self) -> String {
        format!("drugs/{}.toml", self.drug.name)
    }
}

/// `events` of an arm: doses in a CSV file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["file"]))]
pub struct EventFile {
    /// The file, relative to the config.
    pub file: String,
    /// The drug of the lines that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "drug_schema")]
    pub drug: Option<String>,
}

/// A dose table as it was read, for the run folder.
#[derive(Clone, Debug, PartialEq)]
pub struct EventTable {
    /// The arm whose doses it gave.
    pub arm: String,
    /// The file's text.
    pub text: String,
}

impl EventTable {
    /// Where the run folder keeps it.
    #[must_use]
    pub fn path(&self) -> String {
        format!("doses/{}.csv", self.arm)
    }
}

/// The drugs that doses may name; those of files of the user's own are added as they are read.
pub(super) fn drug_schema(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<&str> = Formulary::shipped_names().collect();
    json_schema!({ "type": "string", "enum": names, "x-noun": "drug" })
}

/// Paths of drug files; their content is read by [`attachments`](super::attachments). No format of `serde_with` forgets what it reads.
pub(super) mod drug_files {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::DrugFile;

    pub(in super::super) fn serialize<S: Serializer>(value: &[DrugFile], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(value.iter().map(DrugFile::path))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<DrugFile>, D::Error> {
        Vec::<String>::deserialize(deserializer).map(|_| Vec::new())
    }
}
