//! `[subject]`: the one subject of a run without a cohort.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::subjects::{number, number_schema, stated};
use crate::anatomy::cohort::Covariate;
use crate::anatomy::subject::{BdnfGenotype, Subject};

/// The subject of every network, where there is no `[subjects]`; what is not stated is typical.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OneSubject(pub Subject);

impl Serialize for OneSubject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let mut subject = self.0.clone();
        for covariate in Covariate::ALL {
            map.serialize_entry(covariate.key(), &stated(*covariate.of(&mut subject), covariate.unit()))?;
        }
        map.serialize_entry("bdnf_genotype", &subject.bdnf_genotype)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for OneSubject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let table = Map::deserialize(deserializer)?;
        let mut subject = Subject::default();
        for covariate in Covariate::ALL {
            if let Some(value) = table.get(covariate.key()) {
                *covariate.of(&mut subject) = number(value, covariate.unit()).map_err(D::Error::custom)?;
            }
        }
        if let Some(genotype) = table.get("bdnf_genotype") {
            subject.bdnf_genotype = BdnfGenotype::deserialize(genotype).map_err(D::Error::custom)?;
        }
        Ok(Self(subject))
    }
}

impl JsonSchema for OneSubject {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Subject".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut typical = Subject::default();
        let mut properties = Map::new();
        for covariate in Covariate::ALL {
            let [least, most] = covariate.range();
            let mut value = number_schema(covariate, least, most);
            value["description"] = json!(covariate.meaning());
            value["default"] = stated(*covariate.of(&mut typical), covariate.unit());
            properties.insert(covariate.key().to_owned(), value);
        }
        let names: [Value; 3] = BdnfGenotype::ALL.map(|genotype| json!(genotype.name()));
        let genotype = json!({
            "type": "string", "enum": names, "x-noun": "genotype", "default": "val/val",
            "description": "Genotype at BDNF codon 66, Val or Met on either chromosome.",
        });
        properties.insert("bdnf_genotype".to_owned(), genotype);
        json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
    }
}
