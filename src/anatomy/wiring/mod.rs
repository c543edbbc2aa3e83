//! Who connects to whom: the distance kernel and the search for a partner.

mod kernel;
mod search;

pub use kernel::{DistanceKernel, KernelShape};
pub use search::PartnerSearch;
