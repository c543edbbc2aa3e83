use bevy_app::App;
use proptest::prelude::*;

use super::amounts::{Holdings, PropagatorCache};
use super::body::{Body, ELIMINATED};
use super::*;
use crate::foundation::clock::{self, Disabled};
use crate::mechanisms::dosing::formulary::shipped_drug;
use crate::mechanisms::dosing::{Amount, Dose, DoseEvent, DoseSchedule, Dosing, Drug, Route};
use crate::mechanisms::{Cascade, Model, Protocol};

mod against_solver;
mod plasma_courses;
mod published;

/// A body to which doses are given, read at any instant.
struct Trial {
    body: Body,
    holdings: Holdings,
    cache: PropagatorCache,
    inputs: Vec<Input>,
    now: Time,
}

impl Trial {
    fn of(drug: &Drug, doses: &[Dose]) -> Self {
        Self::in_subject(drug, doses, &Subject::default())
    }

    fn in_subject(drug: &Drug, doses: &[Dose], subject: &Subject) -> Self {
        let body = Body::new(drug, subject, &PharmacokineticsParameters::default());
        let earlier = |index: usize| doses[..index].iter();
        let inputs = doses.iter().enumerate().flat_map(|(index, dose)| body.inputs(dose, earlier(index))).collect();
        Self { body, holdings: Holdings::default(), cache: PropagatorCache::default(), inputs, now: Time::ZERO }
    }

    fn until(&mut self, hours: f64) -> &mut Self {
        let to = Time::from_hours(hours);
        self.holdings.advance(&self.body, &self.inputs, self.now, to, &mut self.cache);
        self.now = to;
        self
    }

    fn plasma_ng_per_ml(&self, moiety: usize) -> f64 {
        let site = &self.body.sites[moiety];
        self.holdings.states[site.central] / site.volume_l * self.body.drug.moieties[moiety].molar_mass_g_per_mol
    }

    /// Largest concentration of a moiety on a grid of minutes, and when (min).
    fn peak(&mut self, moiety: usize, until_min: u32) -> (f64, f64) {
        (1..=until_min).fold((0.0, 0.0), |peak, minute| {
            let concentration = self.until(f64::from(minute) / 60.0).plasma_ng_per_ml(moiety);
            if concentration > peak.0 { (concentration, f64::from(minute)) } else { peak }
        })
    }
}

fn dose(drug: &str, route: Route, mg: f64, minutes: f64) -> Dose {
    Dose {
        drug: drug.into(),
        start: Time::ZERO,
        duration: Time::from_hours(minutes / 60.0),
        amount: Amount::Mg(mg),
        route,
    }
}

/// A parent without metabolites: volume 10 L, clearance 5 L/h, brain entry 2 /h, and the peripheral
/// compartments given as (volume, flow).
fn plain_drug(peripheral: &[(f64, f64)]) -> Drug {
    let cited = |value: &str| format!("{{ value = \"{value}\", source = \"test\" }}");
    let peripheral: Vec<String> = peripheral
        .iter()
        .map(|(volume, flow)| {
            let (volume, flow) = (cited(&format!("{volume} L")), cited(&format!("{flow} L/h")));
            format!("{{ volume = {volume}, flow = {flow} }}")
        })
        .collect();
    let text = format!(
        "name = \"plain\"\ntitle = \"\"\nstereochemistry = \"\"\n[[moiety]]\nname = \"plain\"\nmolar_mass = {}\n\
         unbound_fraction = {}\nbrain_partition = {}\nbrain_entry_rate = {}\ncentral_volume = {}\nclearance = {}\n\
         peripheral = [{}]\n[[route]]\nroute = \"iv\"\npathway = [{{ name = \"vein\" }}]\n[[route]]\nroute = \"oral\"\n\
         pathway = [{{ name = \"gut\", absorption_rate = {}, bioavailability = {} }}]\n",
        cited("200 g/mol"),
        cited("0.5"),
        cited("1"),
        cited("2 1/h"),
        cited("10 L"),
        cited("5 L/h"),
        peripheral.join(", "),
        cited("1.5 1/h"),
        cited("0.4"),
    );
    Drug::from_toml("plain.toml", &text).unwrap_or_else(|report| panic!("{report}"))
}

