//! From an experiment as stated to what each arm's simulation is given.

use super::arms::Course;
use crate::anatomy::synapses::SpineRemovals;
use crate::configuration::{Arm, Experiment};
use crate::foundation::error::{Error, Result};
use crate::foundation::time::Time;
use crate::mechanisms::dosing::{Dose, DoseSchedule};
use crate::mechanisms::stress::StressSchedule;
use crate::mechanisms::{Model, Protocol};

/// What happens to `arm`.
pub(super) fn course(experiment: &Experiment, arm: &Arm) -> Result<Course<Model, Dose>> {
    let own = Model { overrides: experiment.overrides_in(arm), disabled: experiment.disabled_in(arm) };
    let beginning = Time::ZERO - experiment.time.burn_in;
    let models = match arm.from.filter(|_| arm.changes_model()) {
        Some(from) => {
            let shared = Model { overrides: experiment.overrides(), disabled: experiment.disabled() };
            vec![(beginning, shared), (from, own)]
        }
        None => vec![(beginning, own)],
    };
    let schedule =
        DoseSchedule::expand(&arm.doses).map_err(|error| Error::Run(format!("arm `{}`: {error}", arm.name)))?;
    let mut doses: Vec<(Time, Dose)> = schedule.0.into_iter().map(|dose| (dose.start, dose)).collect();
    doses.sort_by_key(|&(start, _)| start);
    let mut removals = arm.remove_spines.clone();
    removals.sort_by_key(|removal| removal.time);
    Ok(Course { models, stress: experiment.stress_in(arm).to_vec(), doses, removals })
}

/// The protocol of a course.
pub(super) fn protocol(experiment: &Experiment, course: &Course<Model, Dose>) -> Result<Protocol> {
    Ok(Protocol {
        formulary: experiment.formulary(course.doses.iter().map(|(_, dose)| dose.drug.as_str()))?,
        doses: DoseSchedule(course.doses.iter().map(|(_, dose)| dose.clone()).collect()),
        stress: StressSchedule(course.stress.clone()),
        removals: SpineRemovals(course.removals.clone()),
    })
}
