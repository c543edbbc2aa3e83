//! What happens, in the order in which it happens: each mechanism reads only what stands above it.

use crate::anatomy::network::NetworkParameters;
use crate::foundation::parameters::{Parameter, Parameters};

/// Doses begin and end; drugs are data.
pub mod dosing;

/// Stress episodes load the body with glucocorticoid.
pub mod stress;

/// Every declared parameter, that of the network's layout first, then in the order of the cascade.
#[must_use]
pub fn parameter_table() -> Vec<&'static Parameter> {
    const TABLES: &[&[Parameter]] = &[NetworkParameters::TABLE, stress::StressParameters::TABLE];
    TABLES.iter().copied().flatten().collect()
}
