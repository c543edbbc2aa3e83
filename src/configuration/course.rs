//! What an experiment does to the subject in every arm, expanded: the one place where repeats become doses.

use super::experiment::Experiment;
use super::protocol::Arm;
use crate::foundation::error::{Error, Result};
use crate::mechanisms::dosing::DoseSchedule;
use crate::recording::course::{ArmCourse, RunCourse};

impl Experiment {
    /// The course of every arm.
    ///
    /// # Errors
    /// [`Error::Run`] for a dosing event that is none, which an experiment that was checked has not.
    pub fn course(&self) -> Result<RunCourse> {
        Ok(RunCourse {
            title: self.title.clone(),
            question: self.question.clone(),
            seed: self.run.seed,
            subjects: self.subjects.as_ref().map(|subjects| subjects.n),
            scale: self.scale.clone(),
            hides_published: !self.figures.published,
            band: self.figures.band,
            burn_in: self.time.burn_in,
            horizon: self.time.horizon,
            populations: self.populations.iter().map(|population| population.name.clone()).collect(),
            arms: self.arms.iter().map(|arm| self.course_in(arm)).collect::<Result<_>>()?,
        })
    }

    fn course_in(&self, arm: &Arm) -> Result<ArmCourse> {
        let DoseSchedule(mut doses) =
            DoseSchedule::expand(&arm.doses).map_err(|error| Error::Run(format!("arm `{}`: {error}", arm.name)))?;
        doses.sort_by_key(|dose| dose.start);
        let mut spine_removals = arm.remove_spines.clone();
        spine_removals.sort_by_key(|removal| removal.time);
        let (name, label) = (arm.name.clone(), arm.label.clone());
        Ok(ArmCourse { name, label, doses, stress: self.stress_in(arm).to_vec(), spine_removals })
    }
}
