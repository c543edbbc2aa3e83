//! An experiment written out in full: defaults, overrides, every parameter value with its source.

use std::fmt::Write as _;

use super::experiment::Experiment;
use super::model::stated_value;

impl Experiment {
    /// The whole experiment as a config that reads as the same experiment, every default and every
    /// parameter value written out.
    ///
    /// # Panics
    /// Never: every field has a TOML form.
    #[must_use]
    pub fn to_resolved_toml(&self) -> String {
        let mut text = String::from("# Fully resolved: every setting and every parameter value of the run.\n");
        match toml::to_string(self) {
            Ok(body) => text.push_str(&body),
            Err(error) => unreachable!("every field has a TOML form: {error}"),
        }
        text.push_str("\n[parameters]\n");
        let overrides = self.overrides();
        for parameter in self.cascade.parameters() {
            let key = parameter.key();
            let value = overrides.0.get(&key).copied();
            let source = if value.is_some() { "override" } else { parameter.source };
            let mut entry = toml_edit::InlineTable::new();
            let stated = stated_value(value.unwrap_or(parameter.default), parameter.unit);
            let stated = match stated.as_str() {
                Some(quantity) => toml_edit::Value::from(quantity),
                None => toml_edit::Value::from(stated.as_f64().unwrap_or(f64::NAN)),
            };
            entry.insert("value", stated);
            entry.insert("source", source.into());
            let key = toml_edit::Value::from(key);
            let _ = writeln!(text, "{} = {entry}", key.to_string().trim());
        }
        text
    }

    /// BLAKE3 hash of [`Experiment::to_resolved_toml`] and of the drug files that it points to, in hexadecimal. Two runs of the same version with
    /// the same hash and seed give the same bytes.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.to_resolved_toml().as_bytes());
        for file in &self.drugs {
            hasher.update(file.text.as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }
}
