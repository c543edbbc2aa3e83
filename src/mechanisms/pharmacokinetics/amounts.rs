//! Amounts of each drug in the body, carried from tick to tick, and their exact advance.

use std::collections::BTreeMap;

use bevy_ecs::prelude::*;
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use super::body::{Body, Input};
use super::equations::{propagate, propagator};
use crate::foundation::time::Time;

/// What one drug's compartments hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Holdings {
    /// The states of the drug's body: µmol, and µM in brain.
    pub states: Vec<f64>,
    /// What has entered so far, in µmol.
    pub given_umol: f64,
    /// The integral over time of the total concentration of each moiety in plasma so far, in µM·h.
    pub areas_um_h: Vec<f64>,
    /// Whether any of it was given by another route than into a vein.
    pub by_extravascular_route: bool,
}

/// A piece of a tick under one constant input.
#[derive(Clone, Debug, PartialEq)]
pub struct InputStretch {
    /// When it begins.
    pub start: Time,
    /// When it ends.
    pub end: Time,
    /// The states when it begins, boluses given.
    pub before: Vec<f64>,
    /// The states when it ends.
    pub after: Vec<f64>,
    /// The input in force, in µmol/h by state.
    pub input_per_h: Vec<f64>,
}

/// Amounts of every drug that was ever given, by the drug's name.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DrugAmounts(pub BTreeMap<String, Holdings>);

/// Propagators that were used lately: ticks and inputs repeat, matrix exponentials need not.
#[derive(Clone, Debug, Default)]
pub struct PropagatorCache(Vec<(Time, Vec<f64>, DMatrix<f64>)>);

/// More than the tick lengths of the grid under two inputs.
const CACHED: usize = 24;

impl PropagatorCache {
    fn get(&mut self, body: &Body, input_per_h: &[f64], step: Time) -> &DMatrix<f64> {
        let known = self.0.iter().position(|(length, input, _)| *length == step && input == input_per_h);
        let index = known.unwrap_or_else(|| {
            if self.0.len() == CACHED {
                self.0.remove(0);
            }
            let matrix = propagator(&body.rates_per_h, input_per_h, step.hours());
            self.0.push((step, input_per_h.to_vec(), matrix));
            self.0.len() - 1
        });
        &self.0[index].2
    }
}

/// Input in force right after `instant`, in µmol/h by state.
#[must_use]
pub fn input_after(body: &Body, inputs: &[Input], instant: Time) -> Vec<f64> {
    let mut input_per_h = vec![0.0; body.states()];
    for input in inputs.iter().filter(|input| input.start <= instant && instant < input.end) {
        for &(state, amount) in &input.amounts {
            input_per_h[state] += amount / (input.end - input.start).hours();
        }
    }
    input_per_h
}

/// Adds the boluses that are given at `instant`; what they add in all, in µmol.
pub fn add_boluses(states: &mut [f64], inputs: &[Input], instant: Time) -> f64 {
    let mut added = 0.0;
    for input in inputs.iter().filter(|input| input.start == instant && input.end == instant) {
        for &(state, amount) in &input.amounts {
            states[state] += amount;
            added += amount;
        }
    }
    added
}

impl Holdings {
    /// Whether nothing was ever given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.given_umol == 0.0
    }

    /// Advances the states exactly from `from` to `to`, cutting where an input begins or ends; the stretches between the
    /// cuts, none while nothing was given. Boluses at `from` are given; those at `to` belong to what follows.
    pub fn advance(
        &mut self,
        body: &Body,
        inputs: &[Input],
        from: Time,
        to: Time,
        cache: &mut PropagatorCache,
    ) -> Vec<InputStretch> {
        self.states.resize(body.states(), 0.0);
        let mut cuts: Vec<Time> = inputs
            .iter()
            .flat_map(|input| [input.start, input.end])
            .filter(|&cut| from < cut && cut < to)
            .chain([from, to])
            .collect();
        cuts.sort_unstable();
        cuts.dedup();
        self.areas_um_h.resize(body.sites.len(), 0.0);
        let mut stretches = Vec::with_capacity(cuts.len());
        for pair in cuts.windows(2) {
            let (start, end) = (pair[0], pair[1]);
            let step = end - start;
            self.given_umol += add_boluses(&mut self.states, inputs, start);
            let input_per_h = input_after(body, inputs, start);
            self.given_umol += input_per_h.iter().sum::<f64>() * step.hours();
            if self.is_empty() {
                continue;
            }
            let mut after = Vec::with_capacity(self.states.len());
            propagate(cache.get(body, &input_per_h, step), &self.states, &mut after);
            let before = std::mem::replace(&mut self.states, after);
            // what came in over the stretch is no part of how the states moved by themselves
            let moved = before.iter().zip(&self.states).zip(&input_per_h);
            let moved: Vec<f64> = moved.map(|((was, is), input)| is - was - input * step.hours()).collect();
            for (index, area) in self.areas_um_h.iter_mut().enumerate() {
                *area += body.area_um_h(index, &moved);
            }
            stretches.push(InputStretch { start, end, before, after: self.states.clone(), input_per_h });
        }
        stretches
    }

    /// The states that `step` after `instant` will be reached if inputs stay as they are right after it.
    #[must_use]
    pub fn outlook(&self, body: &Body, input_per_h: &[f64], step: Time, cache: &mut PropagatorCache) -> Vec<f64> {
        let mut after = Vec::with_capacity(self.states.len());
        propagate(cache.get(body, input_per_h, step), &self.states, &mut after);
        after
    }

    /// (given − in the body − eliminated) / given; zero up to rounding.
    #[must_use]
    pub fn imbalance(&self, body: &Body) -> f64 {
        if self.is_empty() {
            return 0.0;
        }
        let accounted = body.in_body_umol(&self.states) + self.states[super::body::ELIMINATED];
        (self.given_umol - accounted) / self.given_umol
    }
}
