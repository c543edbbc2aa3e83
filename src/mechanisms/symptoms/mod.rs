#![doc = include_str!("README.md")]

pub mod equations;
mod parameters;
#[cfg(test)]
mod tests;

use bevy_ecs::prelude::*;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

pub use equations::{Circuit, Expectation};
pub use parameters::SymptomsParameters;

use crate::anatomy::network::Network;
use crate::anatomy::neuron::{FiringRate, InhibitoryTone, Neuron, PresynapticOutput};
use crate::anatomy::population::CellClass;
use crate::anatomy::subject::Subject;
use crate::anatomy::synapses::Synapses;
use crate::anatomy::view::View;
use crate::foundation::clock::Clock;
use crate::foundation::random::Purpose;
use crate::foundation::time::Time;
use crate::mechanisms::column::{Column, RELATIVE, SoundRange};
use crate::mechanisms::dosing::{ActionTarget, GivenDoses};
use crate::mechanisms::glutamate::AmpaThroughput;
use crate::mechanisms::mechanism::{Link, Mechanism};
use crate::mechanisms::nmda_antagonism::NmdaBlock;
use crate::mechanisms::pharmacokinetics::Exposure;

/// Signal: what rating scales would show. An illustrative mapping, of a virtual subject.
#[derive(Resource, Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Symptoms {
    /// Circuit function relative to the subject's own unstressed baseline (= 1); NaN if that baseline passes nothing on.
    pub circuit_function: f64,
    /// Severity that the circuit carries at once, 0 to 1.
    pub carried: f64,
    /// Severity that has become entrenched: what the circuit does not carry, and follows it over months, 0 to 1.
    pub entrenched: f64,
    /// Severity of the two together, 0 to 1, before expectancy.
    pub severity: f64,
    /// Share of it that expectancy relieves.
    pub relief: f64,
    /// Depression, MADRS, 0 to 60.
    pub madrs: f64,
    /// Anxiety, HAM-A, 0 to 56.
    pub hama: f64,
    /// Post-traumatic stress, CAPS-5, 0 to 80.
    pub caps5: f64,
    /// Obsession and compulsion, Y-BOCS, 0 to 40.
    pub ybocs: f64,
    /// Psychosis, PANSS positive subscale, 7 to 49.
    pub panss_positive: f64,
    /// Craving, visual analogue scale, 0 to 100.
    pub craving: f64,
    /// Error of a rating made at this instant, as a share of the scale.
    pub rating_error: f64,
}

impl Symptoms {
    /// What a rater would note of a `score` on a scale from `least` to `most`: off by the rating's error, within the scale, and the
    /// least where there is nothing to rate.
    #[must_use]
    pub fn rated(&self, score: f64, (least, most): (f64, f64)) -> f64 {
        if score > least { self.rating_error.mul_add(most - least, score).clamp(least, most) } else { least }
    }

    /// Points at the top of the MADRS.
    pub const MADRS: f64 = 60.0;
    /// Points at the top of the HAM-A.
    pub const HAMA: f64 = 56.0;
    /// Points at the top of the CAPS-5.
    pub const CAPS5: f64 = 80.0;
    /// Points at the top of the Y-BOCS.
    pub const YBOCS: f64 = 40.0;
    /// Lowest and highest score of the PANSS positive subscale.
    pub const PANSS_POSITIVE: (f64, f64) = (7.0, 49.0);
    /// Length of the craving scale.
    pub const CRAVING: f64 = 100.0;
}

impl Default for Symptoms {
    fn default() -> Self {
        Self {
            circuit_function: 1.0,
            carried: 0.0,
            entrenched: 0.0,
            severity: 0.0,
            relief: 0.0,
            madrs: 0.0,
            hama: 0.0,
            caps5: 0.0,
            ybocs: 0.0,
            panss_positive: Self::PANSS_POSITIVE.0,
            craving: 0.0,
            rating_error: 0.0,
        }
    }
}