/// C = D/V·e^(−kt) with k = CL/V, and for the brain k_e0·D/V·(e^(−kt) − e^(−k_e0·t))/(k_e0 − k).
#[test]
fn a_bolus_into_one_compartment_decays_exponentially_and_the_brain_follows() {
    let mut trial = Trial::of(&plain_drug(&[]), &[dose("plain", Route::Iv, 20.0, 0.0)]);
    for hours in [0.1, 1.0, 7.0] {
        trial.until(hours);
        let (k, ke0) = (0.5_f64, 2.0_f64);
        let plasma = 2_000.0 * (-k * hours).exp();
        assert!((trial.plasma_ng_per_ml(0) / plasma - 1.0).abs() < 1e-12, "rounding alone");
        let brain_um = 10.0 * ke0 * ((-k * hours).exp() - (-ke0 * hours).exp()) / (ke0 - k);
        let reached = trial.holdings.states[trial.body.sites[0].brain];
        assert!((reached / brain_um - 1.0).abs() < 1e-12, "rounding alone");
    }
}

/// During an infusion C = R/CL·(1 − e^(−kt)); by mouth F·D·ka/(V(ka − k))·(e^(−kt) − e^(−ka·t)).
#[test]
fn infusion_and_first_order_absorption_follow_their_closed_forms() {
    let drug = plain_drug(&[]);
    let mut infused = Trial::of(&drug, &[dose("plain", Route::Iv, 20.0, 120.0)]);
    let plateau = 20.0 / 2.0 / 5.0 * 1_000.0;
    assert!((infused.until(1.5).plasma_ng_per_ml(0) / (plateau * -(-0.75_f64).exp_m1()) - 1.0).abs() < 1e-12);
    let after = plateau * -(-1.0_f64).exp_m1() * (-0.5 * 3.0_f64).exp();
    assert!((infused.until(5.0).plasma_ng_per_ml(0) / after - 1.0).abs() < 1e-12);
    let mut swallowed = Trial::of(&drug, &[dose("plain", Route::Oral, 20.0, 0.0)]);
    let (k, ka, hours) = (0.5_f64, 1.5_f64, 2.0_f64);
    let bateman = 0.4 * 2_000.0 * ka / (ka - k) * ((-k * hours).exp() - (-ka * hours).exp());
    assert!((swallowed.until(hours).plasma_ng_per_ml(0) / bateman - 1.0).abs() < 1e-12);
}

/// In a mouse of 25 g, with r = 25 g/70 kg: V = V₀·r and k = CL₀·r^¾/V, and after an injection into the abdomen, as by mouth,
/// F·D·ka/(V(ka − k))·(e^(−kt) − e^(−ka·t)). What is absorbed sooner, ka, does not scale.
#[test]
fn an_intraperitoneal_injection_follows_its_closed_form_in_a_mouse() {
    let mut drug = plain_drug(&[]);
    drug.routes[1].route = Route::Ip;
    let mouse = Subject { weight_kg: 0.025, ..Subject::default() };
    let mut injected = Trial::in_subject(&drug, &[dose("plain", Route::Ip, 0.25, 0.0)], &mouse);
    let r = 0.025_f64 / 70.0;
    let (volume_l, clearance_l_per_h) = (10.0 * r, 5.0 * r.powf(0.75));
    let (k, ka) = (clearance_l_per_h / volume_l, 1.5_f64);
    for hours in [0.05, 0.3, 2.0] {
        let expected = 0.4 * 250.0 / volume_l * ka / (ka - k) * ((-k * hours).exp() - (-ka * hours).exp());
        let reached = injected.until(hours).plasma_ng_per_ml(0);
        assert!((reached / expected - 1.0).abs() < 1e-10, "rounding alone: {reached} for {expected}");
    }
}

