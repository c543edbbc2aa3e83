#![doc = include_str!("README.md")]

pub mod equations;
mod parameters;
#[cfg(test)]
mod tests;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

pub use parameters::SideEffectsParameters;

use self::equations::{either, left_by_tolerance, saturating};
use crate::anatomy::network::Network;
use crate::anatomy::subject::Subject;
use crate::anatomy::view::View;
use crate::foundation::clock::Clock;
use crate::foundation::random::Purpose;
use crate::mechanisms::column::{Column, FRACTION, SoundRange};
use crate::mechanisms::dosing::{ActionTarget, GivenDoses};
use crate::mechanisms::mechanism::{Link, Mechanism};
use crate::mechanisms::nmda_antagonism::NmdaBlock;
use crate::mechanisms::pharmacokinetics::Exposure;
use crate::mechanisms::symptoms::interneuron_block;

/// Signal: side effects at the end of the tick. The rating is an illustrative mapping, of a virtual subject.
#[derive(Resource, Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SideEffects {
    /// Dissociation, CADSS, 0 to 92.
    pub cadss: f64,
    /// Heart rate, in 1/min.
    pub heart_rate_bpm: f64,
    /// Systolic blood pressure, in mmHg.
    pub systolic_mmhg: f64,
    /// Diastolic blood pressure, in mmHg.
    pub diastolic_mmhg: f64,
    /// Probability that the subject feels sick.
    pub nausea: f64,
    /// Probability that the subject is dizzy.
    pub dizziness: f64,
    /// Probability that an observer finds the subject sedated.
    pub sedation: f64,
}

impl SideEffects {
    /// Points at the top of the CADSS: 23 items of 4.
    pub const CADSS: f64 = 92.0;

    fn at_rest(p: &SideEffectsParameters) -> Self {
        Self {
            cadss: 0.0,
            heart_rate_bpm: p.baseline_heart_rate_bpm,
            systolic_mmhg: p.baseline_systolic_mmhg,
            diastolic_mmhg: p.baseline_diastolic_mmhg,
            nausea: 0.0,
            dizziness: 0.0,
            sedation: 0.0,
        }
    }
}

/// Tolerance to the effects of NMDA-receptor block, 0 to 1.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tolerance(pub f64);

/// What can be complained of, in the order of a session's thresholds.
const COMPLAINTS: usize = 3;

/// A session: from one dose to the next. How readily a subject complains is drawn as it begins, so that over subjects the share
/// that complains is the highest probability that the session reaches.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Probability above which the subject complains, of nausea, dizziness and sedation.
    thresholds: [f64; COMPLAINTS],
    /// What the subject has complained of.
    complained: [bool; COMPLAINTS],
}

impl Session {
    fn begin(&mut self, thresholds: [f64; COMPLAINTS]) {
        *self = Self { thresholds, complained: [false; COMPLAINTS] };
    }

    fn suffer(&mut self, probabilities: [f64; COMPLAINTS]) {
        for ((complained, threshold), probability) in self.complained.iter_mut().zip(self.thresholds).zip(probabilities)
        {
            *complained |= probability > threshold;
        }
    }

    /// Nausea, dizziness and sedation that were complained of since the last dose.
    #[must_use]
    pub const fn complained(&self) -> [bool; COMPLAINTS] {
        self.complained
    }
}

fn reported(view: &View<'_>, complaint: usize) -> Option<f64> {
    view.resource::<Session>().map(|session| f64::from(u8::from(session.complained[complaint])))
}

/// Reads side effects off concentration and block: it observes and never feeds back.
pub struct SideEffectReadOut;

