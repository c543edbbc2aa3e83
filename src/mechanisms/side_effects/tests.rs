use bevy_app::App;
use proptest::prelude::*;

use super::equations::tolerance_after;
use super::*;
use crate::anatomy::network::{self, NetworkPlan};
use crate::anatomy::population::default_populations;
use crate::anatomy::wiring::KernelShape;
use crate::foundation::clock;
use crate::foundation::parameters::Overrides;
use crate::foundation::random::Seed;
use crate::foundation::time::Time;
use crate::mechanisms::dosing::{Amount, Dose, DoseSchedule, Dosing, Formulary, Route};
use crate::mechanisms::nmda_antagonism::NmdaAntagonism;
use crate::mechanisms::pharmacokinetics::Pharmacokinetics;
use crate::mechanisms::{Cascade, Model, Protocol};

/// Everything from the dose to the side effect, without a neuron. Of a network it has the seed by which complaints are drawn.
fn world(doses: Vec<Dose>) -> App {
    world_of(doses, &Subject::default(), Seed(5))
}

fn world_of(doses: Vec<Dose>, subject: &Subject, seed: Seed) -> App {
    let formulary = Formulary::shipped(doses.iter().map(|dose| dose.drug.as_str())).unwrap();
    DoseSchedule(doses.clone()).check(&formulary).unwrap();
    let cascade = Cascade::empty().then(Dosing).then(Pharmacokinetics).then(NmdaAntagonism).then(SideEffectReadOut);
    let protocol = Protocol { formulary, doses: DoseSchedule(doses), ..Protocol::default() };
    let mut app = cascade.assemble(&Model::default(), &protocol, subject, Time::ZERO, 1).unwrap();
    let plan = NetworkPlan {
        neurons: 10,
        synapses_per_neuron: 10,
        populations: default_populations(),
        kernel: KernelShape::default(),
    };
    let mut elsewhere = App::empty();
    network::build_unwired(elsewhere.world_mut(), &plan, &Overrides::default(), seed).unwrap();
    app.insert_resource(elsewhere.world_mut().remove_resource::<Network>().unwrap());
    app
}

fn dose(drug: &str, hours: f64, amount: Amount, route: Route, minutes: f64) -> Dose {
    let duration = Time::from_hours(minutes / 60.0);
    Dose { drug: drug.into(), start: Time::from_hours(hours), duration, amount, route }
}

/// The side effects at the end of every tick, with the hour. The world begins an hour early, as every run does: the
/// tick before a dose makes the next one short.
fn course(mut doses: Vec<Dose>, hours: f64) -> Vec<(f64, SideEffects)> {
    for dose in &mut doses {
        dose.start = dose.start + Time::HOUR;
    }
    let end = Time::from_hours(hours + 1.0);
    let mut app = world(doses);
    let mut course = Vec::new();
    while app.world().resource::<Clock>().now < end {
        clock::advance(app.world_mut(), end).unwrap();
        course.push((app.world().resource::<Clock>().now.hours() - 1.0, *app.world().resource::<SideEffects>()));
    }
    course
}

fn infusion(hours: f64, mg_per_kg: f64) -> Dose {
    dose("ketamine", hours, Amount::MgPerKg(mg_per_kg), Route::Iv, 40.0)
}

/// When, and how high, `of` is highest.
fn peak(course: &[(f64, SideEffects)], of: impl Fn(&SideEffects) -> f64) -> (f64, f64) {
    course.iter().map(|(hour, effects)| (*hour, of(effects))).max_by(|a, b| a.1.total_cmp(&b.1)).unwrap()
}

fn at(course: &[(f64, SideEffects)], hour: f64) -> SideEffects {
    course.iter().min_by(|a, b| (a.0 - hour).abs().total_cmp(&(b.0 - hour).abs())).unwrap().1
}

fn cadss(effects: &SideEffects) -> f64 {
    effects.cadss
}

