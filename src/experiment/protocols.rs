//! From an experiment as stated to what each arm's simulation is given.

use super::arms::Course;
use crate::anatomy::synapses::SpineRemovals;
use crate::configuration::{Arm, Experiment};
use crate::foundation::error::Result;
use crate::foundation::time::Time;
use crate::mechanisms::dosing::{Dose, DoseSchedule};
use crate::mechanisms::stress::StressSchedule;
use crate::mechanisms::{Model, Protocol};
use crate::recording::course::ArmCourse;

/// What happens in every arm of an experiment.
pub(super) fn courses(experiment: &Experiment) -> Result<Vec<Course<Model, Dose>>> {
    let told = experiment.course()?.arms;
    Ok(experiment.arms.iter().zip(told).map(|(arm, told)| course(experiment, arm, told)).collect())
}

/// What happens in `arm`, whose doses, stress and spine removals are `told`.
fn course(experiment: &Experiment, arm: &Arm, told: ArmCourse) -> Course<Model, Dose> {
    let own = Model { overrides: experiment.overrides_in(arm), disabled: experiment.disabled_in(arm) };
    let beginning = Time::ZERO - experiment.time.burn_in;
    let models = match arm.from.filter(|_| arm.changes_model()) {
        Some(from) => {
            let shared = Model { overrides: experiment.overrides(), disabled: experiment.disabled() };
            vec![(beginning, shared), (from, own)]
        }
        None => vec![(beginning, own)],
    };
    let doses = told.doses.into_iter().map(|dose| (dose.start, dose)).collect();
    Course { models, stress: told.stress, doses, removals: told.spine_removals }
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