/// Half of the dose reaches the circulation of a mouse as ketamine, and at once some norketamine that the liver made.
#[test]
fn ketamine_is_absorbed_from_the_abdomen_within_minutes() {
    let ketamine = shipped_drug("ketamine").unwrap();
    let mouse = Subject { weight_kg: 0.025, ..Subject::default() };
    let peak = |route| Trial::in_subject(&ketamine, &[dose("ketamine", route, 0.25, 0.0)], &mouse).peak(0, 60);
    let ((abdomen, minute), (muscle, _)) = (peak(Route::Ip), peak(Route::Im));
    assert!((abdomen / muscle - 0.5 / 0.93).abs() < 0.02, "alike but for what the liver takes: {abdomen} of {muscle}");
    assert!((1.0..20.0).contains(&minute), "{minute} min");
    let mut injected = Trial::in_subject(&ketamine, &[dose("ketamine", Route::Ip, 0.25, 0.0)], &mouse);
    let mut infused = Trial::in_subject(&ketamine, &[dose("ketamine", Route::Im, 0.25, 0.0)], &mouse);
    let share = |trial: &mut Trial| {
        trial.until(0.1);
        trial.plasma_ng_per_ml(1) / trial.plasma_ng_per_ml(0)
    };
    assert!(share(&mut injected) > 2.0 * share(&mut infused), "first pass makes norketamine");
}

/// Two compartments: λ² − (k10 + k12 + k21)λ + k10·k21 = 0 and C = D/V·Σ (k21 − λᵢ)/(λⱼ − λᵢ)·e^(−λᵢt).
#[test]
fn a_bolus_into_two_compartments_is_bi_exponential() {
    let mut trial = Trial::of(&plain_drug(&[(30.0, 12.0)]), &[dose("plain", Route::Iv, 20.0, 0.0)]);
    let (k10, k12, k21) = (0.5_f64, 1.2, 0.4);
    let half = (k10 + k12 + k21) / 2.0;
    let root = (half * half - k10 * k21).sqrt();
    let (fast, slow) = (half + root, half - root);
    for hours in [0.05, 0.5, 4.0, 30.0_f64] {
        let analytic = 2_000.0
            * ((k21 - fast) / (slow - fast) * (-fast * hours).exp()
                + (k21 - slow) / (fast - slow) * (-slow * hours).exp());
        assert!((trial.until(hours).plasma_ng_per_ml(0) / analytic - 1.0).abs() < 1e-11, "rounding alone");
    }
}

fn routes_of(name: &str) -> Vec<(Drug, Dose)> {
    let drug = shipped_drug(name).expect("shipped");
    let routes: Vec<Route> = drug.routes.iter().map(|kinetics| kinetics.route).collect();
    routes
        .into_iter()
        .map(|route| (drug.clone(), dose(name, route, 35.0, if route == Route::Iv { 40.0 } else { 0.0 })))
        .collect()
}

#[test]
fn what_was_given_is_in_the_body_or_eliminated() {
    for name in Formulary::shipped_names() {
        for (drug, dose) in routes_of(name) {
            let mut trial = Trial::of(&drug, std::slice::from_ref(&dose));
            let given = trial.body.dose_umol(&dose);
            for hours in [0.01, 0.5, 3.0, 24.0, 200.0] {
                trial.until(hours);
                assert!(trial.holdings.imbalance(&trial.body).abs() < 1e-9, "{name} {}: {hours} h", dose.route);
            }
            assert!((trial.holdings.given_umol / given - 1.0).abs() < 1e-9, "{name} {}: the whole dose", dose.route);
        }
    }
}

