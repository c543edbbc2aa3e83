//! Instructions that would have no effect: each is told, because whoever gave it expects one.

use std::collections::BTreeSet;

use super::super::conditions::shipped_condition;
use super::super::document::{EntryPart, KeyPath, at};
use super::super::experiment::Experiment;
use super::super::fault::Fault;
use super::super::model::{Hypothesis, ModelTable, OverrideMap};
use super::super::protocol::Arm;
use super::super::subject::OneSubject;
use crate::anatomy::cohort::Covariate;
use crate::anatomy::subject::Subject;
use crate::anatomy::synapses::SpineRemoval;
use crate::foundation::diagnostics::codes;
use crate::foundation::parameters::Overrides;
use crate::foundation::time::Time;
use crate::foundation::units::format_time;
use crate::mechanisms::Mechanism;
use crate::mechanisms::dosing::Dosing;
use crate::mechanisms::glutamate::Glutamate;
use crate::mechanisms::pharmacokinetics::Pharmacokinetics;
use crate::mechanisms::stress::{Stress, StressEpisode};
use crate::mechanisms::symptoms::SymptomReadOut;
use crate::mechanisms::synaptogenesis::Synaptogenesis;

/// Every instruction of `experiment` that would have no effect.
pub(super) fn check(experiment: &Experiment, faults: &mut Vec<Fault>) {
    let shared = experiment.overrides();
    let own: Vec<Overrides> = experiment.arms.iter().map(|arm| experiment.overrides_in(arm)).collect();
    check_populations(experiment, faults);
    check_hypotheses(experiment, faults);
    check_drugs(experiment, faults);
    check_covariates(experiment, faults);
    check_scales(experiment, faults);
    check_trial(experiment, faults);
    check_instants(experiment, faults);
    let model = at!["model"];
    check_switches(&experiment.model.disable.0, &[], &model, faults);
    check_overrides(experiment, &experiment.model.overrides, &Overrides::default(), &model, faults);
    tell_switched_off(experiment, &experiment.model.overrides, &experiment.model.disable.0, &model, faults);
    check_episodes(&experiment.stress, &at!["stress"], faults);
    let has_episode = experiment.arms.iter().any(|arm| !experiment.stress_in(arm).is_empty());
    if has_episode && switches_off::<Stress>(&experiment.model.disable.0) {
        let fault = Fault::new(
            &codes::NO_STRESS,
            at!["model", "disable"],
            "`stress` is switched off: no episode loads the body",
        );
        faults.push(fault.resting_on(at!["stress"]));
    }
    for (index, arm) in experiment.arms.iter().enumerate() {
        let here = at!["arm", index];
        check_switches(&arm.disable.0, &experiment.model.disable.0, &here, faults);
        check_overrides(experiment, &arm.overrides, &shared, &here, faults);
        let off: Vec<String> = experiment.disabled_in(arm).0.iter().map(|phase| phase.0.to_owned()).collect();
        tell_switched_off(experiment, &arm.overrides, &off, &here, faults);
        if arm.stress.as_ref() == Some(&experiment.stress) {
            let label = "the arm has this stress without it";
            let fault = Fault::new(&codes::STATED_AGAIN, here.then("stress"), label).pointing_to(EntryPart::Key);
            faults.push(fault.resting_on(at!["stress"]).resting_on(here.then("stress")));
        }
        check_episodes(arm.stress.as_deref().unwrap_or_default(), &here.then("stress"), faults);
        check_doses(experiment, arm, &here, faults);
        for (position, removal) in arm.remove_spines.iter().enumerate() {
            let here = here.then("remove_spines").then(position);
            check_births(experiment, arm, &own[index], removal, &here, faults);
        }
    }
}

fn switches_off<M: Mechanism>(names: &[String]) -> bool {
    names.iter().any(|name| name == M::NAME)
}

fn check_populations(experiment: &Experiment, faults: &mut Vec<Fault>) {
    for (index, population) in experiment.populations.iter().enumerate() {
        if population.fraction <= 0.0 {
            let label = format!("population `{}` has no neuron", population.name);
            let fault = Fault::new(&codes::EMPTY_POPULATION, at!["population", index, "fraction"], label);
            faults.push(fault.help("state its share, or leave it out"));
        }
    }
}

/// A hypothesis is the weight of one parameter of one mechanism, and an override of that wins.
fn check_hypotheses(experiment: &Experiment, faults: &mut Vec<Fault>) {
    // the shipped one is in force unless others are stated
    let is_stated = experiment.model.hypotheses != ModelTable::default().hypotheses;
    for (index, hypothesis) in experiment.model.hypotheses.iter().enumerate() {
        let key = hypothesis.weight_key();
        let at = at!["model", "hypotheses", index];
        let mechanism = key.split_once('.').map_or(key, |(mechanism, _)| mechanism);
        if is_stated && experiment.model.disable.0.iter().any(|name| name == mechanism) {
            let label = format!("`{mechanism}`, which would follow it, is switched off in every arm");
            faults.push(Fault::new(&codes::HYPOTHESIS_OVERRULED, at, label).resting_on(at!["model", "disable"]));
            continue;
        }
        let Some(stated) = experiment.model.overrides.0.get(key).filter(|stated| stated.value != 1.0) else { continue };
        let label = format!("`{key}` is {} in `model.override`, which wins", stated.value);
        let fault = Fault::new(&codes::HYPOTHESIS_OVERRULED, at, label);
        faults.push(fault.resting_on(at!["model", "override"]).help("state one of the two"));
    }
}

