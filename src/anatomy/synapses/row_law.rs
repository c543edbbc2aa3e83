//! The laws of one row, integrated over one tick, and what they do to one synapse: the scalar form that
//! every kernel reproduces bit for bit.
//!
//! Sizes are counted in storage steps from [`ORIGIN`], and every product is rounded before it is added: no instruction set
//! may fuse the two. Elimination, maturation and tagging are rare, so they are decided in two stages. A
//! cheap test that errs on one side only ([`RowLaw::is_watched`]) picks the synapses to which something may
//! happen; for those alone the hazard is worked out ([`RowLaw::decide`]).

use super::law::{Complement, SynapseLaws};
use super::log_size::{END, LogSize, ORIGIN, place_of};
use super::noise::Noise;
use super::synapse::Tags;

/// Fates in [0, 2³²] stand for probabilities.
const CERTAIN: f32 = 4_294_967_296.0;

/// One doubling in the bits of a number: read as an integer, they are a logarithm that is linear between
/// powers of two and nowhere above the true one.
pub(super) const DOUBLING: f32 = 8_388_608.0;

/// The largest distance of that logarithm from the true one, 0.0861, and what single precision may add.
const SLACK: f32 = 0.0861 * DOUBLING + 131_072.0;

/// 2^x for |x| ≤ 126, to a relative error below 3·10⁻⁷, without a table or a branch.
///
/// x is split into its nearest integer and a fraction in [−½, ½], on which the polynomial is the
/// minimax fit of degree 5 that is exact at 0, so whole powers are exact.
#[inline]
pub(super) fn exp2(x: f32) -> f32 {
    const C: [f32; 5] = [std::f32::consts::LN_2, 0.240_222_42, 0.055_507_336, 0.009_671_513, 0.001_326_472_4];
    let x = x.clamp(-126.0, 126.0);
    let shifted = x + ORIGIN;
    let f = x - (shifted - ORIGIN);
    let power = f32::from_bits(shifted.to_bits().wrapping_sub(ORIGIN.to_bits()).wrapping_add(127) << 23);
    power * (1.0 + f * (C[0] + f * (C[1] + f * (C[2] + f * (C[3] + f * C[4])))))
}

/// 1 − e^(−h) to a relative error below 2·10⁻⁶.
fn probability(hazard: f32) -> f32 {
    let h = hazard;
    if h < 0.0625 {
        h * (1.0 - h * (0.5 - h * (1.0 / 6.0 - h * (1.0 / 24.0))))
    } else {
        1.0 - exp2(-std::f32::consts::LOG2_E * h)
    }
}

/// The line above which the logarithm of a fate rules out that an event of hazard
/// `base` · 2^(−β·x − α·(o − 1)) befalls the synapse, as a function of its step and presynaptic output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Watch {
    pub(super) per_step: f32,
    pub(super) per_output: f32,
    offset: f32,
}

impl Watch {
    fn of(size_exponent: f32, activity_exponent: f32) -> Self {
        let per_step = -size_exponent * (DOUBLING / LogSize::STEPS);
        Self {
            per_step,
            per_output: -activity_exponent * DOUBLING,
            offset: activity_exponent * DOUBLING - (ORIGIN + LogSize::UNIT) * per_step,
        }
    }

    /// The line's height for `base`.
    fn from(self, base: f32) -> f32 {
        logarithm_above(base) + self.offset
    }
}

/// A number that lies above the bits of any fate that is below `chance`.
fn logarithm_above(chance: f32) -> f32 {
    (chance * CERTAIN).to_bits() as i32 as f32 + SLACK
}

/// The laws of a row, integrated over one tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowLaw {
    /// Share of the distance to the target that is covered: 1 − exp(−Δt/τ).
    pub(super) approach: f32,
    /// Steps per tick at place and output 0.
    pub(super) drift: f32,
    /// Steps per tick and unit of presynaptic output.
    pub(super) activity: f32,
    /// Steps of the tick's fluctuation per unit of the noise.
    pub(super) fluctuation: f32,
    /// Height of the line that watches nascent and mature synapses, and its slopes.
    pub(super) watch_stage: [f32; 2],
    pub(super) watch: Watch,
    /// Fate from which on a nascent synapse matures.
    pub(super) maturing: f32,
    /// What complement does; `None` if it does nothing.
    pub(super) complement: Option<RowComplement>,
    /// λΔt of nascent and mature synapses of size 1 at the set point.
    hazard: [f32; 2],
    size_exponent: f32,
    activity_exponent: f32,
}

