//! What one trial finds: scores, response, remission and relapse by visit, and the difference from the control.

use super::record::{SubjectCourse, TrialRecord};
use crate::configuration::TrialDesign;
use crate::foundation::random::{Purpose, Seed};
use crate::recording::cells;
use crate::statistics::band::{Band, BandedMean};
use crate::statistics::contrast::PairedContrast;
use crate::statistics::finite;
use crate::statistics::moments::mean;
use crate::statistics::proportion::{independent_difference, wilson};
use crate::statistics::regression::{AdjustedDifference, BeforeAfter};
use crate::statistics::survival::{Followed, at_risk, kaplan_meier};

/// A row of `trial.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialTableRow {
    /// The arm, or `A - B` for what A differs by from the control B.
    pub arm: String,
    /// The visit.
    pub visit: String,
    /// Hours since the first dose of any arm.
    pub hours: f64,
    /// `change`, `response`, `remission`, `not_relapsed`, `at_risk` or `left`.
    pub outcome: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// Subjects behind it.
    pub n: usize,
    /// Its value.
    pub value: f64,
    /// The lower end of its 95 % interval; NaN where there is none.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// What a trial finds.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialFinding {
    /// By arm, visit and outcome.
    pub rows: Vec<TrialTableRow>,
    /// By arm but the control: its name, and the difference at the primary visit at the same baseline.
    pub primary: Vec<(String, Option<AdjustedDifference>)>,
    /// How many subjects each arm has.
    pub allocated: Vec<usize>,
}

/// Which subjects go into which arm: all into each, or each into one, as equal as can be.
fn allocation(record: &TrialRecord, design: TrialDesign, seed: u64) -> Vec<Vec<usize>> {
    let subjects = record.subjects.len();
    if design == TrialDesign::Crossover {
        return vec![(0..subjects).collect(); record.arms.len()];
    }
    let mut order: Vec<usize> = (0..subjects).collect();
    let mut draws = Seed(seed).draws(Purpose::Allocation, 0, 0);
    for last in (1..subjects).rev() {
        order.swap(last, draws.below(last as u32 + 1) as usize);
    }
    let mut groups = vec![Vec::new(); record.arms.len()];
    for (place, subject) in order.into_iter().enumerate() {
        groups[place % record.arms.len()].push(subject);
    }
    for group in &mut groups {
        group.sort_unstable();
    }
    groups
}

/// Draws one trial from the record, and tells what it finds against the arm at `control`.
#[must_use]
pub fn found(record: &TrialRecord, design: TrialDesign, control: usize, seed: u64) -> TrialFinding {
    let groups = allocation(record, design, seed);
    let of = |arm: usize| -> Vec<&SubjectCourse> {
        groups[arm].iter().map(|&subject| &record.subjects[subject][arm]).collect()
    };
    let mut rows = Vec::new();
    for (arm, name) in record.arms.iter().enumerate() {
        by_arm(record, name, &of(arm), &mut rows);
    }
    for (arm, name) in record.arms.iter().enumerate().filter(|(arm, _)| *arm != control) {
        let against = format!("{name} - {}", record.arms[control]);
        differences(record, &against, (&of(arm), &of(control)), design, &mut rows);
    }
    let primary = record.arms.iter().enumerate().filter(|(arm, _)| *arm != control);
    let primary = primary.map(|(arm, name)| {
        let pairs = |group: Vec<&SubjectCourse>| pairs(&group, record.primary);
        (name.clone(), AdjustedDifference::of(&pairs(of(arm)), &pairs(of(control))))
    });
    TrialFinding { primary: primary.collect(), rows, allocated: groups.iter().map(Vec::len).collect() }
}

/// Score before and at a visit.
pub(super) fn pairs(group: &[&SubjectCourse], visit: usize) -> Vec<BeforeAfter> {
    group.iter().map(|course| (course.before, course.scores[visit])).collect()
}

