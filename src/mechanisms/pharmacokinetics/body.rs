//! One drug in one subject: a linear system of compartments.

use nalgebra::DMatrix;

use super::parameters::PharmacokineticsParameters;
use crate::anatomy::subject::Subject;
use crate::foundation::time::Time;
use crate::mechanisms::dosing::equations::{amount_umol, shares};
use crate::mechanisms::dosing::parameters::{Elimination, Moiety, Pathway};
use crate::mechanisms::dosing::{Dose, Drug, Route};

/// A drug's compartments in one subject. State 0 collects what was eliminated or lost.
#[derive(Clone, Debug)]
pub struct Body {
    /// The drug.
    pub drug: Drug,
    /// Body weight, in kg.
    weight_kg: f64,
    /// Rates A of dx/dt = A·x + u, in 1/h. Amounts are in µmol, brain states in µM.
    pub rates_per_h: DMatrix<f64>,
    /// Where each moiety of the drug stands among the states.
    pub sites: Vec<MoietySites>,
    inlets: Vec<(Route, Vec<Inlet>)>,
    /// For each moiety, the row of A⁻¹ that belongs to its central compartment, in h; NaN where something never leaves.
    integrals_h: Vec<Vec<f64>>,
}

/// The states of one moiety.
#[derive(Clone, Debug)]
pub struct MoietySites {
    /// Amount in the central compartment.
    pub central: usize,
    /// Concentration that the brain follows: total plasma, delayed.
    pub brain: usize,
    /// Central volume, in L.
    pub volume_l: f64,
    /// The lowest concentration at which it starts to act, in µM; infinite if it does nothing.
    pub acting_um: f64,
}

/// What one pathway does with one µmol that takes it.
#[derive(Clone, Debug)]
struct Inlet {
    pathway: Pathway,
    into: Vec<(usize, f64)>,
}

/// Part of a dose as it enters the states: at once at `start`, or evenly from `start` to `end`.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// When it begins.
    pub start: Time,
    /// When it ends; equal to `start` for a bolus.
    pub end: Time,
    /// State and amount (µmol) in all.
    pub amounts: Vec<(usize, f64)>,
}

/// The state that collects what was eliminated or lost.
pub const ELIMINATED: usize = 0;

/// Builds the matrix: transfers conserve amounts.
struct Compartments {
    transfers: Vec<(usize, usize, f64)>,
    count: usize,
}

impl Compartments {
    fn add(&mut self) -> usize {
        self.count += 1;
        self.count - 1
    }

    fn transfer(&mut self, from: usize, to: usize, rate_per_h: f64) {
        self.transfers.push((from, to, rate_per_h));
    }

    fn exchange(&mut self, a: usize, b: usize, flow_l_per_h: f64, volume_a_l: f64, volume_b_l: f64) {
        self.transfer(a, b, flow_l_per_h / volume_a_l);
        self.transfer(b, a, flow_l_per_h / volume_b_l);
    }
}

/// How volumes and flows of the typical subject scale to this one.
struct Scaling {
    volume: f64,
    flow: f64,
    clearance: f64,
}

impl Body {
    /// The compartments of `drug` in `subject`.
    #[must_use]
    pub fn new(drug: &Drug, subject: &Subject, parameters: &PharmacokineticsParameters) -> Self {
        let flow = subject.flow_factor(parameters.clearance_exponent);
        let volume = subject.volume_factor(parameters.volume_exponent);
        let scale = Scaling { volume, flow, clearance: flow * subject.clearance_scale };
        let mut compartments = Compartments { transfers: Vec::new(), count: 1 };
        let centrals: Vec<usize> = drug.moieties.iter().map(|_| compartments.add()).collect();
        let mut brain_entries = Vec::new();
        let mut liver = None;
        let mut sites = Vec::new();
        for (index, moiety) in drug.moieties.iter().enumerate() {
            let eliminating = place(moiety, centrals[index], &scale, &mut compartments);
            form_metabolites(drug, index, eliminating, &centrals, &mut compartments);
            if index == 0 {
                liver = Some(eliminating.0);
            }
            let volume_l = moiety.disposition.central_volume_l * scale.volume;
            let brain = compartments.add();
            brain_entries.push((centrals[index], brain, moiety.brain_entry_per_h, volume_l));
            sites.push(MoietySites { central: centrals[index], brain, volume_l, acting_um: acting_um(moiety) });
        }
        let inlets = drug
            .routes
            .iter()
            .map(|kinetics| {
                let inlets = kinetics
                    .pathways
                    .iter()
                    .map(|pathway| inlet(pathway, subject, &centrals, liver, &mut compartments))
                    .collect();
                (kinetics.route, inlets)
            })
            .collect();
        let mut rates_per_h = DMatrix::zeros(compartments.count, compartments.count);
        for (from, to, rate) in compartments.transfers {
            rates_per_h[(from, from)] -= rate;
            rates_per_h[(to, from)] += rate;
        }
        for (central, brain, rate, volume_l) in brain_entries {
            rates_per_h[(brain, central)] += rate / volume_l;
            rates_per_h[(brain, brain)] -= rate;
        }
        let integrals_h = integrals_h(&rates_per_h, &sites);
        Self { drug: drug.clone(), weight_kg: subject.weight_kg, rates_per_h, sites, inlets, integrals_h }
    }

