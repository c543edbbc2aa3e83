//! The biology as a whole: what a network, stressed, dosed or left alone, must do.
//!
//! Runs through the library, on networks small enough for the fast suite; each file states its questions. Long
//! versions are ignored: `cargo test --release --test biology -- --ignored`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say so and stop")]

mod deletion;
mod stability;
mod treatment;

use resprout::anatomy::network::NetworkPlan;
use resprout::anatomy::population::default_populations;
use resprout::anatomy::subject::Subject;
use resprout::anatomy::synapses::{SpineRemoval, SpineRemovals, Synapses};
use resprout::anatomy::wiring::KernelShape;
use resprout::experiment::simulation::{Setup, Simulation};
use resprout::foundation::clock::{Disabled, Phase};
use resprout::foundation::random::Seed;
use resprout::foundation::time::Time;
use resprout::mechanisms::dosing::{Amount, Dose, DoseSchedule, Formulary, Route};
use resprout::mechanisms::stress::{StressEpisode, StressSchedule};
use resprout::mechanisms::{Cascade, Model, Protocol};

/// A network and what is done to it. t = 0 is the end of a week of burn-in.
#[derive(Clone)]
struct Course {
    neurons: usize,
    synapses: usize,
    seed: u64,
    subject: Subject,
    model: Model,
    doses: Vec<Dose>,
    stress: Vec<StressEpisode>,
    removals: Vec<SpineRemoval>,
}

impl Course {
    /// An unstressed, undosed network of the size of a virtual subject.
    fn of(neurons: usize, synapses: usize) -> Self {
        Self {
            neurons,
            synapses,
            seed: 1,
            subject: Subject::default(),
            model: Model::default(),
            doses: Vec::new(),
            stress: Vec::new(),
            removals: Vec::new(),
        }
    }

    /// Three weeks of stress at the severity of the main experiment.
    fn stressed(mut self) -> Self {
        self.stress.push(StressEpisode { start: Time::ZERO, end: day(21.0), level: 0.8 });
        self
    }

    /// 0.5 mg/kg of ketamine over 40 min, on each of `days`.
    fn infused(self, days: &[f64]) -> Self {
        days.iter().fold(self, |course, &at| course.given("ketamine", at, Amount::MgPerKg(0.5), Route::Iv, 40.0))
    }

    fn given(mut self, drug: &str, at_d: f64, amount: Amount, route: Route, minutes: f64) -> Self {
        let duration = Time::from_hours(minutes / 60.0);
        self.doses.push(Dose { drug: drug.to_owned(), start: day(at_d), duration, amount, route });
        self.doses.sort_by_key(|dose| dose.start);
        self
    }

    fn with(mut self, parameter: &str, value: f64) -> Self {
        self.model.overrides.0.insert(parameter.to_owned(), value);
        self
    }

    fn without(mut self, phase: Phase) -> Self {
        self.model.disabled = Disabled([self.model.disabled.0, vec![phase]].concat());
        self
    }

    fn start(&self) -> Simulation {
        let setup = Setup {
            plan: NetworkPlan {
                neurons: self.neurons,
                synapses_per_neuron: self.synapses,
                populations: default_populations(),
                kernel: KernelShape::default(),
            },
            seed: Seed(self.seed),
            subject: self.subject.clone(),
            beginning: day(-7.0),
            refine: 1,
            cascade: Cascade::standard(),
        };
        let protocol = Protocol {
            formulary: Formulary::shipped(self.doses.iter().map(|dose| dose.drug.as_str())).unwrap(),
            doses: DoseSchedule(self.doses.clone()),
            stress: StressSchedule(self.stress.clone()),
            removals: SpineRemovals(self.removals.clone()),
        };
        Simulation::new(&setup, &self.model, &protocol).unwrap()
    }

    /// Spines at each of `days`, relative to t = 0.
    fn density(&self, days: &[f64]) -> Vec<f64> {
        let mut simulation = self.start();
        simulation.advance_to(Time::ZERO, |_| Ok(())).unwrap();
        let spines = |simulation: &Simulation| simulation.world().resource::<Synapses>().tally().spines.standing as f64;
        let baseline = spines(&simulation);
        days.iter()
            .map(|&at| {
                simulation.advance_to(day(at), |_| Ok(())).unwrap();
                spines(&simulation) / baseline
            })
            .collect()
    }

    /// The same, averaged over `seeds` networks.
    fn mean_density(&self, seeds: u64, days: &[f64]) -> Vec<f64> {
        let runs: Vec<Vec<f64>> = (1..=seeds).map(|seed| Self { seed, ..self.clone() }.density(days)).collect();
        (0..days.len()).map(|i| runs.iter().map(|run| run[i]).sum::<f64>() / seeds as f64).collect()
    }
}

fn day(days: f64) -> Time {
    Time::from_hours(24.0 * days)
}