fn by_arm(record: &TrialRecord, name: &str, group: &[&SubjectCourse], rows: &mut Vec<TrialTableRow>) {
    let times = followed(record, group);
    let steps = kaplan_meier(&times);
    for (place, visit) in record.visits.iter().enumerate() {
        let mut row = |outcome, unit, n, value, [low, high]: [f64; 2]| {
            let (arm, visit_name, hours) = (name.to_owned(), visit.name.clone(), visit.hours);
            rows.push(TrialTableRow { arm, visit: visit_name, hours, outcome, unit, n, value, low, high });
        };
        let changes: Vec<f64> = pairs(group, place).iter().map(|(before, after)| after - before).collect();
        let BandedMean { n, mean, low, high } = BandedMean::of(&changes, Band::Confidence);
        row("change", "points", n, mean, [low, high]);
        let mut share = |outcome, answers: Vec<f64>| {
            let answers = finite(&answers);
            let value = crate::statistics::moments::mean(&answers);
            let interval = if answers.is_empty() { [f64::NAN; 2] } else { wilson(value, answers.len()) };
            row(outcome, "fraction", answers.len(), value, interval);
        };
        share("response", responses(record, group, place));
        if let Some(most) = record.scale.remission {
            share("remission", group.iter().map(|course| remits(course.scores[place], most)).collect());
        }
        let left = group.iter().filter(|course| course.left_h <= visit.hours).count();
        row("left", "subjects", group.len(), left as f64, [f64::NAN; 2]);
        if let Some(step) = steps.iter().rev().find(|step| step.time <= visit.hours).filter(|_| !times.is_empty()) {
            row("not_relapsed", "fraction of responders", times.len(), step.share, [step.low, step.high]);
            row("at_risk", "subjects", times.len(), at_risk(&times, visit.hours) as f64, [f64::NAN; 2]);
        }
    }
}

fn remits(score: f64, most: f64) -> f64 {
    if score.is_finite() { f64::from(u8::from(score <= most)) } else { f64::NAN }
}

fn responses(record: &TrialRecord, group: &[&SubjectCourse], visit: usize) -> Vec<f64> {
    let of = |course: &&SubjectCourse| {
        let score = course.scores[visit];
        if score.is_finite() { record.scale.responds(course.before, score) } else { f64::NAN }
    };
    group.iter().map(of).collect()
}

/// From the first visit with response to the first later one without it; censored where the subject leaves or the trial
/// ends. Hours since the first dose. Who never responded is not in it.
fn followed(record: &TrialRecord, group: &[&SubjectCourse]) -> Vec<Followed> {
    let of = |course: &&SubjectCourse| {
        let responds = |visit: usize| {
            let score = course.scores[visit];
            score.is_finite().then(|| record.scale.responds(course.before, score) == 1.0)
        };
        let first = (0..record.visits.len()).find(|&visit| responds(visit) == Some(true))?;
        let lost = (first + 1..record.visits.len()).find(|&visit| responds(visit) == Some(false));
        let last = (first..record.visits.len()).rev().find(|&visit| responds(visit).is_some()).unwrap_or(first);
        Some(Followed { time: record.visits[lost.unwrap_or(last)].hours, event: lost.is_some() })
    };
    group.iter().filter_map(of).collect()
}

fn differences(
    record: &TrialRecord,
    name: &str,
    (group, control): (&[&SubjectCourse], &[&SubjectCourse]),
    design: TrialDesign,
    rows: &mut Vec<TrialTableRow>,
) {
    for (place, visit) in record.visits.iter().enumerate() {
        let mut row = |outcome, unit, n, value, [low, high]: [f64; 2]| {
            let (arm, visit_name, hours) = (name.to_owned(), visit.name.clone(), visit.hours);
            rows.push(TrialTableRow { arm, visit: visit_name, hours, outcome, unit, n, value, low, high });
        };
        let none = [f64::NAN; 2];
        if design == TrialDesign::Crossover {
            // the same subjects in both arms
            let scores = |group: &[&SubjectCourse]| group.iter().map(|course| course.scores[place]).collect::<Vec<_>>();
            let contrast = PairedContrast::of(&scores(group), &scores(control));
            row("change", "points", contrast.n, contrast.mean, contrast.interval.unwrap_or(none));
            let contrast =
                PairedContrast::of_shares(&responses(record, group, place), &responses(record, control, place));
            row("response", "fraction", contrast.n, contrast.mean, contrast.interval.unwrap_or(none));
            continue;
        }
        if let Some(adjusted) = AdjustedDifference::of(&pairs(group, place), &pairs(control, place)) {
            row("change", "points", adjusted.n[0] + adjusted.n[1], adjusted.difference, adjusted.interval());
        }
        let [own, of_control] = [group, control].map(|group| finite(&responses(record, group, place)));
        let (p, q) = (mean(&own), mean(&of_control));
        let interval = independent_difference((p, own.len()), (q, of_control.len())).unwrap_or(none);
        row("response", "fraction", own.len() + of_control.len(), p - q, interval);
    }
}

impl TrialTableRow {
    /// Its cells, in the order of the columns of `trial.csv`.
    #[must_use]
    pub fn cells(&self) -> [String; 9] {
        let Self { arm, visit, hours, outcome, unit, n, value, low, high } = self;
        let [hours, value, low, high] = [hours, value, low, high].map(|value| cells::exact(*value));
        [arm.clone(), visit.clone(), hours, (*outcome).to_owned(), (*unit).to_owned(), n.to_string(), value, low, high]
    }
}