    /// The integral over time of the concentration of a moiety in plasma, in µM·h, over which the states moved by `moved`
    /// without input: from dx/dt = A·x follows ∫x dt = A⁻¹·Δx.
    #[must_use]
    pub fn area_um_h(&self, moiety: usize, moved: &[f64]) -> f64 {
        let area: f64 = self.integrals_h[moiety].iter().zip(moved).map(|(hours, amount)| hours * amount).sum();
        area / self.sites[moiety].volume_l
    }

    /// That integral from `states` on until all is eliminated, without further input.
    #[must_use]
    pub fn area_to_come_um_h(&self, moiety: usize, states: &[f64]) -> f64 {
        -self.area_um_h(moiety, states)
    }

    /// Number of states.
    #[must_use]
    pub fn states(&self) -> usize {
        self.rates_per_h.nrows()
    }

    /// The amount of a dose in this subject, in µmol of parent.
    #[must_use]
    pub fn dose_umol(&self, dose: &Dose) -> f64 {
        amount_umol(&self.drug, dose.amount.mg(self.weight_kg))
    }

    /// How a dose enters the states, after `earlier` doses of the drug, of which those by the same route may take up room.
    #[must_use]
    pub fn inputs<'a>(&self, dose: &Dose, earlier: impl Iterator<Item = &'a Dose>) -> Vec<Input> {
        let Some((kinetics, (_, inlets))) =
            self.drug.routes.iter().zip(&self.inlets).find(|(kinetics, _)| kinetics.route == dose.route)
        else {
            return Vec::new();
        };
        let whole_umol = self.dose_umol(dose);
        let before = earlier.filter(|other| other.route == dose.route && other.start <= dose.start);
        let before = before.map(|other| (other.amount.mg(self.weight_kg), (dose.start - other.start).hours()));
        let shares = shares(kinetics, dose.amount.mg(self.weight_kg), before);
        inlets
            .iter()
            .zip(shares)
            .map(|(inlet, share)| {
                let (start, end) = inlet.pathway.release_window(dose);
                let amounts = inlet.into.iter().map(|&(state, part)| (state, part * share * whole_umol)).collect();
                Input { start, end, amounts }
            })
            .collect()
    }

    /// Amount in the body, in µmol: everything but what was eliminated and the brain's concentrations.
    #[must_use]
    pub fn in_body_umol(&self, states: &[f64]) -> f64 {
        let brains: Vec<usize> = self.sites.iter().map(|site| site.brain).collect();
        (1..states.len()).filter(|state| !brains.contains(state)).map(|state| states[state]).sum()
    }
}

/// Rows of the inverse of what the states in the body do to each other, by moiety, over all states.
fn integrals_h(rates_per_h: &DMatrix<f64>, sites: &[MoietySites]) -> Vec<Vec<f64>> {
    let states = rates_per_h.nrows();
    // neither what was eliminated nor what brain follows acts on the others
    let is_inner = |state: &usize| *state != ELIMINATED && sites.iter().all(|site| site.brain != *state);
    let inner: Vec<usize> = (0..states).filter(is_inner).collect();
    let inverse = rates_per_h.select_rows(&inner).select_columns(&inner).try_inverse();
    let row_of = |site: &MoietySites| {
        let mut row = vec![0.0; states];
        let own = inner.iter().position(|&state| state == site.central);
        for (column, &state) in inner.iter().enumerate() {
            let known = inverse.as_ref().zip(own).map(|(inverse, own)| inverse[(own, column)]);
            row[state] = known.unwrap_or(f64::NAN);
        }
        row
    };
    sites.iter().map(row_of).collect()
}