/// [`Complement`], integrated over one tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct RowComplement {
    /// Height of the line that watches untagged synapses for tagging, and its slopes.
    pub(super) watch_untagged: f32,
    pub(super) watch: Watch,
    /// The same for tagged synapses and the loss of the tag.
    pub(super) watch_tagged: f32,
    /// The same for tagged synapses and engulfment alone.
    pub(super) watch_engulfed: f32,
    /// Hazard of tagging times Δt at size 1 and the set point.
    tagging: f32,
    size_exponent: f32,
    activity_exponent: f32,
    /// Probability of losing the tag.
    clearing: f32,
    /// Hazard of engulfment times Δt.
    engulfment: f32,
}

impl RowComplement {
    fn over(complement: &Complement, step_h: f32) -> Self {
        let Complement { size_exponent, activity_exponent, .. } = *complement;
        let tagging = complement.tagging_per_h * step_h;
        let clearing = probability(complement.clearing_per_h * step_h);
        let engulfment = complement.engulfment_per_h * step_h;
        let watch = Watch::of(size_exponent, activity_exponent);
        Self {
            watch_untagged: watch.from(tagging),
            watch,
            watch_tagged: logarithm_above(clearing),
            watch_engulfed: logarithm_above(engulfment),
            tagging,
            size_exponent,
            activity_exponent,
            clearing,
            engulfment,
        }
    }
}

/// Integrates the laws of one row after the other over one tick: what neighbours share is worked out once.
#[derive(Clone, Debug)]
pub(super) struct Integration {
    step_h: f32,
    laws: SynapseLaws,
    law: RowLaw,
}

impl Integration {
    pub(super) fn over(step_h: f32) -> Self {
        let laws = SynapseLaws::default();
        Self { step_h, law: RowLaw::over(&laws, step_h), laws }
    }

    /// What [`RowLaw::over`] gives.
    #[inline]
    pub(super) fn of(&mut self, laws: &SynapseLaws) -> &RowLaw {
        let Self { step_h, laws: before, law } = self;
        let (size, size_before) = (&laws.size, &before.size);
        if (size.return_rate_per_h, size.spread_log2) != (size_before.return_rate_per_h, size_before.spread_log2) {
            law.set_pace(laws, *step_h);
        }
        if laws.turnover.maturation_per_h != before.turnover.maturation_per_h {
            law.set_maturation(laws, *step_h);
        }
        if laws.complement != before.complement {
            law.set_complement(laws, *step_h);
        }
        law.set_target_and_hazard(laws, *step_h);
        *before = *laws;
        law
    }
}

/// What a tick decides on one synapse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fate {
    pub(super) dies: bool,
    pub(super) tags: u16,
}

impl RowLaw {
    /// Integrates `laws` over `step_h`.
    #[must_use]
    pub fn over(laws: &SynapseLaws, step_h: f32) -> Self {
        let mut law = Self {
            approach: 0.0,
            drift: 0.0,
            activity: 0.0,
            fluctuation: 0.0,
            watch_stage: [0.0; 2],
            watch: Watch { per_step: 0.0, per_output: 0.0, offset: 0.0 },
            maturing: 0.0,
            complement: None,
            hazard: [0.0; 2],
            size_exponent: 0.0,
            activity_exponent: 0.0,
        };
        law.set_pace(laws, step_h);
        law.set_maturation(laws, step_h);
        law.set_complement(laws, step_h);
        law.set_target_and_hazard(laws, step_h);
        law
    }

    fn set_pace(&mut self, SynapseLaws { size, .. }: &SynapseLaws, step_h: f32) {
        let approach = probability(size.return_rate_per_h * step_h);
        // √(1 − e^(−2Δt/τ)), without the cancellation
        let deviation = size.spread_log2 * (approach * (2.0 - approach)).sqrt();
        self.approach = approach;
        self.fluctuation = deviation * (LogSize::STEPS / Noise::DEVIATION);
    }

    fn set_maturation(&mut self, SynapseLaws { turnover, .. }: &SynapseLaws, step_h: f32) {
        self.maturing = CERTAIN - CERTAIN * probability(turnover.maturation_per_h * step_h);
    }

