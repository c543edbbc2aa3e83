//! What no schema can say of doses: each line by itself, and the doses of an arm expanded and side by side.

use std::collections::BTreeMap;

use super::super::document::{EntryPart, KeyPath, at};
use super::super::experiment::Experiment;
use super::super::fault::Fault;
use super::super::model::Hypothesis;
use super::super::protocol::Arm;
use crate::anatomy::cohort::Covariate;
use crate::foundation::diagnostics::codes;
use crate::foundation::time::Time;
use crate::foundation::units::format_time;
use crate::mechanisms::dosing::{ActionTarget, Amount, DoseEvent, Drug, Route};

/// Doses per body weight beyond which nothing was calibrated.
const HIGHEST_PLAUSIBLE_MG_PER_KG: f64 = 50.0;
/// A dose of this size weighs as much as the body.
const WHOLE_BODY_MG_PER_KG: f64 = 1e6;
/// So many doses one arm can take, repeats counted singly.
const MOST_DOSES: u64 = 1_000_000;

/// The doses of every arm, with the drugs and the body that they are held against.
pub(super) struct Doses<'a> {
    experiment: &'a Experiment,
    drugs: BTreeMap<&'a str, Drug>,
    weight_kg: f64,
    /// The heaviest body that is drawn.
    heaviest_kg: f64,
}

/// One dose of an arm, by the event that it comes from.
struct Given<'a> {
    event: usize,
    drug: &'a str,
    route: Route,
    start: Time,
    duration: Time,
    amount: Amount,
}

impl Given<'_> {
    fn end(&self) -> Time {
        self.start + self.duration
    }

    /// What two doses share that are one and the same; also the order in which they are looked through.
    fn order(&self) -> (&str, Route, Time, Time, bool, u64) {
        let per_kg = matches!(self.amount, Amount::MgPerKg(_));
        (self.drug, self.route, self.start, self.duration, per_kg, self.amount.value().to_bits())
    }
}

impl<'a> Doses<'a> {
    pub(super) fn of(experiment: &'a Experiment) -> Self {
        let mut drugs = BTreeMap::new();
        for event in experiment.arms.iter().flat_map(|arm| &arm.doses) {
            let name = event.first.drug.as_str();
            if !drugs.contains_key(name)
                && let Ok(mut formulary) = experiment.formulary([name])
                && let Some(drug) = formulary.0.pop()
            {
                drugs.insert(name, drug);
            }
        }
        let (weight_kg, heaviest_kg) = if let Some(subjects) = &experiment.subjects {
            let weight = &subjects.distributions[Covariate::Weight as usize];
            (weight.median, weight.bounds[1])
        } else {
            let weight_kg = experiment.subject(0, 0).0.weight_kg;
            (weight_kg, weight_kg)
        };
        Self { experiment, drugs, weight_kg, heaviest_kg }
    }

    /// Every fault of the doses of `arm`, which stands at `here`.
    pub(super) fn check(&self, arm: &'a Arm, here: &KeyPath, faults: &mut Vec<Fault>) {
        let list = here.then("doses");
        for (position, event) in arm.doses.iter().enumerate() {
            self.check_event(event, &list.then(position), faults);
        }
        self.check_effect(arm, &list, faults);
        let horizon = self.experiment.time.horizon;
        let sound = |event: &DoseEvent| event.check().is_ok() && event.last_start() <= horizon;
        let events = || arm.doses.iter().enumerate().filter(|(_, event)| sound(event));
        let doses: u64 = events().map(|(_, event)| u64::from(event.additional) + 1).sum();
        if doses > MOST_DOSES {
            let label = format!("{doses} doses in one arm; at most {MOST_DOSES} are taken");
            faults.push(Fault::new(&codes::OUT_OF_RANGE, list, label));
            return;
        }
        let given = events().flat_map(|(index, event)| {
            (0..=event.additional).map(move |repeat| Given {
                event: index,
                drug: &event.first.drug,
                route: event.first.route,
                start: event.start_of(repeat),
                duration: event.first.duration,
                amount: event.first.amount,
            })
        });
        let mut given: Vec<Given<'_>> = given.collect();
        given.sort_by(|a, b| a.order().cmp(&b.order()));
        check_side_by_side(&given, &list, faults);
        if let Some(last) = given.iter().map(Given::end).max().filter(|last| horizon - *last < Time::HOUR) {
            let name = &arm.name;
            let label = if last > horizon {
                format!("the last dose of arm `{name}` lasts until {} h, beyond the horizon", short(last.hours()))
            } else {
                format!("the last dose of arm `{name}` ends at the horizon")
            };
            let fault = Fault::new(&codes::LATE_EFFECT, at!["time", "horizon"], label);
            faults.push(fault.resting_on(list).resting_on(at!["time", "horizon"]));
        }
    }

