//! `[subjects]`: how many virtual subjects, and how they differ.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::document::{KeyPath, at};
use super::fault::Fault;
use super::quantity;
use crate::anatomy::cohort::{Cohort, CohortParameters, Covariate, Distribution, Family, hardy_weinberg};
use crate::foundation::diagnostics::codes;
use crate::foundation::units::convert;

/// Virtual subjects: each is a small network of its own in a body of its own draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Subjects {
    /// How many in each replicate.
    pub n: u32,
    /// How each covariate is distributed, in the order of [`Covariate::ALL`].
    pub distributions: [Distribution; Covariate::ALL.len()],
    /// How often each BDNF genotype is drawn.
    pub bdnf_genotype: Genotypes,
}

impl Default for Subjects {
    fn default() -> Self {
        Self {
            n: 1,
            distributions: Covariate::ALL.map(Covariate::default_distribution),
            bdnf_genotype: Genotypes {
                met_allele: Some(CohortParameters::default().met_allele_frequency),
                ..Genotypes::default()
            },
        }
    }
}

/// The key of a config that states a default of the cohort otherwise, by the name of the default: those defaults are no
/// parameters of the model, and `model.override` does not know them.
#[must_use]
pub fn key_of_default(name: &str) -> String {
    let key = match name {
        "weight_median_kg" => "weight.median".to_owned(),
        "weight_least_kg" | "weight_most_kg" => "weight.bounds".to_owned(),
        "met_allele_frequency" => "bdnf_genotype.met_allele".to_owned(),
        other => other.rsplit_once('_').map_or(other.to_owned(), |(covariate, what)| format!("{covariate}.{what}")),
    };
    format!("subjects.{key}")
}

impl Subjects {
    /// The cohort from which every subject is drawn.
    #[must_use]
    pub fn cohort(&self) -> Cohort {
        Cohort { distributions: self.distributions.clone(), genotypes: self.bdnf_genotype.frequencies() }
    }
}

/// Genotypes at BDNF codon 66: the frequency of the Met allele, or the frequencies of all three.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Genotypes {
    /// Frequency of the Met allele; genotypes then stand in Hardy-Weinberg proportions.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64", range(min = 0, max = 1))]
    pub met_allele: Option<f64>,
    /// Frequency of Val/Val.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64", range(min = 0, max = 1))]
    pub val_val: Option<f64>,
    /// Frequency of Val/Met.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64", range(min = 0, max = 1))]
    pub val_met: Option<f64>,
    /// Frequency of Met/Met.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64", range(min = 0, max = 1))]
    pub met_met: Option<f64>,
}

impl Genotypes {
    fn stated(&self) -> [Option<f64>; 3] {
        [self.val_val, self.val_met, self.met_met]
    }

    /// Frequencies by number of Met alleles.
    #[must_use]
    pub fn frequencies(&self) -> [f64; 3] {
        self.met_allele.map_or_else(|| self.stated().map(Option::unwrap_or_default), hardy_weinberg)
    }
}

/// A distribution as it stands in a config; numbers are quantities where the covariate has a unit.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DistributionTable {
    dist: Option<Family>,
    median: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cv: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sd: Option<Value>,
    bounds: Option<[Value; 2]>,
}

/// A number of `unit` as a config states it.
pub(super) fn stated(value: f64, unit: &str) -> Value {
    if unit == "1" { json!(value) } else { json!(format!("{value} {unit}")) }
}

pub(super) fn number(value: &Value, unit: &str) -> Result<f64, String> {
    match value {
        Value::String(text) => convert(text, unit).map_err(|error| error.to_string()),
        other => other.as_f64().ok_or_else(|| "a distribution takes numbers".to_owned()),
    }
}

impl DistributionTable {
    fn of(distribution: &Distribution, unit: &str) -> Self {
        Self {
            dist: Some(distribution.family),
            median: Some(stated(distribution.median, unit)),
            cv: distribution.cv,
            sd: distribution.sd.map(|sd| stated(sd, unit)),
            bounds: Some(distribution.bounds.map(|bound| stated(bound, unit))),
        }
    }

    /// What is missing here has been reported by the structure check; the default takes its place.
    fn read(&self, covariate: Covariate) -> Result<Distribution, String> {
        let default = covariate.default_distribution();
        let read = |value: &Value| number(value, covariate.unit());
        let bounds = match &self.bounds {
            Some([least, most]) => [read(least)?, read(most)?],
            None => covariate.range(),
        };
        Ok(Distribution {
            family: self.dist.unwrap_or(default.family),
            median: self.median.as_ref().map_or(Ok(default.median), read)?,
            cv: self.cv,
            sd: self.sd.as_ref().map(read).transpose()?,
            bounds,
        })
    }
}

impl Serialize for Subjects {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("n", &self.n)?;
        for (covariate, distribution) in Covariate::ALL.into_iter().zip(&self.distributions) {
            map.serialize_entry(covariate.key(), &DistributionTable::of(distribution, covariate.unit()))?;
        }
        map.serialize_entry("bdnf_genotype", &self.bdnf_genotype)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Subjects {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut table = Map::deserialize(deserializer)?;
        let mut subjects = Self::default();
        if let Some(n) = table.remove("n") {
            subjects.n = u32::deserialize(n).map_err(D::Error::custom)?;
        }
        for (covariate, slot) in Covariate::ALL.into_iter().zip(&mut subjects.distributions) {
            if let Some(own) = table.remove(covariate.key()) {
                let own = DistributionTable::deserialize(own).map_err(D::Error::custom)?;
                *slot = own.read(covariate).map_err(D::Error::custom)?;
            }
        }
        if let Some(own) = table.remove("bdnf_genotype") {
            subjects.bdnf_genotype = Genotypes::deserialize(own).map_err(D::Error::custom)?;
        }
        match table.keys().next() {
            Some(unknown) => Err(D::Error::custom(format!("unknown key `{unknown}`"))),
            None => Ok(subjects),
        }
    }
}

