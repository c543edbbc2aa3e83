//! resprout with a mechanism of one's own, from outside: a folder, and the line that says where it stands.
//!
//! The guide (`resprout::guide::add_a_mechanism`) walks through it. What it does and how it is known is in its README.

pub mod sleep_pressure;

use resprout::mechanisms::Cascade;
use resprout::mechanisms::gaba::Gaba;
use sleep_pressure::Sleep;

/// The model as shipped, and sleep pressure between GABA and BDNF.
#[must_use]
pub fn cascade() -> Cascade {
    Cascade::standard().after::<Gaba>(Sleep)
}