/// Rise of mean arterial pressure, in mmHg.
fn arterial_mmhg(effects: &SideEffects) -> f64 {
    let rest = SideEffects::at_rest(&SideEffectsParameters::default());
    (effects.systolic_mmhg - rest.systolic_mmhg) / 3.0 + (effects.diastolic_mmhg - rest.diastolic_mmhg) * 2.0 / 3.0
}

/// C19 and C20, which the parameters were fitted to.
#[test]
fn the_usual_infusion_dissociates_and_raises_pressure_as_observed() {
    let course = course(vec![infusion(0.0, 0.5)], 6.0);
    let (when, most) = peak(&course, cadss);
    assert!((0.5..=50.0 / 60.0).contains(&when) && (12.0..=30.0).contains(&most), "{most} at {when} h");
    assert!(at(&course, 110.0 / 60.0).cadss <= 0.25 * most);
    assert!(at(&course, 230.0 / 60.0).cadss <= 1.0);
    let (when, systolic) = peak(&course, |effects| effects.systolic_mmhg);
    assert!((35.0 / 60.0..=50.0 / 60.0).contains(&when), "{when} h");
    assert!((118.0 + 11.0..=118.0 + 22.0).contains(&systolic), "{systolic}");
    assert!(at(&course, 2.0).systolic_mmhg <= 118.0 + 6.0);
    let (_, rate) = peak(&course, |effects| effects.heart_rate_bpm);
    assert!((68.0 + 3.0..=68.0 + 12.0).contains(&rate), "{rate}");
}

/// Not fitted. Label: some 7-9 mmHg systolic and 4-6 diastolic at 40 min after 84 mg (recalled), which goes with a lower
/// peak concentration than the infusion's; dissociation of 61-75 % of subjects by the CADSS (label), below the infusion's.
/// Bands are wide: a third beyond the label's for pressure, up to C19's middle for the CADSS.
#[test]
fn intranasal_esketamine_does_less_than_the_infusion() {
    let spray = dose("esketamine", 0.0, Amount::Mg(84.0), Route::Intranasal, 0.0);
    let course = course(vec![spray], 6.0);
    let (when, systolic) = peak(&course, |effects| effects.systolic_mmhg - 118.0);
    assert!((0.3..=1.2).contains(&when) && (5.0..=12.0).contains(&systolic), "{systolic} at {when} h");
    let (_, diastolic) = peak(&course, |effects| effects.diastolic_mmhg - 75.0);
    assert!((3.0..=8.0).contains(&diastolic), "{diastolic}");
    let (_, most) = peak(&course, cadss);
    assert!((5.0..=20.0).contains(&most), "{most}");
    // fitted to the first week of esketamine: 20.6 and 14.0 % of subjects, 48-61 % on an observer's scale
    let probability = |of: fn(&SideEffects) -> f64| peak(&course, of).1;
    assert!((0.15..=0.27).contains(&probability(|effects| effects.dizziness)));
    assert!((0.10..=0.19).contains(&probability(|effects| effects.nausea)));
    assert!((0.45..=0.64).contains(&probability(|effects| effects.sedation)));
}

/// Not fitted: (S)-ketamine at 1,959 ng/mL raised heart rate by up to 43.5 % and arterial pressure by up to 27 %
/// (Langsjo 2005). The model is within a factor of two, on the low side for rate and on the high side for pressure.
#[test]
fn anaesthetic_concentrations_are_met_within_a_factor_of_two() {
    let mut app = world(vec![dose("esketamine", 0.0, Amount::Mg(1_000.0), Route::Iv, 60.0)]);
    clock::advance(app.world_mut(), Time::HOUR).unwrap();
    loop {
        clock::advance(app.world_mut(), Time::HOUR).unwrap();
        if app.world().resource::<Exposure>().plasma_ng_per_ml("esketamine") > 1_959.0 {
            break;
        }
    }
    let effects = app.world().resource::<SideEffects>();
    let rate = effects.heart_rate_bpm / 68.0 - 1.0;
    let pressure = arterial_mmhg(effects) / (75.0 + (118.0 - 75.0) / 3.0);
    assert!((0.435 / 2.0..0.435).contains(&rate), "heart rate {rate}");
    assert!((0.27..0.27 * 2.0).contains(&pressure), "arterial pressure {pressure}");
}

