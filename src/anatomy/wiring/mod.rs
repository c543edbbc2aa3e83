//! Who connects to whom: the distance kernel and the search for a partner.

mod grid;
mod kernel;
mod search;
mod steps;
#[cfg(test)]
mod tests;

pub use kernel::{DistanceKernel, KernelShape};
pub use search::{PartnerSearch, Seat, Weights};