/// Adds peripheral compartments and liver; the state from which it is eliminated, and the rate.
fn place(moiety: &Moiety, central: usize, scale: &Scaling, compartments: &mut Compartments) -> (usize, f64) {
    let disposition = &moiety.disposition;
    let volume_l = disposition.central_volume_l * scale.volume;
    for peripheral in &disposition.peripheral {
        let state = compartments.add();
        let flow_l_per_h = peripheral.flow_l_per_h * scale.flow;
        compartments.exchange(central, state, flow_l_per_h, volume_l, peripheral.volume_l * scale.volume);
    }
    match disposition.elimination {
        Elimination::Central { clearance_l_per_h } => (central, clearance_l_per_h * scale.clearance / volume_l),
        Elimination::Liver { volume_l: liver_l, flow_l_per_h, rate_per_h } => {
            let liver = compartments.add();
            let scaled_l = liver_l * scale.volume;
            compartments.exchange(central, liver, flow_l_per_h * scale.flow, volume_l, scaled_l);
            // intrinsic clearance k·V scales as a clearance
            (liver, rate_per_h * liver_l * scale.clearance / scaled_l)
        }
    }
}

/// Leads the elimination of moiety `index` to its metabolites, through transit, and the rest out.
fn form_metabolites(
    drug: &Drug,
    index: usize,
    (from, rate_per_h): (usize, f64),
    centrals: &[usize],
    compartments: &mut Compartments,
) {
    let mut rest = 1.0;
    for (metabolite, &central) in drug.moieties.iter().zip(centrals) {
        let Some(formation) = metabolite.formation.as_ref().filter(|formation| formation.from == index) else {
            continue;
        };
        rest -= formation.fraction;
        let (mut source, mut rate) = (from, rate_per_h * formation.fraction);
        for _ in 0..formation.transit_compartments {
            let transit = compartments.add();
            compartments.transfer(source, transit, rate);
            source = transit;
            rate = formation.transit_compartments as f64 / formation.transit_time_h;
        }
        compartments.transfer(source, central, rate);
    }
    compartments.transfer(from, ELIMINATED, rate_per_h * rest.max(0.0));
}

fn inlet(
    pathway: &Pathway,
    subject: &Subject,
    centrals: &[usize],
    liver: Option<usize>,
    compartments: &mut Compartments,
) -> Inlet {
    let destination = if pathway.through_liver { liver } else { centrals.first().copied() };
    let bioavailability = subject.bioavailability(pathway.bioavailability);
    // what does not arrive as parent keeps its shares of metabolites
    let lost_scale =
        if pathway.bioavailability < 1.0 { (1.0 - bioavailability) / (1.0 - pathway.bioavailability) } else { 0.0 };
    let mut arrivals = vec![(destination.unwrap_or(ELIMINATED), bioavailability)];
    arrivals.extend(pathway.first_pass.iter().map(|made| (centrals[made.moiety], made.fraction * lost_scale)));
    let arriving: f64 = arrivals.iter().map(|(_, part)| part).sum();
    arrivals.push((ELIMINATED, 1.0 - arriving));
    let into = match pathway.absorption_per_h {
        None => arrivals,
        Some(rate_per_h) => {
            let depot = compartments.add();
            for (state, part) in arrivals {
                compartments.transfer(depot, state, rate_per_h * part);
            }
            vec![(depot, 1.0)]
        }
    };
    Inlet { pathway: pathway.clone(), into }
}

/// The lowest IC50 or EC50 of a moiety, in µM.
fn acting_um(moiety: &Moiety) -> f64 {
    let blocks = moiety.nmda.iter().flat_map(|blocker| blocker.ic50_without_magnesium_um);
    moiety.actions.iter().map(|action| action.potency_um).chain(blocks).fold(f64::INFINITY, f64::min)
}