impl JsonSchema for Subjects {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Subjects".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut properties = Map::new();
        let n = json!({ "type": "integer", "minimum": 1, "maximum": 100_000,
            "description": "How many virtual subjects in each replicate." });
        properties.insert("n".to_owned(), n);
        for covariate in Covariate::ALL {
            properties.insert(covariate.key().to_owned(), distribution_schema(covariate));
        }
        let mut genotypes = generator.subschema_for::<Genotypes>();
        let about = "BDNF codon 66: `met_allele`, or the frequencies of all three genotypes.";
        genotypes.insert("description".to_owned(), json!(about));
        properties.insert("bdnf_genotype".to_owned(), genotypes.to_value());
        json_schema!({
            "type": "object",
            "properties": properties,
            "required": ["n"],
            "additionalProperties": false,
        })
    }
}

/// The schema of a number in a covariate's unit.
pub(super) fn number_schema(covariate: Covariate, least: f64, most: f64) -> Value {
    if covariate.unit() == "1" {
        return json!({ "type": "number", "minimum": least, "maximum": most });
    }
    let mut schema = quantity::schema_of(covariate.unit()).to_value();
    schema["x-minimum"] = json!(least);
    schema["x-maximum"] = json!(most);
    schema
}

/// The schema of one covariate's distribution.
fn distribution_schema(covariate: Covariate) -> Value {
    let [least, most] = covariate.range();
    let within = |least, most| number_schema(covariate, least, most);
    let table = DistributionTable::of(&covariate.default_distribution(), covariate.unit());
    let mut schema = json!({
        "type": "object",
        "description": covariate.meaning(),
        "properties": {
            "dist": { "type": "string", "enum": ["normal", "lognormal"], "x-noun": "distribution" },
            "median": within(least, most),
            "cv": { "type": "number", "minimum": 0, "maximum": 5 },
            "sd": within(0.0, most),
            "bounds": { "type": "array", "items": within(least, most), "minItems": 2, "maxItems": 2 },
        },
        "required": ["dist", "median"],
        "additionalProperties": false,
    });
    if let Ok(default) = serde_json::to_value(table) {
        schema["default"] = default;
    }
    schema
}

/// What is wrong with the distributions of `subjects`.
pub(super) fn check(subjects: &Subjects, faults: &mut Vec<Fault>) {
    for (covariate, distribution) in Covariate::ALL.into_iter().zip(&subjects.distributions) {
        check_distribution(covariate, distribution, &at!["subjects", covariate.key()], faults);
    }
    check_genotypes(&subjects.bdnf_genotype, &at!["subjects", "bdnf_genotype"], faults);
}

fn check_distribution(covariate: Covariate, own: &Distribution, here: &KeyPath, faults: &mut Vec<Fault>) {
    let mut fault = |at: KeyPath, label: String, hint: &str| {
        let fault = Fault::new(&codes::BAD_DISTRIBUTION, at, label).resting_on(here.clone());
        faults.push(if hint.is_empty() { fault } else { fault.help(hint) });
    };
    let unit = covariate.unit();
    let [least, most] = own.bounds;
    if !(least <= own.median && own.median <= most) {
        let median = stated(own.median, unit);
        let median = median.as_str().map_or_else(|| own.median.to_string(), str::to_owned);
        fault(here.then("bounds"), format!("the median, {median}, does not lie between the bounds"), "");
    }
    match (own.family, own.cv, own.sd) {
        (Family::LogNormal, Some(_), None) if own.median > 0.0 => {}
        (Family::LogNormal, Some(_), None) => {
            fault(here.then("median"), "a log-normal has a median above 0".to_owned(), "use `dist = \"normal\"`");
        }
        (Family::LogNormal, _, Some(_)) => {
            fault(here.then("sd"), "the spread of a log-normal is stated as `cv`".to_owned(), "");
        }
        (_, None, None) => {
            fault(here.clone(), "nothing says how wide it is".to_owned(), "add `cv`, such as `cv = 0.2`");
        }
        (Family::Normal, Some(_), Some(_)) => {
            fault(here.then("sd"), "`cv` states the same".to_owned(), "keep one of `cv` and `sd`");
        }
        _ => {}
    }
}

fn check_genotypes(own: &Genotypes, here: &KeyPath, faults: &mut Vec<Fault>) {
    let mut fault = |label: String| {
        let fault = Fault::new(&codes::BAD_DISTRIBUTION, here.clone(), label).resting_on(here.clone());
        faults.push(fault.help("`{ met_allele = 0.2 }`, or `{ val_val = 0.65, val_met = 0.31, met_met = 0.04 }`"));
    };
    let stated = own.stated().into_iter().flatten().count();
    let sum = own.stated().into_iter().flatten().fold(0.0, |sum, x| sum + x);
    match own.met_allele {
        Some(_) if stated > 0 => fault("`met_allele` states the frequencies of the genotypes already".to_owned()),
        None if stated < 3 => fault("the frequencies of all three genotypes are needed".to_owned()),
        None if (sum - 1.0).abs() > 1e-6 => fault(format!("the frequencies sum to {}", (sum * 1e9).round() / 1e9)),
        _ => {}
    }
}
