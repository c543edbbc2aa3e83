#![doc = include_str!("README.md")]

pub mod amounts;
pub mod body;
pub mod equations;
pub mod exposure;
mod parameters;
pub mod plasma;
#[cfg(test)]
mod tests;

use bevy_ecs::prelude::*;

pub use amounts::DrugAmounts;
pub use exposure::{Exposure, MoietyExposure};
pub use parameters::PharmacokineticsParameters;
pub use plasma::PlasmaCourses;

use self::amounts::{InputStretch, PropagatorCache, add_boluses, input_after};
use self::body::{Body, Input};
use crate::anatomy::subject::Subject;
use crate::foundation::clock::{Clock, Pacing};
use crate::foundation::grid;
use crate::foundation::time::Time;
use crate::mechanisms::column::{Column, FRACTION, SoundRange};
use crate::mechanisms::dosing::{Dose, Formulary, GivenDoses};
use crate::mechanisms::mechanism::{Link, Mechanism};
use crate::mechanisms::outcome::AnalyteOutcome;

/// Distributes, metabolises and eliminates what was given, in the body of the subject.
pub struct Pharmacokinetics;

impl Mechanism for Pharmacokinetics {
    const NAME: &'static str = "pharmacokinetics";
    const ABOUT: &'static str = "Drug amounts become free concentrations at the receptor.";
    type Parameters = PharmacokineticsParameters;
    const COLUMNS: &'static [Column] = &[
        Column::by_analyte(
            "<analyte>_ng_per_ml",
            "ng/mL",
            "In plasma",
            "total concentration in venous plasma of all that an assay reports under this name",
            // a tenth of the plasma would be drug
            SoundRange::within(0.0, 1e8),
            |view, analyte| Some(view.resource::<Exposure>()?.plasma_ng_per_ml(analyte)),
            |view, analyte| Some(view.resource::<PlasmaCourses>()?.highest_ng_per_ml(analyte)),
        ),
        Column::whole(
            "free_ketamine_um",
            "µM",
            "Free ketamine in brain",
            "unbound ketamine at the receptors",
            // a molar solution: beyond what dissolves
            SoundRange::within(0.0, 1e6),
            |view| Some(view.resource::<Exposure>()?.brain_free_um("ketamine")),
        ),
        Column::whole(
            "health_drug_balance",
            FRACTION,
            "Drug mass balance",
            "(given − eliminated − in the body) / given",
            // exponentials of matrices, over ten thousand steps
            SoundRange::within(-1e-9, 1e-9),
            |view| {
                let imbalance = &view.resource::<Exposure>()?.imbalance;
                Some(imbalance.iter().fold(0.0, |worst: f64, &own| if own.abs() > worst.abs() { own } else { worst }))
            },
        ),
    ];
    const OUTCOMES: &'static [AnalyteOutcome] = &[
        AnalyteOutcome {
            name: "tmax_<analyte>_h",
            unit: "h",
            meaning: "tmax: from the start of the first dose of what contains the analyte to its highest total \
                      concentration in plasma; NaN if none was given",
            read: |view, analyte| view.resource::<PlasmaCourses>()?.time_to_peak_h(analyte),
        },
        AnalyteOutcome {
            name: "auc_<analyte>_ng_h_per_ml",
            unit: "ng·h/mL",
            meaning: "AUC: area under the total concentration in plasma to the end of the run, over all doses",
            read: |view, analyte| Some(view.resource::<PlasmaCourses>()?.area_ng_h_per_ml(analyte)),
        },
        AnalyteOutcome {
            name: "auc_to_infinity_<analyte>_ng_h_per_ml",
            unit: "ng·h/mL",
            meaning: "AUC to infinity: the same until all is eliminated that had entered the body when the run ended",
            read: |view, analyte| Some(view.resource::<PlasmaCourses>()?.area_to_infinity_ng_h_per_ml(analyte)),
        },
        AnalyteOutcome {
            name: "half_life_<analyte>_h",
            unit: "h",
            meaning: "terminal half-life: of the decline in plasma at the end of the run, or where it passed a millionth of \
                      the peak; NaN unless it was one exponential there, to a thousandth",
            read: |view, analyte| view.resource::<PlasmaCourses>()?.half_life_h(analyte),
        },
        AnalyteOutcome {
            name: "clearance_<analyte>_l_per_h",
            unit: "L/h",
            meaning: "clearance CL: what entered over the area to infinity, all doses together; NaN of a metabolite, and if \
                      any dose was not intravenous",
            read: |view, analyte| {
                let (clearance, is_apparent) = view.resource::<PlasmaCourses>()?.clearance_l_per_h(analyte)?;
                (!is_apparent).then_some(clearance)
            },
        },
        AnalyteOutcome {
            name: "apparent_clearance_<analyte>_l_per_h",
            unit: "L/h",
            meaning: "apparent clearance CL/F: the same if any dose was not intravenous; NaN if all were",
            read: |view, analyte| {
                let (clearance, is_apparent) = view.resource::<PlasmaCourses>()?.clearance_l_per_h(analyte)?;
                is_apparent.then_some(clearance)
            },
        },
    ];

    fn build(&self, link: &mut Link, _: &PharmacokineticsParameters) {
        link.reads::<Subject>()
            .reads::<Formulary>()
            .reads::<GivenDoses>()
            .scratch::<Bodies>()
            .writes::<DrugAmounts>()
            .writes::<Exposure>()
            .writes::<PlasmaCourses>()
            .adds((build_bodies, distribute_drugs, follow_plasma).chain());
    }
}