/// By route the same amount acts as much as it arrives, and as fast.
#[test]
fn routes_differ_in_height_and_in_time() {
    let by = |route, minutes| {
        let course = course(vec![dose("ketamine", 0.0, Amount::MgPerKg(0.5), route, minutes)], 8.0);
        (peak(&course, cadss), peak(&course, |effects| effects.systolic_mmhg - 118.0))
    };
    let [infused, muscle, skin, spray, swallowed] =
        [(Route::Iv, 40.0), (Route::Im, 0.0), (Route::Sc, 0.0), (Route::Intranasal, 0.0), (Route::Oral, 0.0)]
            .map(|(route, minutes)| by(route, minutes));
    // an intramuscular dose peaks as high as the infusion (Grant 1981: 240 ng/mL at 20 min), and before it ends
    assert!((muscle.1.1 / infused.1.1 - 1.0).abs() < 0.2 && muscle.1.0 < 0.5, "{muscle:?}");
    assert!(skin.1.1 < muscle.1.1 && spray.1.1 < skin.1.1 && swallowed.1.1 < spray.1.1);
    // what costs pressure costs far more dissociation: the one is near-linear, the other steep
    let (dissociates, presses) = (swallowed.0.1 / infused.0.1, swallowed.1.1 / infused.1.1);
    assert!(dissociates < 0.5 * presses && dissociates < 0.1 && presses > 0.1, "{swallowed:?} {infused:?}");
    assert!(swallowed.1.0 > muscle.1.0, "absorbed slowly: {} h", swallowed.1.0);
}

#[test]
fn pressure_rises_in_proportion_to_the_dose_and_dissociation_faster() {
    let [low, usual, high] = [0.1, 0.5, 1.0].map(|mg_per_kg| {
        let course = course(vec![infusion(0.0, mg_per_kg)], 2.0);
        (peak(&course, cadss).1, peak(&course, |effects| effects.systolic_mmhg - 118.0).1)
    });
    assert!((usual.1 / low.1 / 5.0 - 1.0).abs() < 0.25 && (high.1 / usual.1 / 2.0 - 1.0).abs() < 0.25);
    assert!(usual.0 > 10.0 * low.0 && high.0 > 2.0 * usual.0, "{low:?} {usual:?} {high:?}");
}

/// Each blocker by its own kinetics: two weeks of memantine's usual dose are not felt; MK-801, which hardly leaves the
/// channel, dissociates far longer than ketamine does from the same height.
#[test]
fn memantine_does_not_dissociate_and_mk801_does_so_for_longer_than_ketamine() {
    let doses =
        (0..14).map(|day| dose("memantine", 24.0 * f64::from(day), Amount::Mg(20.0), Route::Oral, 0.0)).collect();
    let (_, most) = peak(&course(doses, 14.0 * 24.0), cadss);
    assert!(most < 3.0, "{most}");
    let left_after_an_hour = |doses| {
        let course = course(doses, 4.0);
        let (when, most) = peak(&course, cadss);
        (most, at(&course, when + 1.0).cadss / most)
    };
    let (most, left) = left_after_an_hour(vec![dose("mk801", 0.0, Amount::MgPerKg(0.05), Route::Iv, 0.0)]);
    let (_, of_ketamine) = left_after_an_hour(vec![infusion(0.0, 0.5)]);
    assert!(most > 5.0 && left > 3.0 * of_ketamine, "{most}: {left} against {of_ketamine}");
}