    fn check_event(&self, event: &DoseEvent, here: &KeyPath, faults: &mut Vec<Fault>) {
        let horizon = self.experiment.time.horizon;
        if event.interval > Time::ZERO && event.additional == 0 {
            let fault = Fault::new(&codes::INTERVAL_WITHOUT_REPEATS, here.then("ii"), "`ii` is set but `addl` is 0");
            let fault = fault.pointing_to(EntryPart::Entry).resting_on(here.then("addl"));
            faults.push(fault.help("add `addl = 5` for six doses in all, or remove `ii`"));
        }
        if event.additional > 0 && event.interval == Time::ZERO {
            let fault =
                Fault::new(&codes::REPEATS_WITHOUT_INTERVAL, here.then("addl"), "`addl` is set but `ii` is missing");
            let fault = fault.pointing_to(EntryPart::Entry).resting_on(here.then("ii"));
            faults.push(fault.help("add the interval, such as `ii = \"84 h\"`, or remove `addl`"));
        }
        let (start, last) = (event.first.start, event.last_start());
        if start < Time::ZERO {
            let label = format!("`time` is {}, before the burn-in ends", format_time(start));
            faults.push(Fault::new(&codes::DOSE_OUTSIDE, here.then("time"), label));
        } else if start > horizon {
            let label = format!("`time` is {} but the simulation ends at {}", format_time(start), format_time(horizon));
            let fault = Fault::new(&codes::DOSE_OUTSIDE, here.then("time"), label).resting_on(at!["time", "horizon"]);
            faults.push(fault.help("move the dose, or raise `time.horizon`"));
        } else if last > horizon {
            let doses = u64::from(event.additional) + 1;
            let (last, horizon) = (format_time(last), format_time(horizon));
            let label = format!("dose {doses} of {doses} begins at {last}, after the horizon of {horizon}");
            let fault = Fault::new(&codes::DOSE_OUTSIDE, here.then("addl"), label).pointing_to(EntryPart::Entry);
            let fault = fault.resting_on(here.then("ii")).resting_on(here.then("time"));
            faults.push(fault.resting_on(at!["time", "horizon"]));
        }
        if let Some(drug) = self.drugs.get(event.first.drug.as_str()).filter(|drug| !drug.allows(event.first.route)) {
            let label = format!("nothing is known of {} by this route", drug.name);
            let known: Vec<String> = drug.routes.iter().map(|kinetics| format!("`{}`", kinetics.route)).collect();
            let fault = Fault::new(&codes::ROUTE_NOT_KNOWN, here.then("route"), label).resting_on(here.then("drug"));
            faults.push(fault.help(format!("routes of {}: {}", drug.name, known.join(", "))));
        } else if let Some(most) = event.first.route.heaviest_kg().filter(|&most| self.heaviest_kg > most) {
            let route = event.first.route;
            let label =
                format!("`{route}` is a route of mice and rats, and a body here weighs {} kg", short(self.heaviest_kg));
            let fault = Fault::new(&codes::RODENT_ROUTE, here.then("route"), label);
            let fault = fault.resting_on(here.then("drug")).resting_on(at!["subject"]).resting_on(at!["subjects"]);
            faults.push(fault.help(if self.experiment.subjects.is_some() {
                format!("bound `weight` in `[subjects]` by {most} kg, or give the drug by another route")
            } else {
                "state the animal's `weight = \"25 g\"` in `[subject]`, or give the drug by another route".to_owned()
            }));
        }
        self.check_amount(event.first.amount, here, faults);
    }

    /// The amount per body weight, however it is stated.
    fn check_amount(&self, amount: Amount, here: &KeyPath, faults: &mut Vec<Fault>) {
        let weight_kg = self.weight_kg;
        let per_kg = match amount {
            Amount::Mg(mg) => mg / weight_kg,
            Amount::MgPerKg(mg_per_kg) => mg_per_kg,
        };
        let stated = match amount {
            Amount::Mg(mg) => format!("{} mg is {} mg/kg in a body of {weight_kg} kg", short(mg), short(per_kg)),
            Amount::MgPerKg(_) => format!("{} mg/kg", short(per_kg)),
        };
        let fault = |code, label: String| {
            Fault::new(code, here.then("amt"), label).resting_on(at!["subject"]).resting_on(at!["subjects"])
        };
        if per_kg >= WHOLE_BODY_MG_PER_KG {
            faults.push(fault(&codes::IMPOSSIBLE_DOSE, format!("{stated}: no less than the body weighs")));
        } else if per_kg > HIGHEST_PLAUSIBLE_MG_PER_KG {
            let fault = fault(&codes::HIGH_DOSE, stated);
            faults.push(fault.help("`allow = [\"W012\"]` at the top of the config keeps it without this warning"));
        }
    }

