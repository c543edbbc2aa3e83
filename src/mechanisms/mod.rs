//! What happens, in the order in which it happens: each mechanism reads only what stands above it.

/// Doses begin and end; drugs are data.
pub mod dosing;

/// Drug amounts become free concentrations at the receptor.
pub mod pharmacokinetics;

/// Stress episodes load the body with glucocorticoid.
pub mod stress;

/// Drugs block NMDA receptors, by population and subunit.
pub mod nmda_antagonism;