fn check_drugs(experiment: &Experiment, faults: &mut Vec<Fault>) {
    let given: BTreeSet<&str> =
        experiment.arms.iter().flat_map(|arm| &arm.doses).map(|event| event.first.drug.as_str()).collect();
    for (index, file) in experiment.drugs.iter().enumerate() {
        if !given.contains(file.drug.name.as_str()) {
            let label = format!("no arm is given `{}`", file.drug.name);
            let fault = Fault::new(&codes::UNUSED_DRUG, at!["drugs", index], label);
            faults.push(fault.resting_on(at!["drugs"]).resting_on(at!["arm"]));
        }
    }
}

/// What of the one subject differs from a typical one where nothing brings it out. A condition gives stress as well.
fn check_covariates(experiment: &Experiment, faults: &mut Vec<Fault>) {
    let (Some(OneSubject(subject)), None) = (&experiment.subject, &experiment.condition) else { return };
    let has_doses = experiment.arms.iter().any(|arm| !arm.doses.is_empty());
    let has_stress = experiment.arms.iter().any(|arm| !experiment.stress_in(arm).is_empty());
    let reads_none = is_off_everywhere::<SymptomReadOut>(experiment);
    let (mut own, mut typical) = (subject.clone(), Subject::default());
    for covariate in Covariate::ALL {
        let why = match covariate {
            Covariate::StressSensitivity if !has_stress => "no arm is stressed",
            Covariate::Expectancy if has_doses && reads_none => "`symptoms` is switched off in every arm",
            Covariate::BaselineInflammation | Covariate::StressSensitivity => continue,
            _ if has_doses => continue,
            _ => "no arm is given anything",
        };
        if covariate.of(&mut own) != covariate.of(&mut typical) {
            let at = at!["subject", covariate.key()];
            faults.push(Fault::new(&codes::IDLE_COVARIATE, at, why).resting_on(at!["arm"]));
        }
    }
}

/// Whether no arm has `M` at any time.
fn is_off_everywhere<M: Mechanism>(experiment: &Experiment) -> bool {
    let beginning = Time::ZERO - experiment.time.burn_in;
    experiment.arms.iter().all(|arm| is_off::<M>(experiment, arm, beginning))
}

/// Scales where nothing is read on any.
fn check_scales(experiment: &Experiment, faults: &mut Vec<Fault>) {
    if !is_off_everywhere::<SymptomReadOut>(experiment) {
        return;
    }
    // what a condition gives was not asked for by its name
    let given = experiment.condition.as_deref().and_then(shipped_condition).map(|condition| condition.scale);
    let own = experiment.scale.as_ref().filter(|&scale| given.as_ref() != Some(scale)).map(|_| at!["scale"]);
    let endpoint = experiment.trial.as_ref().and_then(|trial| trial.endpoint.as_ref());
    for at in own.into_iter().chain(endpoint.map(|_| at!["trial", "endpoint"])) {
        let fault = Fault::new(&codes::IDLE_SCALE, at, "`symptoms` is switched off in every arm: no scale is read");
        faults.push(fault.resting_on(at!["model", "disable"]).resting_on(at!["arm"]));
    }
}

fn check_trial(experiment: &Experiment, faults: &mut Vec<Fault>) {
    if experiment.trial.is_some() && experiment.subjects.is_none() {
        let label = "there are no virtual subjects to draw a trial from";
        let fault = Fault::new(&codes::IDLE_TRIAL, at!["trial"], label).pointing_to(EntryPart::Key);
        faults.push(fault.resting_on(at!["subjects"]).help("add `[subjects]` with `n`"));
    }
}

fn check_instants(experiment: &Experiment, faults: &mut Vec<Fault>) {
    let mut seen = BTreeSet::new();
    for (index, &instant) in experiment.record.network_at.iter().enumerate() {
        if !seen.insert(instant) {
            let label = format!("{} is listed above", format_time(instant));
            faults.push(Fault::new(&codes::STATED_AGAIN, at!["record", "network_at", index], label));
        }
    }
}

/// Mechanisms that are switched off already: by the same list, or by the model of all arms.
fn check_switches(names: &[String], already: &[String], here: &KeyPath, faults: &mut Vec<Fault>) {
    for (position, name) in names.iter().enumerate() {
        let whose = if already.contains(name) {
            "by `model.disable`, in every arm"
        } else if names[..position].contains(name) {
            "by this list"
        } else {
            continue;
        };
        let label = format!("`{name}` is switched off already {whose}");
        faults.push(Fault::new(&codes::SWITCHED_OFF_TWICE, here.then("disable").then(position), label));
    }
}

