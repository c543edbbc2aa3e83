//! Synaptic size as it is stored: a logarithm in 16 bits, and how to count and decode it without a conversion.

/// Synaptic size on the scale on which it is stored: log₂ size in steps of 1/4096, from 2⁻⁸ to 2⁸.
///
/// Multiplicative size dynamics are additive on this scale, and one hour's fluctuation is several
/// hundred steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogSize(pub u16);

impl LogSize {
    /// Steps per doubling of size.
    pub const STEPS: f32 = 4096.0;
    /// The step that stands for size 1.
    pub const UNIT: f32 = 32_768.0;

    /// The stored value nearest to `log2_size`.
    #[must_use]
    pub fn from_log2(log2_size: f32) -> Self {
        // the cast cuts, so the half makes it round; `round` itself is a call on most processors
        Self((log2_size * Self::STEPS + (Self::UNIT + 0.5)).clamp(0.0, 65_535.0) as u16)
    }

    /// log₂ of the size.
    #[must_use]
    pub fn log2(self) -> f32 {
        (f32::from(self.0) - Self::UNIT) / Self::STEPS
    }

    /// The size itself, in units of the reference size.
    #[must_use]
    pub fn size(self) -> f32 {
        size_of(self.0)
    }
}

/// Where storage steps are counted from. Numbers about this one are whole, so a sum with it is rounded to the
/// nearest step, and the step is what its low 16 bits say: no conversion between integers and reals is needed.
pub(super) const ORIGIN: f32 = 12_582_912.0;

/// The place of the largest step.
pub(super) const END: f32 = ORIGIN + 65_535.0;

/// 2^(t − 1), 1 ≤ t < 2, over 2⁸: the minimax fit of degree 3 that is exact at 1. Its relative error of
/// 8.6·10⁻⁵ is what the rounding of a log size to its storage step costs, too.
pub(super) const SIZE: [f32; 4] =
    [0.455_460_6 / 256.0, 0.471_029_4 / 256.0, -0.003_557_322_5 / 256.0, 0.077_067_35 / 256.0];

/// The place of a storage step.
#[inline(always)]
pub(super) fn place_of(step: u16) -> f32 {
    f32::from_bits(ORIGIN.to_bits() | u32::from(step))
}

/// The size that a storage step stands for. The step's low twelve bits are the fraction of its logarithm,
/// the others are added to the exponent.
#[inline(always)]
pub(super) fn size_of(step: u16) -> f32 {
    let bits = u32::from(step) << 11;
    let t = f32::from_bits(bits & 0x007f_ffff | 0x3f80_0000);
    let fraction = SIZE[0] + t * (SIZE[1] + t * (SIZE[2] + t * SIZE[3]));
    f32::from_bits(fraction.to_bits() + (bits & 0x0780_0000))
}
