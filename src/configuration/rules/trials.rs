//! What no schema can say of a trial.

use crate::configuration::document::{KeyPath, at};
use crate::configuration::experiment::Experiment;
use crate::configuration::fault::Fault;
use crate::configuration::trial::{TrialTable, UncertainTable};
use crate::foundation::diagnostics::{codes, nearest};
use crate::foundation::parameters::Parameter;
use crate::foundation::units::convert;

/// Every fault of `[trial]`.
pub(super) fn check(trial: &TrialTable, experiment: &Experiment, faults: &mut Vec<Fault>) {
    let dropout = &trial.dropout;
    let halves = [
        ("no_effect_after", dropout.no_effect_after.is_some()),
        ("no_effect_below", dropout.no_effect_below.is_some()),
    ];
    if let [(stated, true), (missing, false)] | [(missing, false), (stated, true)] = halves {
        let label = format!("nobody leaves for want of effect unless `{missing}` is stated too");
        let fault = Fault::new(&codes::TRIAL, at!["trial", "dropout", stated], label);
        faults.push(
            fault.help("`no_effect_after` says when, `no_effect_below` which share the score must have fallen by"),
        );
    }
    for (place, uncertain) in trial.uncertain.iter().enumerate() {
        let here = at!["trial", "uncertain", place];
        if trial.uncertain[..place].iter().any(|other| other.parameter == uncertain.parameter) {
            let label = format!("`{}` is drawn already: the last draw would win unseen", uncertain.parameter);
            faults.push(Fault::new(&codes::TRIAL, here.then("parameter"), label));
        }
        let Some(parameter) = experiment.cascade.parameter(&uncertain.parameter) else {
            let known: Vec<String> = experiment.cascade.parameters().into_iter().map(Parameter::key).collect();
            let near = nearest(&uncertain.parameter, known.iter().map(String::as_str));
            let hint =
                near.map_or("`resprout params list` lists them".to_owned(), |near| format!("did you mean `{near}`?"));
            let fault = Fault::new(&codes::UNKNOWN_NAME, here.then("parameter"), "no parameter has this name");
            faults.push(fault.help(hint));
            continue;
        };
        check_range(uncertain, parameter, &here, faults);
    }
}

/// Both ends are quantities in the parameter's unit, in order, and within its range.
fn check_range(uncertain: &UncertainTable, parameter: &Parameter, here: &KeyPath, faults: &mut Vec<Fault>) {
    let mut ends = Vec::new();
    for (name, text) in [("from", &uncertain.from), ("to", &uncertain.to)] {
        match convert(text, parameter.unit) {
            Ok(value) if (parameter.min..=parameter.max).contains(&value) => ends.push(value),
            Ok(value) => {
                let (least, most, unit) = (parameter.min, parameter.max, parameter.unit);
                let label = format!("{value} {unit} is outside what is allowed: {least} to {most} {unit}");
                faults.push(Fault::new(&codes::TRIAL, here.then(name), label));
            }
            Err(error) => faults.push(Fault::new(&codes::TRIAL, here.then(name), error.to_string())),
        }
    }
    if let [from, to] = ends[..]
        && from >= to
    {
        let label = format!("`from` is {from}, `to` is {to}: nothing lies between");
        faults.push(Fault::new(&codes::TRIAL, here.clone(), label));
    }
}