impl Mechanism for SideEffectReadOut {
    const NAME: &'static str = "side_effects";
    const ABOUT: &'static str = "Side effects are read off concentration and block.";
    type Parameters = SideEffectsParameters;
    const COLUMNS: &'static [Column] = &[
        Column::whole(
            "cadss",
            "points",
            "CADSS (illustrative mapping)",
            "dissociation rating, 0 to 92, that the stated mapping gives; illustrative",
            SoundRange::within(0.0, 92.0),
            |view| view.resource::<SideEffects>().map(|it| it.cadss),
        ),
        Column::whole(
            "heart_rate_bpm",
            "1/min",
            "Heart rate",
            "heart rate",
            // the fastest that a human ventricle follows
            SoundRange::within(20.0, 300.0),
            |view| view.resource::<SideEffects>().map(|it| it.heart_rate_bpm),
        ),
        // the highest pressures measured in an artery, of lifters of weights, are 480 over 350
        Column::whole(
            "systolic_mmhg",
            "mmHg",
            "Systolic blood pressure",
            "systolic arterial pressure",
            SoundRange::within(40.0, 480.0),
            |view| view.resource::<SideEffects>().map(|it| it.systolic_mmhg),
        ),
        Column::whole(
            "diastolic_mmhg",
            "mmHg",
            "Diastolic blood pressure",
            "diastolic arterial pressure",
            SoundRange::within(20.0, 350.0),
            |view| view.resource::<SideEffects>().map(|it| it.diastolic_mmhg),
        ),
        Column::whole(
            "nausea",
            FRACTION,
            "Nausea (illustrative mapping)",
            "probability of feeling sick at this moment; illustrative",
            SoundRange::SHARE,
            |view| view.resource::<SideEffects>().map(|it| it.nausea),
        ),
        Column::whole(
            "dizziness",
            FRACTION,
            "Dizziness (illustrative mapping)",
            "probability of being dizzy at this moment; illustrative",
            SoundRange::SHARE,
            |view| view.resource::<SideEffects>().map(|it| it.dizziness),
        ),
        Column::whole(
            "sedation",
            FRACTION,
            "Sedation (illustrative mapping)",
            "probability of being found sedated at this moment; illustrative",
            SoundRange::SHARE,
            |view| view.resource::<SideEffects>().map(|it| it.sedation),
        ),
        Column::whole(
            "nausea_reported",
            FRACTION,
            "Nausea reported (illustrative mapping)",
            "1 if nausea was reported since the last dose, drawn for each session; illustrative",
            SoundRange::SHARE,
            |view| reported(view, 0),
        ),
        Column::whole(
            "dizziness_reported",
            FRACTION,
            "Dizziness reported (illustrative mapping)",
            "1 if dizziness was reported since the last dose, drawn for each session; illustrative",
            SoundRange::SHARE,
            |view| reported(view, 1),
        ),
        Column::whole(
            "sedation_reported",
            FRACTION,
            "Sedation reported (illustrative mapping)",
            "1 if sedation was found since the last dose, drawn for each session; illustrative",
            SoundRange::SHARE,
            |view| reported(view, 2),
        ),
    ];

    fn build(&self, link: &mut Link, parameters: &SideEffectsParameters) {
        link.reads::<Subject>()
            .reads::<Exposure>()
            .reads::<GivenDoses>()
            .reads::<NmdaBlock>()
            .writes::<Tolerance>()
            .writes::<Session>()
            .writes_from(SideEffects::at_rest(parameters))
            .adds((suffer_side_effects, report_complaints).chain());
    }
}

/// Reads side effects off block and drive, and lets tolerance build and fade.
fn suffer_side_effects(
    clock: Res<Clock>,
    parameters: Res<SideEffectsParameters>,
    exposure: Res<Exposure>,
    block: Res<NmdaBlock>,
    subject: Res<Subject>,
    mut tolerance: ResMut<Tolerance>,
    mut effects: ResMut<SideEffects>,
) {
    let p = &*parameters;
    let block = interneuron_block(&block);
    let dissociation = saturating(block, p.dissociation_half_block, p.dissociation_hill);
    tolerance.0 = equations::tolerance_after(tolerance.0, dissociation, p, clock.step_h());
    let felt = left_by_tolerance(tolerance.0, 1.0);
    effects.cadss = SideEffects::CADSS * felt * dissociation;

    let complaint = |half_block| felt * saturating(block, half_block, p.complaint_hill);
    let potentiation = exposure.action(ActionTarget::GabaAPotentiation);
    let calming = |half| saturating(potentiation, half, p.complaint_hill);
    effects.nausea = complaint(p.nausea_half_block);
    effects.dizziness = either(complaint(p.dizziness_half_block), calming(2.0 * p.sedation_half_potentiation));
    effects.sedation = either(complaint(p.sedation_half_block), calming(p.sedation_half_potentiation));

    let drive = subject.pressor_scale
        * exposure.action(ActionTarget::Sympathomimetic)
        * left_by_tolerance(tolerance.0, p.cardiovascular_tolerance_weight);
    effects.heart_rate_bpm = p.baseline_heart_rate_bpm + p.heart_rate_gain_bpm * drive;
    effects.systolic_mmhg = p.baseline_systolic_mmhg + p.systolic_gain_mmhg * drive;
    effects.diastolic_mmhg = p.baseline_diastolic_mmhg + p.diastolic_gain_mmhg * drive;
}

/// Begins a session with every dose, and notes what is complained of in it.
fn report_complaints(
    clock: Res<Clock>,
    network: Res<Network>,
    given: Res<GivenDoses>,
    effects: Res<SideEffects>,
    mut session: ResMut<Session>,
) {
    // no tick crosses the beginning of a dose, so a dose of this tick begins with it
    if given.0.iter().any(|dose| dose.start == clock.now && dose.amount.value() > 0.0) {
        let mut draws = network.seed.draws(Purpose::Complaint, clock.address(), 0);
        session.begin([(); COMPLAINTS].map(|()| f64::from(draws.uniform())));
    }
    session.suffer([effects.nausea, effects.dizziness, effects.sedation]);
}