/// The circuit that counts as unimpaired: a running mean over the burn-in, whose last day dominates it; kept as it
/// is from t = 0 on. A world that begins later takes its first tick.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CircuitBaseline(pub Option<Circuit>);

/// What the subject expects of its treatment.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Expectancy(pub Expectation);

/// Time over which the baseline is averaged, in hours.
const BASELINE_MEMORY_H: f64 = 24.0;

/// The column of a scale as a rater would note it.
macro_rules! as_rated {
    ($column:literal, $scale:literal, $score:ident, $ends:expr) => {
        Column::whole(
            $column,
            "points",
            concat!($scale, " as rated (illustrative mapping)"),
            concat!($scale, " as a rater would note it at this instant, with the error of one rating; illustrative"),
            SoundRange::within($ends.0, $ends.1),
            |view| judged(view).map(|it| it.rated(it.$score, $ends)),
        )
    };
}

/// Reads symptom scales off the circuit: it observes and never feeds back.
pub struct SymptomReadOut;

impl Mechanism for SymptomReadOut {
    const NAME: &'static str = "symptoms";
    const ABOUT: &'static str = "Symptom scales are read off the circuit; an illustrative mapping.";
    type Parameters = SymptomsParameters;
    const COLUMNS: &'static [Column] = &[
        Column::whole(
            "circuit_function",
            RELATIVE,
            "Circuit function",
            "effective recurrent excitation of the circuit",
            // a circuit that excites itself some twenty times as much as at rest is in a seizure
            SoundRange::within(0.0, 25.0),
            |view| judged(view).map(|it| it.circuit_function),
        ),
        Column::whole(
            "madrs",
            "points",
            "MADRS (illustrative mapping)",
            "depression rating, 0 to 60, that the stated mapping gives; illustrative",
            SoundRange::within(0.0, Symptoms::MADRS),
            |view| judged(view).map(|it| it.madrs),
        ),
        Column::whole(
            "hama",
            "points",
            "HAM-A (illustrative mapping)",
            "anxiety rating, 0 to 56, that the stated mapping gives; illustrative",
            SoundRange::within(0.0, Symptoms::HAMA),
            |view| judged(view).map(|it| it.hama),
        ),
        Column::whole(
            "caps5",
            "points",
            "CAPS-5 (illustrative mapping)",
            "rating of post-traumatic stress, 0 to 80, that the stated mapping gives; illustrative",
            SoundRange::within(0.0, Symptoms::CAPS5),
            |view| judged(view).map(|it| it.caps5),
        ),
        Column::whole(
            "ybocs",
            "points",
            "Y-BOCS (illustrative mapping)",
            "rating of obsession and compulsion, 0 to 40, that the stated mapping gives; illustrative",
            SoundRange::within(0.0, Symptoms::YBOCS),
            |view| judged(view).map(|it| it.ybocs),
        ),
        Column::whole(
            "panss_positive",
            "points",
            "PANSS positive (illustrative mapping)",
            "rating of positive psychotic symptoms, 7 to 49, that the stated mapping gives; NMDA block raises it; illustrative",
            SoundRange::within(Symptoms::PANSS_POSITIVE.0, Symptoms::PANSS_POSITIVE.1),
            |view| judged(view).map(|it| it.panss_positive),
        ),
        Column::whole(
            "craving",
            "points",
            "Craving (illustrative mapping)",
            "craving on a visual analogue scale, 0 to 100, that the stated mapping gives; illustrative",
            SoundRange::within(0.0, Symptoms::CRAVING),
            |view| judged(view).map(|it| it.craving),
        ),
        as_rated!("madrs_rated", "MADRS", madrs, (0.0, Symptoms::MADRS)),
        as_rated!("hama_rated", "HAM-A", hama, (0.0, Symptoms::HAMA)),
        as_rated!("caps5_rated", "CAPS-5", caps5, (0.0, Symptoms::CAPS5)),
        as_rated!("ybocs_rated", "Y-BOCS", ybocs, (0.0, Symptoms::YBOCS)),
        as_rated!("panss_positive_rated", "PANSS positive", panss_positive, Symptoms::PANSS_POSITIVE),
        as_rated!("craving_rated", "Craving", craving, (0.0, Symptoms::CRAVING)),
    ];

    fn build(&self, link: &mut Link, _: &SymptomsParameters) {
        link.reads::<Subject>()
            .reads::<GivenDoses>()
            .reads::<Exposure>()
            .reads::<NmdaBlock>()
            .reads::<AmpaThroughput>()
            .reads::<PresynapticOutput>()
            .reads::<InhibitoryTone>()
            .reads::<Synapses>()
            .writes::<CircuitBaseline>()
            .writes::<Expectancy>()
            .writes::<Symptoms>()
            .adds((judge_circuit, expect_relief, rate_symptoms).chain());
    }
}