/// Eleven doses of every drug by every route, closer together than they leave the body, in a body that is
/// neither typical nor of reference weight: nothing is lost or made while they overlap.
#[test]
fn repeated_doses_are_in_the_body_or_eliminated_too() {
    let subject = Subject {
        weight_kg: 52.0,
        clearance_scale: 0.6,
        volume_scale: 1.4,
        bioavailability_scale: 1.7,
        ..Subject::default()
    };
    for name in Formulary::shipped_names() {
        for (drug, first) in routes_of(name) {
            let event = DoseEvent { first, interval: Time::from_hours(0.75), additional: 10 };
            let doses = event.expand().expect("eleven doses");
            let mut trial = Trial::in_subject(&drug, &doses, &subject);
            let given: f64 = doses.iter().map(|dose| trial.body.dose_umol(dose)).sum();
            for hours in [0.01, 0.9, 3.0, 7.6, 24.0, 400.0] {
                trial.until(hours);
                assert!(trial.holdings.imbalance(&trial.body).abs() < 1e-9, "{name} {}: {hours} h", event.first.route);
            }
            assert!((trial.holdings.given_umol / given - 1.0).abs() < 1e-9, "{name} {}: all doses", event.first.route);
        }
    }
}

/// After the n-th bolus at intervals τ: C = D/V · (1 − e^(−nkτ))/(1 − e^(−kτ)) · e^(−kt).
#[test]
fn repeated_boluses_accumulate_as_their_geometric_series() {
    let event =
        DoseEvent { first: dose("plain", Route::Iv, 20.0, 0.0), interval: Time::from_hours(1.5), additional: 5 };
    let mut trial = Trial::of(&plain_drug(&[]), &event.expand().expect("six doses"));
    let (k, interval) = (0.5_f64, 1.5_f64);
    for n in 1..=6 {
        let after = 0.7;
        let series = (-k * interval * f64::from(n)).exp_m1() / (-k * interval).exp_m1();
        let expected = 2_000.0 * series * (-k * after).exp();
        let reached = trial.until(f64::from(n - 1) * interval + after).plasma_ng_per_ml(0);
        assert!((reached / expected - 1.0).abs() < 1e-12, "dose {n}: rounding alone");
    }
}

#[test]
fn nothing_given_leaves_exact_zeros() {
    let mut app = world(vec![dose("ketamine", Route::Iv, 0.0, 40.0)], &Disabled::default());
    run_until(&mut app, 6.0, |world| {
        let exposure = world.resource::<Exposure>();
        assert!(exposure.moieties.iter().all(|moiety| moiety.plasma_ng_per_ml == 0.0 && moiety.brain_free_um == 0.0));
        assert_eq!(exposure.actions, [0.0; crate::mechanisms::dosing::ActionTarget::COUNT]);
    });
}

fn world(doses: Vec<Dose>, disabled: &Disabled) -> App {
    let formulary = Formulary::shipped(["ketamine"]).expect("shipped");
    given(Protocol { formulary, doses: DoseSchedule(doses), ..Protocol::default() }, disabled)
}

fn given(protocol: Protocol, disabled: &Disabled) -> App {
    let model = Model { disabled: disabled.clone(), ..Model::default() };
    let cascade = Cascade::empty().then(Dosing).then(Pharmacokinetics);
    cascade.assemble(&model, &protocol, &Subject::default(), Time::ZERO, 1).expect("they fit")
}

fn run_until(app: &mut App, hours: f64, mut look: impl FnMut(&World)) {
    let until = Time::from_hours(hours);
    while app.world().resource::<Clock>().now < until {
        clock::advance(app.world_mut(), until).unwrap();
        look(app.world());
    }
}

