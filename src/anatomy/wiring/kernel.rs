//! How the probability of a contact falls with distance.

use serde::{Deserialize, Serialize};

/// The form of the fall.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KernelShape {
    /// exp(−d/λ), as paired recordings in layers 2/3 and 5 suggest (Perin 2011 PNAS).
    #[default]
    Exponential,
    /// exp(−d²/λ²), the kernel of Butz & van Ooyen 2013 (PLoS Comput Biol).
    Gaussian,
    /// 1 at every distance: a network without space, as a reference.
    Uniform,
}

/// Relative probability of a contact between two neurons, by the distance of their somata.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DistanceKernel {
    /// The form of the fall.
    pub shape: KernelShape,
    /// The length constant λ, in µm.
    pub length_um: f32,
}

impl DistanceKernel {
    /// Probability at distance `d_um`, relative to distance zero.
    #[must_use]
    pub fn at(&self, d_um: f32) -> f32 {
        let scaled = d_um / self.length_um;
        match self.shape {
            KernelShape::Exponential => (-scaled).exp(),
            KernelShape::Gaussian => (-scaled * scaled).exp(),
            KernelShape::Uniform => 1.0,
        }
    }

    /// Distance beyond which the kernel is taken as zero, in µm: it has fallen to e⁻⁸, and in a plane
    /// 0.3 % of the contacts of an exponential kernel lie beyond.
    #[must_use]
    pub fn reach_um(&self) -> f32 {
        match self.shape {
            KernelShape::Exponential => 8.0 * self.length_um,
            KernelShape::Gaussian => 8.0_f32.sqrt() * self.length_um,
            KernelShape::Uniform => f32::INFINITY,
        }
    }

    /// Square of the distance up to which a candidate that is at least `gap_um` away is accepted, in µm², where
    /// `e` is a standard exponential variate.
    ///
    /// Since P(E > x) = e⁻ˣ, a candidate at distance d ≥ gap is accepted with probability exactly
    /// kernel(d) ÷ kernel(gap), and neither a power nor a root is taken.
    #[inline]
    pub(super) fn accepts_within_um2(&self, gap_um: f32, e: f32) -> f32 {
        match self.shape {
            KernelShape::Exponential => (gap_um + self.length_um * e).powi(2),
            KernelShape::Gaussian => gap_um * gap_um + self.length_um * self.length_um * e,
            KernelShape::Uniform => f32::INFINITY,
        }
    }
}
