//! What plasma went through: peak, area and decline of each analyte, exact within ticks.
//!
//! Between two changes of input the states are known at every instant, and so are concentrations with their derivatives:
//! peaks are looked for where the slope changes its sign, areas follow from the states alone.

use std::collections::BTreeMap;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::amounts::{DrugAmounts, Holdings, InputStretch};
use super::body::Body;
use super::equations::{half_life_h, ng_per_ml, propagate, propagator};
use crate::foundation::time::Time;
use crate::mechanisms::dosing::parameters::Moiety;
use crate::mechanisms::dosing::{Dose, Drug, Route};

/// Below this share of the peak a decline tells no half-life: no assay sees it, and rounding may bend it.
const LEAST_OF_PEAK: f64 = 1e-6;
/// A peak is known to this, in hours.
const PEAK_WITHIN_H: f64 = 1e-9;
/// More steps than halving a tick needs to come that near.
const PEAK_STEPS: usize = 60;

/// What the plasma of a subject went through, by analyte: the name under which an assay reports moieties.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PlasmaCourses(BTreeMap<String, PlasmaCourse>);

/// That of one analyte.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct PlasmaCourse {
    /// When a drug that contains it, or becomes it, was first given.
    first_dose: Option<Time>,
    /// The highest concentration within the tick that ended last, in ng/mL.
    highest_ng_per_ml: f64,
    /// The highest of all.
    peak_ng_per_ml: f64,
    /// When that was reached, in hours since the end of the burn-in.
    peak_h: f64,
    /// The half-life of its decline, where that is one exponential.
    half_life_h: Option<f64>,
    area_ng_h_per_ml: f64,
    area_to_come_ng_h_per_ml: f64,
    /// What was given of the drugs whose parent it is, in µg; none where it is also what another becomes.
    given_ug: Option<f64>,
    by_extravascular_route: bool,
}

impl PlasmaCourses {
    /// The highest total concentration within the tick that ended last, in ng/mL.
    #[must_use]
    pub fn highest_ng_per_ml(&self, analyte: &str) -> f64 {
        self.0.get(analyte).map_or(0.0, |course| course.highest_ng_per_ml)
    }

    /// Hours from the first dose of what contains the analyte to its peak; none before.
    #[must_use]
    pub fn time_to_peak_h(&self, analyte: &str) -> Option<f64> {
        let course = self.0.get(analyte).filter(|course| course.peak_ng_per_ml > 0.0)?;
        Some(course.peak_h - course.first_dose?.hours())
    }

    /// The integral of its concentration so far, in ng·h/mL.
    #[must_use]
    pub fn area_ng_h_per_ml(&self, analyte: &str) -> f64 {
        self.0.get(analyte).map_or(0.0, |course| course.area_ng_h_per_ml)
    }

    /// The same with what is still to come of what has entered so far.
    #[must_use]
    pub fn area_to_infinity_ng_h_per_ml(&self, analyte: &str) -> f64 {
        self.0.get(analyte).map_or(0.0, |course| course.area_ng_h_per_ml + course.area_to_come_ng_h_per_ml)
    }

    /// The half-life of its decline; none unless that is one exponential.
    #[must_use]
    pub fn half_life_h(&self, analyte: &str) -> Option<f64> {
        self.0.get(analyte)?.half_life_h
    }

    /// What was given over the area to infinity, in L/h, and whether that is CL/F: anything was given by another route than
    /// into a vein. None of what was not given itself.
    #[must_use]
    pub fn clearance_l_per_h(&self, analyte: &str) -> Option<(f64, bool)> {
        let course = self.0.get(analyte)?;
        let given_ug = course.given_ug.filter(|&given| given > 0.0)?;
        // 1 µg over 1 ng·h/mL is 1 L/h
        Some((given_ug / self.area_to_infinity_ng_h_per_ml(analyte), course.by_extravascular_route))
    }