/// The symptoms, unless there is no circuit function to read them off.
fn judged<'a>(view: &View<'a>) -> Option<&'a Symptoms> {
    view.resource::<Symptoms>().filter(|symptoms| !symptoms.circuit_function.is_nan())
}

/// Measures the circuit, keeps the baseline while the burn-in lasts, and lets mood follow.
#[expect(clippy::too_many_arguments, reason = "each signal that the system reads or writes is a parameter")]
fn judge_circuit(
    clock: Res<Clock>,
    parameters: Res<SymptomsParameters>,
    synapses: Res<Synapses>,
    throughput: Res<AmpaThroughput>,
    output: Res<PresynapticOutput>,
    (tone, subject): (Res<InhibitoryTone>, Res<Subject>),
    neurons: Query<(&Neuron, &FiringRate)>,
    mut baseline: ResMut<CircuitBaseline>,
    mut symptoms: ResMut<Symptoms>,
) {
    let p = &*parameters;
    let Some(circuit) = measure(&synapses, &throughput, &output, &tone, &neurons) else { return };
    let reference = match baseline.0 {
        // nothing is relative to a circuit that passes nothing on, as after a knock-out of AMPA receptors
        None if circuit.excitation <= 0.0 || circuit.inhibition <= 0.0 => {
            symptoms.circuit_function = f64::NAN;
            return;
        }
        None => circuit,
        Some(mean) if clock.end() <= Time::ZERO => mean.remembering(&circuit, BASELINE_MEMORY_H, clock.step_h()),
        Some(kept) => kept,
    };
    baseline.0 = Some(reference);
    symptoms.circuit_function = equations::circuit_function(
        &circuit.relative_to(&reference),
        p.structure_weight,
        p.inhibition_weight,
        p.activity_band_ln,
    );
    let steady = equations::steady_severity(symptoms.circuit_function, p.half_loss, p.loss_hill);
    symptoms.carried = equations::severity_after(symptoms.carried, steady, p, clock.step_h());
    let entrenchment_h = 24.0 * p.entrenchment_time_constant_d;
    symptoms.entrenched = equations::approach(symptoms.entrenched, steady, entrenchment_h, clock.step_h());
    symptoms.severity = subject.circuit_share * symptoms.carried + (1.0 - subject.circuit_share) * symptoms.entrenched;
}

/// The circuit of the pyramidal cells; none where there are none, or where nothing is transmitted.
fn measure(
    synapses: &Synapses,
    throughput: &AmpaThroughput,
    output: &PresynapticOutput,
    tone: &InhibitoryTone,
    neurons: &Query<(&Neuron, &FiringRate)>,
) -> Option<Circuit> {
    let (mut cells, mut rates_hz, mut passed_on, mut released) = (0.0, 0.0, 0.0, 0.0);
    for (neuron, rate) in neurons {
        if neuron.class == CellClass::Pyramidal {
            let id = neuron.id as usize;
            cells += 1.0;
            rates_hz += f64::from(rate.0);
            passed_on += f64::from(*throughput.0.get(id)?);
            released += f64::from(*output.0.get(id)?);
        }
    }
    let spines = synapses.tally().spines.standing as f64 / cells;
    let measurable = cells > 0.0 && spines > 0.0 && released > 0.0 && rates_hz > 0.0;
    measurable.then(|| Circuit {
        spines,
        excitation: passed_on / released,
        activity: rates_hz / cells,
        inhibition: tone.content,
    })
}