/// Overrides by the value that would hold without them.
fn check_overrides(
    experiment: &Experiment,
    overrides: &OverrideMap,
    shared: &Overrides,
    here: &KeyPath,
    faults: &mut Vec<Fault>,
) {
    for (key, entry) in &overrides.0 {
        // hypotheses state weights of their own
        let is_weight = Hypothesis::ALL.iter().any(|hypothesis| hypothesis.weight_key() == key);
        let declared = experiment.cascade.parameter(key).map(|parameter| parameter.default);
        let held = shared.0.get(key).copied().or_else(|| declared.filter(|_| !is_weight));
        if held == Some(entry.value) {
            let label = format!("`{key}` is {} without it", entry.value);
            let at = here.then("override").then(key.as_str());
            faults.push(Fault::new(&codes::IDLE_OVERRIDE, at, label).pointing_to(EntryPart::Key));
        }
    }
}

/// Overrides of parameters that only a mechanism reads that is switched off wherever they hold.
fn tell_switched_off(
    experiment: &Experiment,
    overrides: &OverrideMap,
    off: &[String],
    here: &KeyPath,
    faults: &mut Vec<Fault>,
) {
    for key in overrides.0.keys() {
        let Some(parameter) = experiment.cascade.parameter(key) else { continue };
        // set points and the output at rest are those of the network from its first instant
        if parameter.mechanism != Glutamate::NAME && off.iter().any(|name| name == parameter.mechanism) {
            let label = format!("`{}` is switched off here, and nobody else reads `{key}`", parameter.mechanism);
            let at = here.then("override").then(key.as_str());
            let fault = Fault::new(&codes::OVERRIDE_OF_NOTHING, at, label).pointing_to(EntryPart::Key);
            faults.push(fault.resting_on(here.then("disable")).resting_on(at!["model", "disable"]));
        }
    }
}

fn check_episodes(episodes: &[StressEpisode], list: &KeyPath, faults: &mut Vec<Fault>) {
    for (index, _) in episodes.iter().enumerate().filter(|(_, episode)| episode.level == 0.0) {
        let fault = Fault::new(&codes::NO_STRESS, list.then(index).then("level"), "an episode of level 0 is none");
        faults.push(fault.help("state a level up to 1, or leave the episode out; `stress = []` in an arm is none"));
    }
}

/// Whether `arm` has `name` switched off from `instant` on.
fn is_off<M: Mechanism>(experiment: &Experiment, arm: &Arm, instant: Time) -> bool {
    let in_time = arm.from.is_none_or(|from| from <= instant);
    switches_off::<M>(&experiment.model.disable.0) || (in_time && switches_off::<M>(&arm.disable.0))
}

fn check_doses(experiment: &Experiment, arm: &Arm, here: &KeyPath, faults: &mut Vec<Fault>) {
    let Some(first) = arm.doses.iter().map(|event| event.first.start).min() else { return };
    let named = [
        (Dosing::NAME, is_off::<Dosing>(experiment, arm, first)),
        (Pharmacokinetics::NAME, is_off::<Pharmacokinetics>(experiment, arm, first)),
    ];
    if let Some((name, _)) = named.into_iter().find(|(_, is_off)| *is_off) {
        let label = format!("`{name}` is switched off: no dose of arm `{}` reaches the body", arm.name);
        let fault = Fault::new(&codes::DOSE_OF_NOTHING, here.then("doses"), label).resting_on(here.then("doses"));
        faults.push(fault.resting_on(here.then("disable")).resting_on(at!["model", "disable"]));
    }
}

/// Spines that a removal would take are those born in its epoch: none, where none can be.
fn check_births(
    experiment: &Experiment,
    arm: &Arm,
    own: &Overrides,
    removal: &SpineRemoval,
    here: &KeyPath,
    faults: &mut Vec<Fault>,
) {
    const FORMATION: &str = "synaptogenesis.formation_per_d";
    let is_zero = |overrides: &Overrides| overrides.0.get(FORMATION).is_some_and(|&value| value == 0.0);
    let holds_own = arm.from.is_none_or(|from| from <= removal.born_after);
    let forms_none = is_zero(own) && (holds_own || is_zero(&experiment.overrides()));
    let why = if is_off::<Synaptogenesis>(experiment, arm, removal.born_after) {
        format!("`{}` is switched off", Synaptogenesis::NAME)
    } else if forms_none {
        format!("`{FORMATION}` is 0")
    } else {
        return;
    };
    let (from, to) = (format_time(removal.born_after), format_time(removal.time));
    let label = format!("{why}: no spine is born from {from} to {to}");
    let fault = Fault::new(&codes::NO_BIRTHS, here.then("born_after"), label);
    faults.push(fault.resting_on(at!["model", "disable"]).resting_on(at!["model", "override"]));
}