    /// Drugs that circulate in `arm` without any effect.
    fn check_effect(&self, arm: &Arm, list: &KeyPath, faults: &mut Vec<Fault>) {
        let mut first_of: BTreeMap<&str, usize> = BTreeMap::new();
        for (position, event) in arm.doses.iter().enumerate() {
            first_of.entry(&event.first.drug).or_insert(position);
        }
        for (name, position) in first_of {
            let Some(drug) = self.drugs.get(name).filter(|drug| !drug.moieties.is_empty()) else { continue };
            let blocks = drug.moieties.iter().any(|moiety| moiety.nmda.is_some());
            let mut targets: Vec<ActionTarget> = Vec::new();
            for action in drug.moieties.iter().flat_map(|moiety| &moiety.actions) {
                if action.max_effect > 0.0 && !targets.contains(&action.target) {
                    targets.push(action.target);
                }
            }
            if blocks || targets.iter().any(|&target| self.weight(arm, target) > 0.0) {
                continue;
            }
            let names: Vec<String> = targets.iter().map(|&target| format!("`{}`", <&str>::from(target))).collect();
            let label = if names.is_empty() {
                format!("`{name}` has neither `nmda` nor any `action` with an effect")
            } else {
                format!("`{name}` acts by {} alone, which weighs 0 here", names.join(" and "))
            };
            let fault = Fault::new(&codes::INERT_DRUG, list.then(position).then("drug"), label);
            let fault = fault.resting_on(at!["model"]).resting_on(at!["drugs"]);
            faults.push(targets.into_iter().filter_map(what_makes_act).fold(fault, Fault::help));
        }
    }

    /// The weight that `arm` gives to an action.
    fn weight(&self, arm: &Arm, target: ActionTarget) -> f64 {
        weight_key(target).map_or(1.0, |key| {
            let stated = self.experiment.overrides_in(arm).0.get(key).copied();
            stated.or_else(|| self.experiment.cascade.parameter(key).map(|declared| declared.default)).unwrap_or(1.0)
        })
    }
}

/// The parameter that weighs an action; none for actions that always count.
fn weight_key(target: ActionTarget) -> Option<&'static str> {
    match target {
        ActionTarget::AmpaPotentiation => Some(Hypothesis::Metabolite.weight_key()),
        ActionTarget::TrkbPotentiation => Some("bdnf.trkb_potentiation_weight"),
        _ => None,
    }
}

/// The key of a config that makes an action count.
fn what_makes_act(target: ActionTarget) -> Option<String> {
    let name = <&str>::from(target);
    match weight_key(target)? {
        key if key == Hypothesis::Metabolite.weight_key() => {
            Some(format!("`{name}` counts with \"metabolite\" among `model.hypotheses`"))
        }
        key => Some(format!("`{name}` counts with `\"{key}\" = {{ value = 1, why = \"…\" }}` in `[model.override]`")),
    }
}

/// A number in few characters.
fn short(value: f64) -> String {
    if value < 1e9 { ((value * 1e3).round() / 1e3).to_string() } else { format!("{value:.0e}") }
}

/// Doses that are one and the same, and infusions that run at once, of all doses of an arm in their order.
fn check_side_by_side(given: &[Given<'_>], list: &KeyPath, faults: &mut Vec<Fault>) {
    let mut told = std::collections::BTreeSet::new();
    // the infusion of this drug and route that ends last so far
    let mut running: Option<&Given<'_>> = None;
    for (index, dose) in given.iter().enumerate() {
        if running.is_some_and(|other| (other.drug, other.route) != (dose.drug, dose.route)) {
            running = None;
        }
        let before = index.checked_sub(1).map(|before| &given[before]);
        if let Some(twin) = before.filter(|twin| twin.order() == dose.order() && twin.event != dose.event) {
            let later = twin.event.max(dose.event);
            if told.insert((later, true)) {
                let label = format!("another line gives the same dose at {}", format_time(dose.start));
                let here = list.then(later);
                faults.push(Fault::new(&codes::DOSE_TWICE, here.then("time"), label).resting_on(here));
            }
        } else if let Some(other) = running.filter(|other| dose.start < other.end() && dose.duration > Time::ZERO) {
            let (later, itself) = (other.event.max(dose.event), other.event == dose.event);
            if told.insert((later, itself)) {
                let here = list.then(later);
                let key = here.then(if itself { "ii" } else { "time" });
                let part = if itself { EntryPart::Entry } else { EntryPart::Value };
                let (start, end) = (format_time(other.start), format_time(other.end()));
                let label = format!("an infusion of {} runs from {start} to {end}", dose.drug);
                faults.push(Fault::new(&codes::OVERLAPPING_INFUSIONS, key, label).pointing_to(part).resting_on(here));
            }
        }
        if dose.duration > Time::ZERO && running.is_none_or(|other| other.end() < dose.end()) {
            running = Some(dose);
        }
    }
}