    /// Takes in a tick, from the stretches of each drug's body in it. `begun` are the doses that began in it.
    pub(super) fn take_in<'a>(
        &mut self,
        of_tick: impl Iterator<Item = (&'a Body, &'a [InputStretch])> + Clone,
        amounts: &DrugAmounts,
        begun: &[&Dose],
    ) {
        let bodies = of_tick.clone().map(|(body, _)| body);
        for analyte in analytes(bodies.clone()) {
            let mut parts = Vec::new();
            let mut given_ug = Some(0.0);
            let (mut area, mut to_come, mut by_extravascular_route) = (0.0, 0.0, false);
            for (body, stretches) in of_tick.clone() {
                let Some(holdings) = amounts.0.get(&body.drug.name).filter(|holdings| !holdings.is_empty()) else {
                    continue;
                };
                for (index, moiety) in body.drug.moieties.iter().enumerate().filter(|(_, moiety)| is(moiety, analyte)) {
                    let mass = moiety.molar_mass_g_per_mol;
                    area += ng_per_ml(holdings.areas_um_h[index], mass);
                    to_come += ng_per_ml(body.area_to_come_um_h(index, &holdings.states), mass);
                    let own_ug = (index == 0).then_some(holdings.given_umol * mass);
                    given_ug = given_ug.zip(own_ug).map(|(all, own)| all + own);
                    by_extravascular_route |= holdings.by_extravascular_route;
                    parts.push(PlasmaPart::of(body, index, stretches));
                }
            }
            if parts.is_empty() {
                continue;
            }
            if !self.0.contains_key(analyte) {
                self.0.insert(analyte.to_owned(), PlasmaCourse::default());
            }
            let Some(course) = self.0.get_mut(analyte) else { continue };
            if course.first_dose.is_none() {
                course.first_dose = first_of(bodies.clone(), begun, analyte);
            }
            (course.area_ng_h_per_ml, course.area_to_come_ng_h_per_ml) = (area, to_come);
            (course.given_ug, course.by_extravascular_route) = (given_ug, by_extravascular_route);
            course.follow(&parts);
        }
    }
}

/// Whether an assay reports `moiety` as `analyte`.
fn is(moiety: &Moiety, analyte: &str) -> bool {
    moiety.name == analyte || moiety.assay == analyte
}

/// What assays report of the drugs, each name once.
fn analytes<'a>(bodies: impl Iterator<Item = &'a Body>) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for moiety in bodies.flat_map(|body| &body.drug.moieties) {
        if !names.contains(&moiety.assay.as_str()) {
            names.push(&moiety.assay);
        }
    }
    names
}

/// When the first of the doses `begun` begins that brings the analyte.
fn first_of<'a>(bodies: impl Iterator<Item = &'a Body> + Clone, begun: &[&Dose], analyte: &str) -> Option<Time> {
    let brings = |dose: &&&Dose| {
        let contains = |drug: &Drug| drug.name == dose.drug && drug.moieties.iter().any(|moiety| is(moiety, analyte));
        bodies.clone().any(|body| contains(&body.drug) && body.dose_umol(dose) > 0.0)
    };
    begun.iter().filter(brings).map(|dose| dose.start).min()
}

impl Holdings {
    /// Notes by which routes the doses that begin are given.
    pub(super) fn note_routes(&mut self, begun: &[&Dose], drug: &Drug) {
        let others = begun.iter().filter(|dose| dose.drug == drug.name).any(|dose| dose.route != Route::Iv);
        self.by_extravascular_route |= others;
    }
}

impl PlasmaCourse {
    /// Follows the concentration through a tick.
    fn follow(&mut self, parts: &[PlasmaPart]) {
        let mut cuts: Vec<Time> =
            parts.iter().flat_map(|part| part.stretches).flat_map(|stretch| [stretch.start, stretch.end]).collect();
        cuts.sort_unstable();
        cuts.dedup();
        self.highest_ng_per_ml = 0.0;
        for pair in cuts.windows(2) {
            let piece = TickPiece { parts, start: pair[0], end: pair[1] };
            let ends = [0.0, piece.hours()];
            let inner = piece.peak_after_h();
            for (after_h, is_end) in ends.map(|at| (at, true)).into_iter().chain(inner.map(|at| (at, false))) {
                let motion = piece.at(after_h);
                self.highest_ng_per_ml = self.highest_ng_per_ml.max(motion.value);
                if motion.value > self.peak_ng_per_ml {
                    (self.peak_ng_per_ml, self.peak_h) = (motion.value, piece.start.hours() + after_h);
                }
                if is_end && motion.value > LEAST_OF_PEAK * self.peak_ng_per_ml {
                    self.half_life_h = half_life_h(motion.value, motion.slope, motion.curvature);
                }
            }
        }
    }
}