/// Midazolam is an active placebo: it is felt, and it dissociates nobody. Saline is not felt.
#[test]
fn midazolam_sedates_without_dissociation_and_saline_does_nothing() {
    let calmed = course(vec![dose("midazolam", 0.0, Amount::MgPerKg(0.045), Route::Iv, 40.0)], 4.0);
    let sedation = peak(&calmed, |effects| effects.sedation).1;
    assert!((0.4..0.95).contains(&sedation), "{sedation}");
    assert!(peak(&calmed, |effects| effects.dizziness).1 > 0.2);
    assert!(calmed.iter().all(|(_, effects)| effects.cadss == 0.0 && effects.systolic_mmhg == 118.0));
    let rest = SideEffects::at_rest(&SideEffectsParameters::default());
    let course = course(vec![dose("saline", 0.0, Amount::Mg(100.0), Route::Iv, 40.0)], 4.0);
    assert!(course.iter().all(|(_, effects)| *effects == rest));
}

/// Six infusions, 56 h apart: dissociation falls to about two thirds (assumed), pressure not at all; a month later
/// nothing of it is left.
#[test]
fn repeated_infusions_dissociate_less_and_raise_pressure_as_much() {
    let mut doses: Vec<Dose> = (0..6).map(|n| infusion(56.0 * f64::from(n), 0.5)).collect();
    doses.push(infusion(280.0 + 40.0 * 24.0, 0.5));
    let course = course(doses, 280.0 + 41.0 * 24.0);
    let peak_of = |start: f64, of: fn(&SideEffects) -> f64| {
        let within: Vec<_> = course.iter().filter(|(hour, _)| (start..start + 3.0).contains(hour)).copied().collect();
        peak(&within, of).1
    };
    let cadss_at = |start| peak_of(start, cadss);
    let ratio = cadss_at(280.0) / cadss_at(0.0);
    assert!((0.5..0.8).contains(&ratio), "{ratio}");
    let rise = |start| peak_of(start, |effects| effects.systolic_mmhg - 118.0);
    let pressure = rise(280.0) / rise(0.0);
    assert!((pressure - 1.0).abs() < 0.01, "what is left of the drug after 56 h: {pressure}");
    assert!(cadss_at(280.0 + 960.0) > 0.97 * cadss_at(0.0));
}

/// How readily a subject complains is drawn once a session, so that over subjects the share that complains is the highest
/// probability of the session, however often it comes near it. The bounds are four standard errors.
#[test]
fn as_many_complain_as_the_highest_probability_says() {
    const SUBJECTS: u32 = 4_000;
    let mut complained = [0.0; COMPLAINTS];
    for seed in 0..SUBJECTS {
        let mut draws = Seed(u64::from(seed)).draws(Purpose::Complaint, 7, 0);
        let mut session = Session::default();
        session.begin([(); COMPLAINTS].map(|()| f64::from(draws.uniform())));
        for minute in 0..60_u32 {
            let course = f64::from(minute.min(60 - minute)) / 30.0;
            session.suffer([0.15 * course, 0.6 * course, 0.0]);
        }
        for (count, complains) in complained.iter_mut().zip(session.complained()) {
            *count += f64::from(u8::from(complains));
        }
    }
    let n = f64::from(SUBJECTS);
    for (count, highest) in complained.into_iter().zip([0.15_f64, 0.6, 0.0]) {
        let error = (highest * (1.0 - highest) / n).sqrt();
        assert!((count / n - highest).abs() <= 4.0 * error, "{} of {highest}", count / n);
    }
}

/// A complaint stays noted until the next dose begins a session of its own; before the first dose there is nothing to complain of.
#[test]
fn a_session_lasts_from_one_dose_to_the_next() {
    let mut session = Session::default();
    session.suffer([0.0; COMPLAINTS]);
    assert_eq!(session.complained(), [false; COMPLAINTS]);
    session.begin([0.2, 0.5, 0.9]);
    session.suffer([0.3, 0.4, 0.8]);
    session.suffer([0.0; COMPLAINTS]);
    assert_eq!(session.complained(), [true, false, false]);
    session.begin([0.4; COMPLAINTS]);
    assert_eq!(session.complained(), [false; COMPLAINTS]);
}

