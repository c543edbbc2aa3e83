//! The signal that everything downstream reads: concentrations at the end of the tick.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::amounts::Holdings;
use super::body::Body;
use super::equations::ng_per_ml;
use crate::mechanisms::dosing::parameters::{ActionTarget, Moiety};

/// Concentrations of one moiety at the end of the tick.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MoietyExposure {
    /// The drug that it is or comes from.
    pub drug: String,
    /// Its own name.
    pub moiety: String,
    /// The name under which an achiral assay reports it.
    pub assay: String,
    /// Total concentration in plasma, in ng/mL.
    pub plasma_ng_per_ml: f64,
    /// Unbound concentration in plasma, in µM.
    pub plasma_free_um: f64,
    /// Unbound concentration in brain, in µM.
    pub brain_free_um: f64,
}

/// Signal: concentrations and other actions of all drugs. All zero without drug.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Exposure {
    /// Every moiety of every drug, in the formulary's order.
    pub moieties: Vec<MoietyExposure>,
    /// Level of each action besides NMDA block, by [`ActionTarget`]: for inhibitions the fraction
    /// inhibited, for potentiations the relative increase.
    pub actions: [f64; ActionTarget::COUNT],
    /// Mass balance of each drug, (given − in the body − eliminated)/given: zero up to rounding.
    pub imbalance: Vec<f64>,
}

impl Exposure {
    /// Total plasma concentration of everything called `name` or reported as `name` by an achiral
    /// assay, in ng/mL: `ketamine`, `norketamine`, `hnk`, `esketamine`, and so on.
    #[must_use]
    pub fn plasma_ng_per_ml(&self, name: &str) -> f64 {
        self.sum(name, |moiety| moiety.plasma_ng_per_ml)
    }

    /// Unbound brain concentration of everything called or reported as `name`, in µM.
    #[must_use]
    pub fn brain_free_um(&self, name: &str) -> f64 {
        self.sum(name, |moiety| moiety.brain_free_um)
    }

    /// Level of an action at the end of the tick.
    #[must_use]
    pub fn action(&self, target: ActionTarget) -> f64 {
        self.actions[target as usize]
    }

    fn sum(&self, name: &str, of: impl Fn(&MoietyExposure) -> f64) -> f64 {
        let named = |moiety: &&MoietyExposure| moiety.moiety == name || moiety.assay == name;
        self.moieties.iter().filter(named).map(of).sum()
    }

    /// Gives every moiety of `bodies` its place; keeps what is there if the places are the same.
    pub(super) fn lay_out<'a>(&mut self, bodies: impl Iterator<Item = &'a Body>) {
        let mut places = Vec::new();
        let mut drugs = 0;
        for body in bodies {
            drugs += 1;
            places.extend(body.drug.moieties.iter().map(|moiety| (&body.drug.name, moiety)));
        }
        let same = self.imbalance.len() == drugs
            && self.moieties.len() == places.len()
            && self
                .moieties
                .iter()
                .zip(&places)
                .all(|(known, (drug, moiety))| known.drug == **drug && known.moiety == moiety.name);
        if !same {
            self.imbalance = vec![0.0; drugs];
            self.moieties = places
                .into_iter()
                .map(|(drug, moiety)| MoietyExposure {
                    drug: drug.clone(),
                    moiety: moiety.name.clone(),
                    assay: moiety.assay.clone(),
                    ..MoietyExposure::default()
                })
                .collect();
        }
    }

    /// Reads the concentrations of the drug at `index` off its states.
    pub(super) fn record(&mut self, index: usize, body: &Body, holdings: &Holdings) {
        self.imbalance[index] = holdings.imbalance(body);
        let places = self.moieties.iter_mut().filter(|place| place.drug == body.drug.name);
        for ((place, moiety), site) in places.zip(&body.drug.moieties).zip(&body.sites) {
            let plasma_um = (holdings.states[site.central] / site.volume_l).max(0.0);
            place.plasma_ng_per_ml = ng_per_ml(plasma_um, moiety.molar_mass_g_per_mol);
            place.plasma_free_um = plasma_um * moiety.unbound_fraction;
            place.brain_free_um = brain_free_um(moiety, holdings.states[site.brain]);
        }
    }

    /// Combines the actions of all moieties, target by target: inhibitors of one target act
    /// independently, 1 − Π(1 − Eᵢ); potentiators add.
    pub(super) fn combine_actions<'a>(&mut self, bodies: impl Iterator<Item = &'a Body>) {
        self.actions = [0.0; ActionTarget::COUNT];
        let mut places = self.moieties.iter();
        for body in bodies {
            for moiety in &body.drug.moieties {
                let concentration_um = places.next().map_or(0.0, |place| place.brain_free_um);
                for action in &moiety.actions {
                    let effect =
                        super::equations::effect(concentration_um, action.potency_um, action.hill, action.max_effect);
                    let level = &mut self.actions[action.target as usize];
                    *level =
                        if action.target.inhibits() { 1.0 - (1.0 - *level) * (1.0 - effect) } else { *level + effect };
                }
            }
        }
    }
}

/// Unbound concentration in brain (µM) where the delayed total plasma concentration is `brain_um`.
///
/// Rounding may leave a trace below zero, which no receptor understands.
#[must_use]
pub fn brain_free_um(moiety: &Moiety, brain_um: f64) -> f64 {
    (brain_um * moiety.unbound_fraction * moiety.brain_partition).max(0.0)
}