#[test]
fn ticks_are_minutes_while_the_drug_moves_and_hours_at_rest_and_the_curve_is_the_bodys() {
    let start = 3.0;
    let infusion = Dose { start: Time::from_hours(start), ..dose("ketamine", Route::Iv, 35.0, 40.0) };
    let mut app = world(vec![infusion.clone()], &Disabled::default());
    let mut trial = Trial::of(&shipped_drug("ketamine").expect("shipped"), &[infusion]);
    let mut before = 0.0;
    let mut ticks = Vec::new();
    run_until(&mut app, 72.0, |world| {
        let now_h = world.resource::<Clock>().now.hours();
        ticks.push((before - start, now_h - before));
        before = now_h;
        let curve = trial.until(now_h).plasma_ng_per_ml(0);
        let reached = world.resource::<Exposure>().plasma_ng_per_ml("ketamine");
        assert!((reached - curve).abs() <= 1e-12 * curve, "{now_h} h: {reached} {curve}");
    });
    let longest = |from: f64, to: f64| {
        ticks.iter().filter(|(at, _)| (from..to).contains(at)).map(|(_, length)| *length).fold(0.0, f64::max)
    };
    assert_eq!(longest(-3.0, 0.0), 1.0);
    assert!(longest(0.0, 1.0) < 1.01 / 60.0, "while the infusion fills the brain and empties again");
    assert!(longest(1.0, 2.0) < 15.01 / 60.0, "while block declines");
    assert_eq!(longest(24.0, 72.0), 1.0);
    assert!(ticks.len() < 250, "{} ticks for three days with a dose", ticks.len());
}

#[test]
fn without_dosing_or_pharmacokinetics_there_is_no_exposure() {
    for phase in [Dosing::phase(), Pharmacokinetics::phase()] {
        let mut app = world(vec![dose("ketamine", Route::Iv, 35.0, 40.0)], &Disabled(vec![phase]));
        run_until(&mut app, 2.0, |world| {
            assert_eq!(world.resource::<Exposure>().plasma_ng_per_ml("ketamine"), 0.0);
        });
    }
}

/// A fork copies what is carried; the copy then continues to the last bit.
#[test]
fn a_forked_world_continues_exactly() {
    let doses = vec![dose("ketamine", Route::Intranasal, 50.0, 0.0)];
    let mut shared = world(doses.clone(), &Disabled::default());
    run_until(&mut shared, 2.0, |_| {});
    let mut arm = world(doses, &Disabled::default());
    crate::foundation::state::copy(shared.world_mut(), arm.world_mut(), &[]);
    *arm.world_mut().resource_mut::<Clock>() = shared.world().resource::<Clock>().clone();
    *arm.world_mut().resource_mut::<Pacing>() = shared.world().resource::<Pacing>().clone();
    for app in [&mut shared, &mut arm] {
        run_until(app, 9.0, |_| {});
    }
    assert_eq!(shared.world().resource::<Exposure>(), arm.world().resource::<Exposure>());
    assert!(arm.world().resource::<Exposure>().plasma_ng_per_ml("hnk") > 0.0);
}

/// Doubling weight doubles volumes and multiplies clearance by 2^0.75; scales multiply on top.
#[test]
fn clearance_and_volume_follow_the_subject() {
    let subject = Subject { weight_kg: 140.0, clearance_scale: 1.3, volume_scale: 0.8, ..Subject::default() };
    let mut trial = Trial::in_subject(&plain_drug(&[]), &[dose("plain", Route::Iv, 20.0, 0.0)], &subject);
    let (volume, clearance) = (10.0 * 2.0 * 0.8, 5.0 * 2.0_f64.powf(0.75) * 1.3);
    let expected = 20_000.0 / volume * (-clearance / volume * 3.0_f64).exp();
    assert!((trial.until(3.0).plasma_ng_per_ml(0) / expected - 1.0).abs() < 1e-12);
    let per_weight = Dose { amount: Amount::MgPerKg(0.5), ..dose("plain", Route::Iv, 0.0, 0.0) };
    assert_eq!(trial.body.dose_umol(&per_weight), 0.5 * 140.0 / 200.0 * 1_000.0);
}