/// Mean block of synaptic NMDA receptors of interneurons: what disinhibits, and what is felt.
#[must_use]
pub fn interneuron_block(block: &NmdaBlock) -> f64 {
    f64::midpoint(block.synaptic[CellClass::Pv as usize], block.synaptic[CellClass::Sst as usize])
}

/// Every dose of anything raises expectancy; what is felt of it raises it further.
fn expect_relief(
    clock: Res<Clock>,
    parameters: Res<SymptomsParameters>,
    given: Res<GivenDoses>,
    exposure: Res<Exposure>,
    block: Res<NmdaBlock>,
    mut expectancy: ResMut<Expectancy>,
) {
    let p = &*parameters;
    // no tick crosses the beginning of a dose, so a dose of this tick begins with it
    if given.0.iter().any(|dose| dose.start == clock.now && dose.amount.value() > 0.0) {
        expectancy.0.given = 1.0;
    }
    expectancy.0 =
        expectancy.0.after(p.expectancy_unblinding, p.expectancy_onset_h, 24.0 * p.expectancy_decay_d, clock.step_h());
    let felt = equations::felt(interneuron_block(&block), exposure.action(ActionTarget::GabaAPotentiation), p);
    expectancy.0.felt = expectancy.0.felt.max(felt);
}

/// Reads every scale off the same severity; a condition only chooses which to show.
fn rate_symptoms(
    clock: Res<Clock>,
    network: Res<Network>,
    parameters: Res<SymptomsParameters>,
    subject: Res<Subject>,
    expectancy: Res<Expectancy>,
    block: Res<NmdaBlock>,
    mut symptoms: ResMut<Symptoms>,
) {
    let p = &*parameters;
    let reference_madrs = Symptoms::MADRS * p.reference_severity;
    let strength = p.expectancy_points * subject.expectancy_scale / reference_madrs;
    symptoms.relief = (strength * expectancy.0.response).clamp(0.0, 1.0);
    let shown = symptoms.severity * (1.0 - symptoms.relief);
    let share = |reference| equations::share_of_scale(shown, p.reference_severity, reference);
    symptoms.madrs = Symptoms::MADRS * shown;
    symptoms.hama = Symptoms::HAMA * share(p.hama_reference / Symptoms::HAMA);
    symptoms.caps5 = Symptoms::CAPS5 * share(p.caps5_reference / Symptoms::CAPS5);
    symptoms.ybocs = Symptoms::YBOCS * share(p.ybocs_reference / Symptoms::YBOCS);
    symptoms.craving = Symptoms::CRAVING * share(p.craving_reference / Symptoms::CRAVING);
    let (lowest, highest) = Symptoms::PANSS_POSITIVE;
    // what stands of psychosis does not follow mood from hour to hour
    let reference = (p.panss_positive_reference - lowest) / (highest - lowest);
    let standing = (highest - lowest) * equations::share_of_scale(symptoms.entrenched, p.reference_severity, reference);
    let acute =
        p.psychosis_points * equations::saturating(interneuron_block(&block), p.psychosis_half_block, p.block_hill);
    symptoms.panss_positive = (lowest + standing + acute).min(highest);
    // a rater who sees the subject at this instant would be off by this much
    let z: f64 = StandardNormal.sample(&mut network.seed.draws(Purpose::RatingError, clock.address(), 0));
    symptoms.rating_error = z * p.rating_error_points / Symptoms::MADRS;
}
