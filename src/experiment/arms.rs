//! Arms branch from one simulated history: what is the same is simulated once.
//!
//! Two arms are the same up to the first instant at which their models, their stress, their doses or their spine removals differ.
//! They share one simulation up to the whole hour at or before it, and for a dose up to the whole hour
//! strictly before it, because the tick that ends at a dose already prepares for it. Every whole hour ends a
//! tick whatever happens within it, so a branch that begins there has the same ticks as a run that never
//! shared anything.

use crate::anatomy::synapses::SpineRemoval;
use crate::foundation::grid::last_common_end;
use crate::foundation::time::Time;
use crate::mechanisms::stress::{StressEpisode, StressSchedule};

/// What happens to one arm: its model from certain instants on, its stress, its doses, its spine removals.
#[derive(Clone, Debug, PartialEq)]
pub struct Course<M, D> {
    /// Models by the instant from which each holds, ascending; the first holds from the beginning.
    pub models: Vec<(Time, M)>,
    /// Stress episodes.
    pub stress: Vec<StressEpisode>,
    /// Doses by the instant at which each begins, ascending; repeats counted singly.
    pub doses: Vec<(Time, D)>,
    /// Removals of newborn spines, ascending.
    pub removals: Vec<SpineRemoval>,
}

impl<M: PartialEq, D: PartialEq> Course<M, D> {
    /// Index of the model that holds from `instant` on.
    #[must_use]
    pub fn model_at(&self, instant: Time) -> usize {
        self.models.partition_point(|&(from, _)| from <= instant).saturating_sub(1)
    }

    /// The whole hour up to which the two courses can share a simulation; [`Time::NEVER`] if they are the same.
    fn parts_from(&self, other: &Self, beginning: Time) -> Time {
        let mut changes: Vec<Time> =
            self.models.iter().chain(&other.models).map(|&(from, _)| from.max(beginning)).collect();
        changes.sort_unstable();
        let model = |course: &Self, at| course.model_at(at);
        let models = changes
            .into_iter()
            .find(|&at| self.models[model(self, at)].1 != other.models[model(other, at)].1)
            .unwrap_or(Time::NEVER);

        let mut episodes: Vec<Time> =
            self.stress.iter().chain(&other.stress).flat_map(|episode| [episode.start, episode.end]).collect();
        episodes.sort_unstable();
        let (mine, theirs) = (StressSchedule(self.stress.clone()), StressSchedule(other.stress.clone()));
        let stress = episodes.into_iter().find(|&at| mine.level_at(at) != theirs.level_at(at)).unwrap_or(Time::NEVER);

        let same = self.doses.iter().zip(&other.doses).take_while(|(a, b)| a == b).count();
        let doses = [&self.doses, &other.doses].into_iter().filter_map(|doses| doses.get(same));
        let before = doses.map(|&(at, _)| last_common_end(at - Time::from_milliseconds(1)));
        let same = self.removals.iter().zip(&other.removals).take_while(|(a, b)| a == b).count();
        let removals = [&self.removals, &other.removals].into_iter().filter_map(|removals| removals.get(same));
        let removed = removals.map(|removal| removal.time).fold(Time::NEVER, Time::min);
        before.fold(last_common_end(models.min(stress).min(removed)), Time::min)
    }
}

/// A stretch of time that some arms share, and the branches that follow it.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// When it begins: the start of the burn-in, or the end of the branch before.
    pub begins: Time,
    /// When it ends: where arms part, where their model changes, or at the horizon.
    pub ends: Time,
    /// The arms that it simulates, ascending.
    pub arms: Vec<usize>,
    /// What follows, in order of the first arm of each; empty at the horizon.
    pub branches: Vec<Self>,
}

impl Branch {
    /// Simulated time of this branch and all that follow it, in hours.
    #[must_use]
    pub fn simulated_h(&self) -> f64 {
        (self.ends - self.begins).hours() + self.branches.iter().map(Self::simulated_h).sum::<f64>()
    }

    /// Number of branches, this one included.
    #[must_use]
    pub fn count(&self) -> usize {
        1 + self.branches.iter().map(Self::count).sum::<usize>()
    }
}

/// How `courses` are simulated from `beginning` to `horizon`: one root for each history.
#[must_use]
pub fn branches<M: PartialEq, D: PartialEq>(courses: &[Course<M, D>], beginning: Time, horizon: Time) -> Vec<Branch> {
    let parted = |a: usize, b: usize| {
        if a == b { Time::NEVER } else { courses[a].parts_from(&courses[b], beginning) }
    };
    let all: Vec<usize> = (0..courses.len()).collect();
    grow(courses, &parted, all, beginning, horizon)
}