    fn set_complement(&mut self, SynapseLaws { complement, .. }: &SynapseLaws, step_h: f32) {
        self.complement = (!complement.is_neutral()).then(|| RowComplement::over(complement, step_h));
    }

    /// What rests on the pace, and on what neighbours do not share.
    fn set_target_and_hazard(&mut self, laws: &SynapseLaws, step_h: f32) {
        let SynapseLaws { size, turnover, pressure, .. } = laws;
        let target = size.target_log2 * LogSize::STEPS + LogSize::UNIT;
        let gain = size.activity_gain * LogSize::STEPS;
        self.drift = self.approach * (target - gain) + self.approach * ORIGIN;
        self.activity = self.approach * gain;
        let factor = pressure.factor * step_h;
        let hazard = [turnover.nascent_elimination_per_h * factor, turnover.mature_elimination_per_h * factor];
        let size_exponent = turnover.size_exponent + pressure.size_exponent;
        let activity_exponent = turnover.activity_exponent + pressure.activity_exponent;
        let watch = Watch::of(size_exponent, activity_exponent);
        self.watch_stage = [watch.from(hazard[0]), watch.from(hazard[1])];
        self.watch = watch;
        self.hazard = hazard;
        self.size_exponent = size_exponent;
        self.activity_exponent = activity_exponent;
    }

    /// The place to which a synapse at `step` moves. Its fluctuation, of many steps, dithers the rounding, so
    /// that drifts far smaller than one step are kept on average.
    #[inline(always)]
    pub(super) fn moved(&self, step: u16, output: f32, noise: Noise) -> f32 {
        let place = place_of(step);
        let change =
            ((output * self.activity + self.drift) - place * self.approach) + noise.centred() * self.fluctuation;
        #[expect(clippy::manual_clamp, reason = "vector units clamp what is no number to the origin, and so must this")]
        (place + change).max(ORIGIN).min(END)
    }

    /// Whether the tick may do more to the synapse than move it to `place`.
    #[inline(always)]
    pub(super) fn is_watched(&self, place: f32, tags: u16, output: f32, noise: Noise) -> bool {
        let fate = noise.fate();
        let mature = tags & Tags::MATURE != 0;
        let stage = if mature { self.watch_stage[1] } else { self.watch_stage[0] };
        let mut line = (stage + place * self.watch.per_step) + output * self.watch.per_output;
        let mut switches = false;
        if let Some(complement) = &self.complement {
            let untagged =
                (complement.watch_untagged + place * complement.watch.per_step) + output * complement.watch.per_output;
            let tagged = tags & Tags::TAGGED != 0;
            // the sum of two hazards is at most twice the larger
            line = if tagged { line.max(complement.watch_engulfed) + DOUBLING } else { line };
            let chance = noise.complement().to_bits() as i32 as f32;
            switches = chance < if tagged { complement.watch_tagged } else { untagged };
        }
        (fate.to_bits() as i32 as f32) < line || (!mature && fate >= self.maturing) || switches
    }

    /// What the tick decides on a synapse that has moved to `place`.
    pub(super) fn settle(&self, place: f32, tags: u16, output: f32, noise: Noise) -> Fate {
        if self.is_watched(place, tags, output, noise) {
            self.decide(place, tags, output, noise)
        } else {
            Fate { dies: false, tags }
        }
    }

    /// The same for a synapse that is watched.
    pub(super) fn decide(&self, place: f32, tags: u16, output: f32, noise: Noise) -> Fate {
        let x = (place - (ORIGIN + LogSize::UNIT)) * (1.0 / LogSize::STEPS);
        let deviation = output - 1.0;
        let mature = tags & Tags::MATURE != 0;
        let tagged = tags & Tags::TAGGED != 0;
        let base = self.hazard[usize::from(mature)];
        let mut hazard = base * exp2(-self.size_exponent * x - self.activity_exponent * deviation);
        let mut after = tags;
        if let Some(complement) = &self.complement {
            let switches = if tagged {
                hazard += complement.engulfment;
                complement.clearing
            } else {
                let steepness = -complement.size_exponent * x - complement.activity_exponent * deviation;
                probability(complement.tagging * exp2(steepness))
            };
            after ^= u16::from(noise.complement() < CERTAIN * switches) * Tags::TAGGED;
        }
        after |= u16::from(noise.fate() >= self.maturing) * Tags::MATURE;
        Fate { dies: noise.fate() < CERTAIN * probability(hazard), tags: after }
    }
}
