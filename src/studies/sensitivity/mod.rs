//! Which of the factors matters: screening, shares of variance, and the part that is chance.
//!
//! Three designs have an analysis each: [`morris`](crate::studies::sensitivity::morris) trajectories screen many factors with few points, [`sobol`](crate::studies::sensitivity::sobol) estimates
//! first and total orders from a design after Saltelli, and a full grid is decomposed exactly ([`factorial`](crate::studies::sensitivity::factorial)). Every point
//! is simulated on several networks, so that what is due to the factors and what is due to the seed are told apart.
//!
//! The estimators are held against SALib on the same designs and against closed forms. The crate `salib` has them too; it
//! was left out because it brings second versions of `rand`, `nalgebra`, `statrs` and an FFT for about a hundred lines.

/// Exact shares of variance over a full grid.
pub mod factorial;
/// Screening by elementary effects.
pub mod morris;
/// First and total orders from a design after Saltelli.
pub mod sobol;

mod analysis;
mod index;

pub use analysis::{Analysis, OF_ALL_FACTORS, OutcomeSensitivity, analyse, write};
pub use index::{DesignOutputs, SensitivityIndex};
