//! The drugs that a protocol can name.

use bevy_ecs::prelude::*;

use super::parameters::Drug;
use crate::foundation::error::{Error, Result};

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        /// Name and text of every drug file that is built into the program, by name.
        pub const SHIPPED: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../configs/drugs/", $name, ".toml")))),*];
    };
}

shipped!(
    "esketamine",
    "hnk",
    "ketamine",
    "memantine",
    "midazolam",
    "mk801",
    "nbqx",
    "rapamycin",
    "saline",
    "ssri",
    "trkb_antagonist",
);

/// The drugs in use, in the order in which a protocol first names them.
#[derive(Resource, Clone, Debug, Default, PartialEq)]
pub struct Formulary(pub Vec<Drug>);

impl Formulary {
    /// Names of the shipped drugs.
    pub fn shipped_names() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(name, _)| *name)
    }

    /// The shipped drugs called `names`, each once.
    ///
    /// # Errors
    /// [`Error::Input`] for a name that is not shipped.
    pub fn shipped<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        Self::of(names, &[])
    }

    /// The drugs called `names`, each once: of `own` where it has them, else shipped.
    ///
    /// # Errors
    /// [`Error::Input`] for a name that neither has.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>, own: &[Drug]) -> Result<Self> {
        let mut formulary = Self::default();
        for name in names {
            if formulary.find(name).is_none() {
                let drug = own.iter().find(|drug| drug.name == name).cloned();
                formulary.0.push(drug.map_or_else(|| shipped_drug(name), Ok)?);
            }
        }
        Ok(formulary)
    }

    /// Adds a drug; one of the same name is replaced.
    pub fn add(&mut self, drug: Drug) {
        match self.0.iter_mut().find(|known| known.name == drug.name) {
            Some(known) => *known = drug,
            None => self.0.push(drug),
        }
    }

    /// The drug called `name`.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Drug> {
        self.0.iter().find(|drug| drug.name == name)
    }
}

/// The shipped drug called `name`.
///
/// # Errors
/// [`Error::Input`] for a name that is not shipped.
pub fn shipped_drug(name: &str) -> Result<Drug> {
    let Some((name, text)) = SHIPPED.iter().find(|(shipped, _)| *shipped == name) else {
        let known = SHIPPED.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        return Err(Error::Input(format!("no drug `{name}` is shipped; known are {known}")));
    };
    Drug::from_toml(&format!("configs/drugs/{name}.toml"), text).map_err(|report| Error::Input(report.to_string()))
}
