//! The random number of one synapse in one tick.

/// One 32-bit word, used whole to decide on the synapse and by halves to move it.
///
/// A row's key comes from Philox; over the row's slots it is spread by one strong integer mixer
/// (`lowbias32`; Wellons 2018, "Prospecting for hash functions"), which takes one half of the key at its
/// start and the other in its middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noise(pub u32);

pub(super) const SLOT: u32 = 0x9E37_79B1;
pub(super) const MIX: [u32; 2] = [0x7feb_352d, 0x846c_a68b];
pub(super) const COMPLEMENT: u32 = 0xB529_7A4D;

impl Noise {
    /// Standard deviation of the difference of two independent uniform 16-bit numbers.
    ///
    /// One tick's fluctuation is that difference, not a Gaussian: its distribution is triangular, of excess
    /// kurtosis −0.6. After a day of hourly ticks the accumulated fluctuation cannot be told from a Gaussian.
    pub const DEVIATION: f32 = 26_754.9;

    /// The random number of slot `slot` under a row's key.
    #[inline(always)]
    #[must_use]
    pub fn of(key: [u32; 2], slot: u32) -> Self {
        let mut x = slot.wrapping_mul(SLOT).wrapping_add(key[0]);
        x ^= x >> 16;
        x = x.wrapping_mul(MIX[0]);
        x ^= (x >> 15) ^ key[1];
        x = x.wrapping_mul(MIX[1]);
        Self(x ^ x >> 16)
    }

    /// The uniform that decides elimination and maturation, in [0, 2³²], to 24 significant bits.
    #[inline(always)]
    #[must_use]
    pub fn fate(self) -> f32 {
        self.0 as f32
    }

    /// The fluctuation: mean 0, standard deviation [`Noise::DEVIATION`].
    ///
    /// It shares its bits with the fate. Near either end of the fate the upper half is near zero as a signed
    /// number, so whoever is near elimination or maturation fluctuates by the lower half: without bias, by half
    /// the variance, which shifts its hazard by less than a thousandth.
    #[inline(always)]
    #[must_use]
    pub fn centred(self) -> f32 {
        (i32::from(self.0 as i16) - i32::from((self.0 >> 16) as i16)) as f32
    }

    /// What decides on the complement tag, in [0, 2³²]; mixed only where complement is at work.
    #[inline(always)]
    #[must_use]
    pub fn complement(self) -> f32 {
        (self.0 ^ self.0 >> 15).wrapping_mul(COMPLEMENT) as f32
    }
}