/// What is reported after each of two infusions is what the thresholds of that session and its highest probabilities say; another
/// dose and another subject have thresholds of their own, and a dose of nothing begins no session.
#[test]
fn every_dose_of_a_course_has_a_session_of_its_own() {
    let mut thresholds = Vec::new();
    for seed in 0..3 {
        let mut doses = vec![infusion(1.0, 0.5), infusion(57.0, 0.5)];
        doses.push(dose("saline", 80.0, Amount::Mg(0.0), Route::Iv, 40.0));
        let mut app = world_of(doses, &Subject::default(), Seed(seed));
        for (start, end) in [(1.0, 56.0), (57.0, 100.0)] {
            let mut highest = [0.0_f64; COMPLAINTS];
            while app.world().resource::<Clock>().now < Time::from_hours(end) {
                let begun = app.world().resource::<Clock>().now >= Time::from_hours(start);
                clock::advance(app.world_mut(), Time::from_hours(if begun { end } else { start })).unwrap();
                let it = app.world().resource::<SideEffects>();
                if begun {
                    for (most, now) in highest.iter_mut().zip([it.nausea, it.dizziness, it.sedation]) {
                        *most = most.max(now);
                    }
                }
            }
            let session = app.world().resource::<Session>().clone();
            assert!(highest.iter().all(|most| *most > 0.05), "{highest:?}");
            let expected = [0, 1, 2].map(|complaint| highest[complaint] > session.thresholds[complaint]);
            assert_eq!(session.complained(), expected, "{session:?} {highest:?}");
            thresholds.extend(session.thresholds);
        }
    }
    assert_eq!(thresholds.len(), 18);
    for (index, one) in thresholds.iter().enumerate() {
        assert!(!thresholds[..index].contains(one), "drawn twice: {thresholds:?}");
    }
}

/// The rise of pressure and rate is the subject's own; dissociation is not.
#[test]
fn subjects_differ_in_how_far_pressure_rises() {
    let risen = |pressor_scale: f64| {
        let subject = Subject { pressor_scale, ..Subject::default() };
        let mut app = world_of(vec![infusion(0.0, 0.5)], &subject, Seed(5));
        while app.world().resource::<Clock>().now < Time::from_hours(2.0 / 3.0) {
            clock::advance(app.world_mut(), Time::from_hours(2.0 / 3.0)).unwrap();
        }
        let (it, rest) =
            (app.world().resource::<SideEffects>(), SideEffects::at_rest(&SideEffectsParameters::default()));
        [it.systolic_mmhg - rest.systolic_mmhg, it.heart_rate_bpm - rest.heart_rate_bpm, it.cadss]
    };
    let ([systolic, rate, cadss], half, none) = (risen(1.0), risen(0.5), risen(0.0));
    assert!(systolic > 5.0 && (half[0] / systolic - 0.5).abs() < 1e-9 && (half[1] / rate - 0.5).abs() < 1e-9);
    assert_eq!((none[0], none[1]), (0.0, 0.0));
    assert!((half[2] - cadss).abs() < 1e-12 && cadss > 0.0);
}

#[test]
fn tolerance_has_the_steady_state_and_the_decay_of_its_equation() {
    let p = SideEffectsParameters { tolerance_gain_per_h: 0.75, tolerance_decay_d: 10.0, ..Default::default() };
    let steady = tolerance_after(0.0, 0.2, &p, 1e5);
    assert!((steady - 0.75 * 0.2 / (0.75 * 0.2 + 1.0 / 240.0)).abs() < 1e-12);
    assert!((tolerance_after(0.4, 0.0, &p, 240.0) - 0.4 * (-1.0_f64).exp()).abs() < 1e-12);
}

proptest! {
    /// Two half ticks are one tick, and tolerance never leaves its range.
    #[test]
    fn tolerance_does_not_depend_on_the_tick(before in 0.0..1.0, effect in 0.0..1.0, step_h in 0.0..200.0) {
        let p = SideEffectsParameters::default();
        let after = |tolerance, step_h| tolerance_after(tolerance, effect, &p, step_h);
        let once = after(before, step_h);
        prop_assert!((once - after(after(before, step_h / 2.0), step_h / 2.0)).abs() < 1e-12);
        prop_assert!((0.0..=1.0).contains(&once));
    }
}