/// Every drug of the formulary in the subject.
#[derive(Resource, Default)]
struct Bodies(Vec<InSubject>);

struct InSubject {
    body: Body,
    /// Propagators used lately.
    cache: PropagatorCache,
    /// The stretches of the tick.
    stretches: Vec<InputStretch>,
}

fn build_bodies(
    formulary: Res<Formulary>,
    subject: Res<Subject>,
    parameters: Res<PharmacokineticsParameters>,
    mut bodies: ResMut<Bodies>,
) {
    if formulary.is_changed() || subject.is_changed() || parameters.is_changed() {
        let build = |drug| InSubject {
            body: Body::new(drug, &subject, &parameters),
            cache: PropagatorCache::default(),
            stretches: Vec::new(),
        };
        bodies.0 = formulary.0.iter().map(build).collect();
    }
}

/// The doses that begin within the tick.
fn begun<'a>(given: &'a GivenDoses, clock: &Clock) -> Vec<&'a Dose> {
    given.0.iter().filter(|dose| clock.now <= dose.start && dose.start < clock.end()).collect()
}

fn distribute_drugs(
    clock: Res<Clock>,
    given: Res<GivenDoses>,
    parameters: Res<PharmacokineticsParameters>,
    mut bodies: ResMut<Bodies>,
    mut amounts: ResMut<DrugAmounts>,
    mut exposure: ResMut<Exposure>,
    mut pacing: ResMut<Pacing>,
) {
    let begun = begun(&given, &clock);
    exposure.lay_out(bodies.0.iter().map(|of| &of.body));
    for (index, InSubject { body, cache, stretches }) in bodies.0.iter_mut().enumerate() {
        let of_drug = |dose: &&Dose| dose.drug == body.drug.name;
        let doses = given.0.iter().enumerate().filter(|(_, dose)| of_drug(dose));
        let earlier = |index: usize| given.0[..index].iter().filter(of_drug);
        let inputs: Vec<Input> = doses.flat_map(|(index, dose)| body.inputs(dose, earlier(index))).collect();
        stretches.clear();
        if inputs.is_empty() && !amounts.0.contains_key(&body.drug.name) {
            continue;
        }
        let holdings = amounts.0.entry(body.drug.name.clone()).or_default();
        holdings.note_routes(&begun, &body.drug);
        *stretches = holdings.advance(body, &inputs, clock.now, clock.end(), cache);
        exposure.record(index, body, holdings);
        if let Some(length) = longest_tick(body, holdings, &inputs, clock.end(), parameters.change_per_tick, cache) {
            pacing.at_most(length);
        }
    }
    exposure.combine_actions(bodies.0.iter().map(|of| &of.body));
}

fn follow_plasma(
    clock: Res<Clock>,
    given: Res<GivenDoses>,
    bodies: Res<Bodies>,
    amounts: Res<DrugAmounts>,
    mut plasma: ResMut<PlasmaCourses>,
) {
    let of_tick = bodies.0.iter().map(|of| (&of.body, of.stretches.as_slice()));
    plasma.take_in(of_tick, &amounts, &begun(&given, &clock));
}

/// The longest tick from `instant` on over which no free concentration in brain changes by more than
/// `change`; none if an hour is fine.
///
/// The concentrations to come are known exactly, so they are looked at instead of a derivative, which
/// would vanish at the beginning of an infusion: the brain has not begun to follow.
fn longest_tick(
    body: &Body,
    holdings: &amounts::Holdings,
    inputs: &[Input],
    instant: Time,
    change: f64,
    cache: &mut PropagatorCache,
) -> Option<Time> {
    let mut now = holdings.clone();
    now.given_umol += add_boluses(&mut now.states, inputs, instant);
    let input_per_h = input_after(body, inputs, instant);
    if now.is_empty() && input_per_h.iter().all(|&rate| rate == 0.0) {
        return None;
    }
    let mut longest = None;
    for length in grid::TICKS.into_iter().rev() {
        let later = now.outlook(body, &input_per_h, length, cache);
        let too_fast = body.drug.moieties.iter().zip(&body.sites).any(|(moiety, site)| {
            let free_um = |states: &[f64]| exposure::brain_free_um(moiety, states[site.brain]);
            equations::relative_change(free_um(&now.states), free_um(&later), site.acting_um) > change
        });
        if too_fast {
            return Some(longest.unwrap_or(length));
        }
        longest = Some(length);
    }
    None
}