/// Odds of 0.23/0.77 tripled are a bioavailability of 0.69/1.46; norketamine's share falls with what is lost.
#[test]
fn what_reaches_the_circulation_is_not_metabolised_on_first_pass() {
    let ketamine = shipped_drug("ketamine").expect("shipped");
    let given = [dose("ketamine", Route::Oral, 35.0, 0.0)];
    let subject = Subject { bioavailability_scale: 3.0, ..Subject::default() };
    let (mut typical, mut other) = (Trial::of(&ketamine, &given), Trial::in_subject(&ketamine, &given, &subject));
    let ratio = other.until(2.0).plasma_ng_per_ml(0) / typical.until(2.0).plasma_ng_per_ml(0);
    assert!((ratio - 3.0 / 1.46).abs() < 1e-9, "{ratio}");
    assert!(other.holdings.imbalance(&other.body).abs() < 1e-9);
}

/// The tools of in-silico knock-outs do what they are for, at the doses of the animal studies; the active
/// placebo of ketamine trials acts on GABA-A receptors, and saline on nothing.
#[test]
fn blockers_and_controls_act_on_their_targets() {
    use strum::VariantArray;

    use crate::mechanisms::dosing::ActionTarget;
    for (name, mg, target, hours, low, high) in [
        ("nbqx", 700.0, ActionTarget::AmpaInhibition, 0.5, 0.8, 1.0),
        ("rapamycin", 70.0, ActionTarget::Mtorc1Inhibition, 6.0, 0.8, 0.95),
        ("trkb_antagonist", 140.0, ActionTarget::TrkbInhibition, 1.0, 0.6, 0.9),
        ("midazolam", 3.15, ActionTarget::GabaAPotentiation, 0.5, 0.03, 0.3),
        ("saline", 100.0, ActionTarget::GabaAPotentiation, 0.5, 0.0, 0.0),
    ] {
        let formulary = Formulary::shipped([name]).expect("shipped");
        let doses = DoseSchedule(vec![dose(name, Route::Iv, mg, 0.0)]);
        let mut app = given(Protocol { formulary, doses, ..Protocol::default() }, &Disabled::default());
        run_until(&mut app, hours, |_| {});
        let exposure = app.world().resource::<Exposure>();
        let level = exposure.action(target);
        assert!((low..=high).contains(&level), "{name}: {level}");
        let others = ActionTarget::VARIANTS.iter().copied().filter(|&other| other != target);
        assert!(others.map(|other| exposure.action(other)).all(|level| level == 0.0), "{name} acts on nothing else");
    }
}

proptest! {
    /// The law of linear systems: two doses together leave what each leaves alone.
    #[test]
    fn doses_superpose(first_mg in 1.0..100.0_f64, second_mg in 1.0..100.0_f64, later_h in 0.0..5.0_f64) {
        let drug = shipped_drug("ketamine").expect("shipped");
        let first = dose("ketamine", Route::Oral, first_mg, 0.0);
        let second = Dose { start: Time::from_hours(later_h), ..dose("ketamine", Route::Iv, second_mg, 40.0) };
        let alone = |given: &[Dose]| Trial::of(&drug, given).until(6.0).holdings.states.clone();
        let (a, b) = (alone(std::slice::from_ref(&first)), alone(std::slice::from_ref(&second)));
        let together = alone(&[first, second]);
        let scale = together.iter().copied().fold(0.0, f64::max);
        for state in 0..together.len() {
            prop_assert!((together[state] - a[state] - b[state]).abs() < 1e-11 * scale);
        }
    }

    /// Elimination does not depend on how time is cut.
    #[test]
    fn elimination_does_not_depend_on_the_tick(cut_h in 0.001..7.999_f64) {
        let drug = shipped_drug("ketamine").expect("shipped");
        let given = [dose("ketamine", Route::Sublingual, 25.0, 0.0)];
        let whole = Trial::of(&drug, &given).until(8.0).holdings.states[ELIMINATED];
        let halves = Trial::of(&drug, &given).until(cut_h).until(8.0).holdings.states[ELIMINATED];
        prop_assert!((whole / halves - 1.0).abs() < 1e-11);
    }
}