/// A concentration in ng/mL, and its derivatives by hours.
#[derive(Clone, Copy, Default)]
struct Motion {
    value: f64,
    slope: f64,
    curvature: f64,
}

/// One moiety of one drug, as part of an analyte, through one tick.
struct PlasmaPart<'a> {
    body: &'a Body,
    stretches: &'a [InputStretch],
    central: usize,
    ng_per_ml_of_umol: f64,
}

impl<'a> PlasmaPart<'a> {
    fn of(body: &'a Body, moiety: usize, stretches: &'a [InputStretch]) -> Self {
        let site = &body.sites[moiety];
        let ng_per_ml_of_umol = ng_per_ml(1.0 / site.volume_l, body.drug.moieties[moiety].molar_mass_g_per_mol);
        Self { body, stretches, central: site.central, ng_per_ml_of_umol }
    }

    /// How it moves, `after_h` hours after the beginning of the piece from `start` to `end`; not at all before it was given.
    fn at(&self, start: Time, end: Time, after_h: f64) -> Motion {
        let Some(stretch) = self.stretches.iter().find(|stretch| stretch.start <= start && end <= stretch.end) else {
            return Motion::default();
        };
        let elapsed_h = (start - stretch.start).hours() + after_h;
        if elapsed_h <= 0.0 {
            self.motion(&stretch.before, &stretch.input_per_h)
        } else if elapsed_h >= (stretch.end - stretch.start).hours() {
            self.motion(&stretch.after, &stretch.input_per_h)
        } else {
            let mut states = Vec::with_capacity(stretch.before.len());
            let exact = propagator(&self.body.rates_per_h, &stretch.input_per_h, elapsed_h);
            propagate(&exact, &stretch.before, &mut states);
            self.motion(&states, &stretch.input_per_h)
        }
    }

    fn motion(&self, states: &[f64], input_per_h: &[f64]) -> Motion {
        let rates = &self.body.rates_per_h;
        let velocity = |of: usize| {
            let flows = states.iter().enumerate().map(|(from, amount)| rates[(of, from)] * amount);
            flows.sum::<f64>() + input_per_h[of]
        };
        let acceleration: f64 = (0..states.len()).map(|from| rates[(self.central, from)] * velocity(from)).sum();
        let unit = self.ng_per_ml_of_umol;
        Motion {
            value: unit * states[self.central],
            slope: unit * velocity(self.central),
            curvature: unit * acceleration,
        }
    }
}

/// A piece of a tick in which no input of any part changes.
struct TickPiece<'a> {
    parts: &'a [PlasmaPart<'a>],
    start: Time,
    end: Time,
}

impl TickPiece<'_> {
    fn hours(&self) -> f64 {
        (self.end - self.start).hours()
    }

    fn at(&self, after_h: f64) -> Motion {
        self.parts.iter().map(|part| part.at(self.start, self.end, after_h)).fold(Motion::default(), |sum, one| {
            Motion {
                value: sum.value + one.value,
                slope: sum.slope + one.slope,
                curvature: sum.curvature + one.curvature,
            }
        })
    }

    /// How long after its beginning the concentration peaks within it: Newton's method on the slope, held between where it
    /// rises and where it falls. None where it does not rise first and fall at the end.
    fn peak_after_h(&self) -> Option<f64> {
        let (mut rising, mut falling) = (0.0, self.hours());
        let (first, last) = (self.at(rising).slope, self.at(falling).slope);
        if !(first > 0.0 && last < 0.0) {
            return None;
        }
        let mut guess = falling * first / (first - last);
        for _ in 0..PEAK_STEPS {
            let Motion { slope, curvature, .. } = self.at(guess);
            *(if slope > 0.0 { &mut rising } else { &mut falling }) = guess;
            let newton = guess - slope / curvature;
            let next = if rising < newton && newton < falling { newton } else { rising.midpoint(falling) };
            if (next - guess).abs() < PEAK_WITHIN_H {
                return Some(next);
            }
            guess = next;
        }
        Some(guess)
    }
}
