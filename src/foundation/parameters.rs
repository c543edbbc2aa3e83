//! One declaration per model parameter.
//!
//! The macro [`parameters!`](crate::parameters) turns one line into a struct field, its default, its bounds, its
//! rustdoc entry and its row in the table that `resprout params` prints. Nothing about a parameter
//! is said anywhere else, and a parameter cannot be declared without unit, range and source.

use std::collections::BTreeMap;

use bevy_ecs::prelude::Resource;
use serde::Serialize;

/// How well a value is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Grade {
    /// Human meta-analysis or trial, a physical law, or two concordant sources.
    A,
    /// One good study.
    B,
    /// A recalled size, an indirect inference, or sources in conflict.
    C,
    /// Fitted here; the source says to what.
    Fitted,
    /// A choice of resolution that claims nothing of biology; the source line says how little outcomes depend on it.
    Numerical,
    /// No source: a judgement that the source line explains.
    Assumed,
}

/// One row of the parameter table.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Parameter {
    /// The mechanism that owns the parameter, as named in the cascade.
    pub mechanism: &'static str,
    /// The field's name, which carries its unit.
    pub name: &'static str,
    /// The symbol used in the mechanism's equations.
    pub symbol: &'static str,
    /// What the value means.
    pub meaning: &'static str,
    /// The value shipped.
    pub default: f64,
    /// The unit; `1` where the value is a pure number.
    pub unit: &'static str,
    /// The smallest value accepted.
    pub min: f64,
    /// The largest value accepted.
    pub max: f64,
    /// The species or preparation in which the source found it; `-` where that has no meaning.
    pub species: &'static str,
    /// How well it is known.
    pub grade: Grade,
    /// Citation or DOI; or what it was fitted to; or why it was assumed.
    pub source: &'static str,
}

impl Parameter {
    /// The key under which configs override it: `mechanism.name`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}.{}", self.mechanism, self.name)
    }
}

/// A set of parameters that was declared with [`parameters!`](crate::parameters).
pub trait Parameters: Resource + Clone + Default {
    /// The declarations, in order.
    const TABLE: &'static [Parameter];
    /// Sets the field called `name`; false if there is none.
    fn set(&mut self, name: &str, value: f64) -> bool;
}

/// The parameters of a mechanism that has none.
#[derive(Resource, Clone, Debug, Default, PartialEq)]
pub struct NoParameters;

impl Parameters for NoParameters {
    const TABLE: &'static [Parameter] = &[];

    fn set(&mut self, _: &str, _: f64) -> bool {
        false
    }
}

/// Parameter values that differ from their defaults, by key (`mechanism.name`).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Overrides(pub BTreeMap<String, f64>);

impl Overrides {
    /// The parameters of one mechanism with these overrides applied.
    ///
    /// Keys are validated where the config is read, so keys of other mechanisms are passed over.
    #[must_use]
    pub fn apply<P: Parameters>(&self) -> P {
        let mut parameters = P::default();
        for declared in P::TABLE {
            if let Some(&value) = self.0.get(&declared.key()) {
                parameters.set(declared.name, value);
            }
        }
        parameters
    }
}

/// Declares the parameters of a mechanism: one line each, with default, unit, range and source.
///
/// ```
/// resprout::parameters! {
///     /// How a pond warms.
///     pub struct PondParameters of "pond" {
///         /// Time constant with which the water follows the air.
///         response_time_h = 30.0, unit "h", range 1.0..=500.0, symbol "τ",
///             species "-", grade Assumed, source "assumed: a pond of one metre";
///     }
/// }
/// use resprout::foundation::parameters::{Overrides, Parameters};
/// let mut warmer = Overrides::default();
/// warmer.0.insert("pond.response_time_h".into(), 12.0);
/// assert_eq!(warmer.apply::<PondParameters>().response_time_h, 12.0);
/// assert_eq!(PondParameters::TABLE[0].meaning.trim(), "Time constant with which the water follows the air.");
/// ```
#[macro_export]
macro_rules! parameters {
    (
        $(#[doc = $about:literal])*
        pub struct $name:ident of $mechanism:literal {
            $(
                $(#[doc = $meaning:literal])+
                $field:ident = $default:expr, unit $unit:literal, range $min:literal..=$max:literal,
                    symbol $symbol:literal, species $species:literal, grade $grade:ident, source $source:literal;
            )*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug, PartialEq, ::bevy_ecs::prelude::Resource)]
        pub struct $name {
            $(
                $(#[doc = $meaning])+
                #[doc = concat!("\n\n`", $symbol, "`, in ", $unit, "; ", stringify!($min), " to ", stringify!($max),
                    ". Source: ", $source, ".")]
                pub $field: f64,
            )*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl $crate::foundation::parameters::Parameters for $name {
            const TABLE: &'static [$crate::foundation::parameters::Parameter] = &[
                $($crate::foundation::parameters::Parameter {
                    mechanism: $mechanism,
                    name: stringify!($field),
                    symbol: $symbol,
                    meaning: concat!($($meaning),+),
                    default: $default,
                    unit: $unit,
                    min: $min,
                    max: $max,
                    species: $species,
                    grade: $crate::foundation::parameters::Grade::$grade,
                    source: $source,
                },)*
            ];

            fn set(&mut self, name: &str, value: f64) -> bool {
                $(if name == stringify!($field) {
                    self.$field = value;
                    return true;
                })*
                false
            }
        }
    };
}