/// The branches of `arms`, which are the same before `begins`.
fn grow<M: PartialEq, D: PartialEq>(
    courses: &[Course<M, D>],
    parted: &impl Fn(usize, usize) -> Time,
    arms: Vec<usize>,
    begins: Time,
    horizon: Time,
) -> Vec<Branch> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for arm in arms {
        match groups.iter_mut().find(|group| parted(group[0], arm) > begins) {
            Some(group) => group.push(arm),
            None => groups.push(vec![arm]),
        }
    }
    let branch = |arms: Vec<usize>| {
        let partings = arms.iter().map(|&arm| parted(arms[0], arm));
        // a model that changes is a branch of its own, even if every arm takes it
        let changes =
            courses[arms[0]].models.iter().map(|&(from, _)| last_common_end(from)).filter(|&from| from > begins);
        let ends = partings.chain(changes).fold(horizon, Time::min);
        let branches = if ends < horizon { grow(courses, parted, arms.clone(), ends, horizon) } else { Vec::new() };
        Branch { begins, ends, arms, branches }
    };
    groups.into_iter().map(branch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(days: f64) -> Time {
        Time::from_hours(24.0 * days)
    }

    fn h(hours: f64) -> Time {
        Time::from_hours(hours)
    }

    fn course(model: u32, doses: &[f64]) -> Course<u32, u32> {
        Course {
            models: vec![(d(-7.0), model)],
            stress: vec![StressEpisode { start: d(0.0), end: d(21.0), level: 0.8 }],
            doses: doses.iter().map(|&day| (d(day), 500)).collect(),
            removals: Vec::new(),
        }
    }

    /// (begins, ends, arms) of every branch, in hours, depth first.
    fn outline(roots: &[Branch]) -> Vec<(f64, f64, Vec<usize>)> {
        roots
            .iter()
            .flat_map(|branch| {
                let own = (branch.begins.hours(), branch.ends.hours(), branch.arms.clone());
                std::iter::once(own).chain(outline(&branch.branches))
            })
            .collect()
    }

    #[test]
    fn arms_share_what_they_have_in_common_first_dose_included() {
        let arms = [course(0, &[]), course(0, &[21.0]), course(0, &[21.0, 24.5])];
        let roots = branches(&arms, d(-7.0), d(49.0));
        let expected = [
            (-168.0, 503.0, vec![0, 1, 2]),
            (503.0, 1176.0, vec![0]),
            (503.0, 587.0, vec![1, 2]),
            (587.0, 1176.0, vec![1]),
            (587.0, 1176.0, vec![2]),
        ];
        assert_eq!(outline(&roots), expected);
        assert_eq!(roots[0].count(), 5);
        assert_eq!(roots[0].simulated_h(), 671.0 + 673.0 + 84.0 + 589.0 + 589.0);
    }

    #[test]
    fn an_arm_with_another_model_from_the_beginning_has_its_own_history() {
        let arms = [course(0, &[21.0]), course(1, &[21.0]), course(0, &[21.0])];
        let roots = branches(&arms, d(-7.0), d(49.0));
        assert_eq!(outline(&roots), [(-168.0, 1176.0, vec![0, 2]), (-168.0, 1176.0, vec![1])]);
    }

    #[test]
    fn a_model_that_changes_on_the_way_begins_a_branch_even_for_a_lone_arm() {
        let mut rapamycin = course(0, &[21.0]);
        rapamycin.models.push((d(20.0), 1));
        let alone = branches(std::slice::from_ref(&rapamycin), d(-7.0), d(49.0));
        assert_eq!(outline(&alone), [(-168.0, 480.0, vec![0]), (480.0, 1176.0, vec![0])]);
        let both = branches(&[course(0, &[21.0]), rapamycin], d(-7.0), d(49.0));
        assert_eq!(outline(&both), [(-168.0, 480.0, vec![0, 1]), (480.0, 1176.0, vec![0]), (480.0, 1176.0, vec![1])]);
    }

    #[test]
    fn an_arm_that_loses_spines_shares_its_dose_and_all_up_to_the_removal() {
        let mut removed = course(0, &[21.0]);
        removed.removals.push(SpineRemoval { time: h(552.5), born_after: d(21.0), fraction: 1.0 });
        let roots = branches(&[course(0, &[21.0]), removed], d(-7.0), d(49.0));
        assert_eq!(outline(&roots), [(-168.0, 552.0, vec![0, 1]), (552.0, 1176.0, vec![0]), (552.0, 1176.0, vec![1])]);
    }

    #[test]
    fn arms_part_at_the_whole_hour_before_they_differ() {
        for (dose, parting) in [(504.5, 504.0), (504.0, 503.0), (504.001, 504.0)] {
            let arms = [course(0, &[]), course(0, &[dose / 24.0])];
            assert_eq!(branches(&arms, d(-7.0), d(49.0))[0].ends, h(parting));
        }
        let mut unstressed = course(0, &[]);
        unstressed.stress.clear();
        assert_eq!(branches(&[course(0, &[]), unstressed], d(-7.0), d(49.0))[0].ends, d(0.0));
    }
}
