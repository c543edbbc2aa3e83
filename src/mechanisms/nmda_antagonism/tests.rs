use bevy_app::App;
use proptest::prelude::*;

use super::equations::{equilibrium_block, ic50_without_magnesium};
use super::*;
use crate::anatomy::subject::Subject;
use crate::foundation::clock::{self, Disabled};
use crate::foundation::time::Time;
use crate::mechanisms::dosing::formulary::shipped_drug;
use crate::mechanisms::dosing::{Amount, Dose, DoseSchedule, Dosing, Route};
use crate::mechanisms::pharmacokinetics::Pharmacokinetics;
use crate::mechanisms::{Cascade, Model, Protocol};

fn blocker(drug: &str) -> NmdaBlocker {
    shipped_drug(drug).expect("shipped").moieties[0].nmda.clone().expect("a blocker")
}

/// C5: Jahr & Stevens 1990 at 1 mM.
#[test]
fn magnesium_leaves_free_what_jahr_and_stevens_found() {
    for (v_mv, free) in [(-70.0, 0.0445), (-40.0, 0.230), (0.0, 0.781)] {
        assert!((magnesium_unblock(v_mv, 1.0) / free - 1.0).abs() < 0.01, "{v_mv} mV");
    }
    assert_eq!(magnesium_unblock(-70.0, 0.0), 1.0);
}

/// C6: 0.78 µM ketamine, 1 mM magnesium, clamped at −66 mV.
#[test]
fn ketamine_blocks_glun2c_and_2d_more_than_2a_and_2b_in_magnesium() {
    let ketamine = blocker("ketamine");
    let [a, b, c, d] = Glun2::ALL.map(|subunit| equilibrium_block(&ketamine, subunit, 0.78, -66.0, 1.0));
    assert!((0.08..0.20).contains(&a) && (0.08..0.20).contains(&b), "2A {a}, 2B {b}");
    assert!((0.30..0.50).contains(&c), "2C {c}");
    assert!(c / a >= 2.0 && d > a, "2C/2A {}, 2D {d}", c / a);
}

/// The interpolation passes through both published IC50 values of every subunit.
#[test]
fn ic50_is_the_published_one_where_it_was_measured() {
    for name in Formulary::shipped_names() {
        for moiety in shipped_drug(name).expect("shipped").moieties {
            let Some(blocker) = moiety.nmda else { continue };
            for subunit in Glun2::ALL {
                let without = ic50(&blocker, subunit, blocker.reference_mv, 0.0);
                let with = ic50(&blocker, subunit, blocker.magnesium_reference_mv, 1.0);
                let assay = ic50_without_magnesium(&blocker, subunit, blocker.magnesium_reference_mv);
                let published = blocker.ic50_with_magnesium_um[subunit as usize];
                assert!((without / blocker.ic50_without_magnesium_um[subunit as usize] - 1.0).abs() < 1e-12);
                assert!((with / published.max(assay) - 1.0).abs() < 1e-12, "{name} {subunit:?}");
            }
        }
    }
}

/// Magnesium's constant at GluN2A, derived from ketamine's two IC50 values, is that of Jahr & Stevens
/// within a quarter: 0.066 against 3.57·exp(−0.062·66) = 0.060 mM.
#[test]
fn ketamines_ic50_pair_agrees_with_magnesiums_own_affinity() {
    let ketamine = blocker("ketamine");
    let affinity_mm = 1.0 / (ic50(&ketamine, Glun2::A, -66.0, 1.0) / ic50(&ketamine, Glun2::A, -66.0, 0.0) - 1.0);
    let jahr_stevens_mm = 3.57 * (-0.062 * 66.0_f64).exp();
    assert!((affinity_mm / jahr_stevens_mm - 1.0).abs() < 0.25, "{affinity_mm} {jahr_stevens_mm}");
}

/// With one site and continuous activity two blockers compete: occupancy Σx/(1 + Σx).
#[test]
fn blockers_compete_for_one_site() {
    let always = Activity { activations_hz: 1e9, bound_s: 1.0 };
    let ketamine = blocker("ketamine");
    let pair = [binding(&ketamine, 2.0, 1.0, always), binding(&ketamine, 6.0, 3.0, always)];
    let total: f64 = steady_occupancy(&pair).iter().sum();
    assert!((total - 0.5).abs() < 1e-6, "x = 1/2 each: {total}; agonist is never quite always on");
}

/// Steady block follows the closed form with ρ = (1 − τ)/(koff·T·(1 + ν·τ_esc)).
#[test]
fn partial_trapping_costs_potency_as_the_closed_form_says() {
    let partial = NmdaBlocker { trapped_fraction: 0.6, ..blocker("ketamine") };
    let activity = Activity { activations_hz: 0.7, bound_s: 0.1 };
    let rho = 0.4 / (partial.unblocking_per_s * 0.1 * (1.0 + 0.7 * partial.escape_time_s));
    let reached = steady_occupancy(&[binding(&partial, 1.5, 1.5, activity)])[0];
    assert!((reached - 1.0 / (2.0 + rho)).abs() < 1e-12, "{reached}");
    let trapped = NmdaBlocker { trapped_fraction: 1.0, ..partial };
    assert!((steady_occupancy(&[binding(&trapped, 1.5, 1.5, activity)])[0] - 0.5).abs() < 1e-12);
}

#[test]
fn receptors_that_are_used_more_are_blocked_sooner_and_more() {
    let ketamine = blocker("ketamine");
    let after = |activations_hz: f64| {
        occupancy_after(&[binding(&ketamine, 1.0, 1.0, Activity { activations_hz, bound_s: 0.05 })], &[0.0], 20.0)[0]
    };
    assert!(after(10.0) > 2.0 * after(1.0), "{} {}", after(10.0), after(1.0));
    let steady = |activations_hz: f64| {
        steady_occupancy(&[binding(&ketamine, 1.0, 1.0, Activity { activations_hz, bound_s: 0.05 })])[0]
    };
    assert!(steady(10.0) > 1.1 * steady(0.1), "{} {}", steady(10.0), steady(0.1));
}

fn world(drug: &str, mg: f64, minutes: f64, disabled: &Disabled) -> App {
    let dose = Dose {
        drug: drug.into(),
        start: Time::ZERO,
        duration: Time::from_hours(minutes / 60.0),
        amount: Amount::Mg(mg),
        route: Route::Iv,
    };
    let formulary = Formulary::shipped([drug]).expect("shipped");
    let protocol = Protocol { formulary, doses: DoseSchedule(vec![dose]), ..Protocol::default() };
    let model = Model { disabled: disabled.clone(), ..Model::default() };
    let cascade = Cascade::empty().then(Dosing).then(Pharmacokinetics).then(NmdaAntagonism);
    cascade.assemble(&model, &protocol, &Subject::default(), Time::ZERO, 1).expect("they fit")
}

fn block_at(app: &mut App, hours: f64) -> NmdaBlock {
    let until = Time::from_hours(hours);
    while app.world().resource::<Clock>().now < until {
        clock::advance(app.world_mut(), until).unwrap();
    }
    app.world().resource::<NmdaBlock>().clone()
}

/// The asymmetry that disinhibits: large at an antidepressant dose, small at an anaesthetic one.
#[test]
fn interneurons_lose_more_than_pyramidal_cells_and_less_so_at_anaesthetic_doses() {
    let ratio = |mg: f64| {
        let block = block_at(&mut world("ketamine", mg, 40.0, &Disabled::default()), 40.0 / 60.0);
        let [pyramidal, pv, sst] = block.synaptic;
        assert!(block.synaptic.iter().chain(&block.tonic).all(|blocked| (0.0..1.0).contains(blocked)));
        pv.min(sst) / pyramidal
    };
    assert!(ratio(35.0) > 1.8, "{}", ratio(35.0));
    assert!(ratio(35.0) > 1.4 * ratio(35.0 * 40.0), "{} {}", ratio(35.0), ratio(35.0 * 40.0));
}

#[test]
fn block_fades_with_the_drug_and_is_zero_without_it() {
    let mut app = world("ketamine", 35.0, 40.0, &Disabled::default());
    let peak = block_at(&mut app, 40.0 / 60.0).synaptic[CellClass::Pv as usize];
    let next_day = block_at(&mut app, 24.0).synaptic[CellClass::Pv as usize];
    assert!(next_day < 0.02 * peak && next_day > 0.0, "{peak} {next_day}");
    assert_eq!(block_at(&mut world("ketamine", 0.0, 40.0, &Disabled::default()), 1.0), NmdaBlock::default());
    for phase in [NmdaAntagonism::phase(), Pharmacokinetics::phase()] {
        let mut off = world("ketamine", 35.0, 40.0, &Disabled(vec![phase]));
        assert_eq!(block_at(&mut off, 1.0), NmdaBlock::default());
    }
}

proptest! {
    /// Two half ticks are one tick at constant concentration, and block stays a fraction.
    #[test]
    fn occupancy_does_not_depend_on_the_tick(
        first_um in 0.0..50.0_f64, second_um in 0.0..50.0_f64, held in 0.0..0.5_f64, step_s in 0.1..2_000.0_f64,
    ) {
        let ketamine = blocker("ketamine");
        let slow = NmdaBlocker { unblocking_per_s: 0.002, trapped_fraction: 1.0, ..ketamine.clone() };
        let activity = Activity { activations_hz: 0.5, bound_s: 0.3 };
        let bindings = [binding(&ketamine, 3.0, first_um, activity), binding(&slow, 1.0, second_um, activity)];
        let before = [held, held / 2.0];
        let once = occupancy_after(&bindings, &before, step_s);
        let halved = occupancy_after(&bindings, &occupancy_after(&bindings, &before, step_s / 2.0), step_s / 2.0);
        for (once, halved) in once.iter().zip(&halved) {
            prop_assert!((once - halved).abs() < 1e-10);
            prop_assert!((0.0..=1.0).contains(once));
        }
        prop_assert!(once.iter().sum::<f64>() <= 1.0 + 1e-12);
    }

    /// More drug never blocks less, and depolarisation relieves magnesium, not the drug alone.
    #[test]
    fn block_grows_with_concentration(low_um in 0.0..10.0_f64, more_um in 0.001..10.0_f64) {
        let parameters = NmdaAntagonismParameters::default();
        let ketamine = blocker("ketamine");
        for class in CellClass::ALL {
            for site in Site::ALL {
                let block = |um| steady_block(&parameters, &ketamine, class, site, um);
                prop_assert!(block(low_um + more_um) > block(low_um));
            }
        }
    }
}

/// Magnesium competes with whatever blocks the channel, so its affinity must not depend on the drug: the
/// constants derived from ketamine's and from memantine's IC50 pairs agree subunit by subunit.
#[test]
fn magnesiums_affinity_is_the_same_seen_through_either_drug() {
    let affinity_mm = |drug: &str, subunit: Glun2| {
        let blocker = blocker(drug);
        1.0 / (ic50(&blocker, subunit, -66.0, 1.0) / ic50(&blocker, subunit, -66.0, 0.0) - 1.0)
    };
    for subunit in Glun2::ALL {
        let ratio = affinity_mm("ketamine", subunit) / affinity_mm("memantine", subunit);
        assert!((0.6..1.7).contains(&ratio), "{subunit:?}: {ratio}");
    }
}

/// At clinical concentrations (0.43 µM free ketamine at the end of an infusion, 0.30 µM free
/// memantine on 20 mg a day), and even at equal ones, memantine leaves synaptic events of every class
/// less blocked; trapped like ketamine, it would block them more.
#[test]
fn memantine_spares_synaptic_events_because_it_is_not_trapped() {
    let parameters = NmdaAntagonismParameters::default();
    let (ketamine, memantine) = (blocker("ketamine"), blocker("memantine"));
    let as_ketamine = NmdaBlocker { trapped_fraction: ketamine.trapped_fraction, ..memantine.clone() };
    for class in CellClass::ALL {
        let block = |blocker: &NmdaBlocker, um: f64| steady_block(&parameters, blocker, class, Site::Synaptic, um);
        assert!(block(&memantine, 0.30) < 0.6 * block(&ketamine, 0.43), "{class:?}");
        assert!(block(&memantine, 0.43) < 0.8 * block(&ketamine, 0.43), "{class:?}");
        assert!(block(&as_ketamine, 0.43) > 1.2 * block(&memantine, 0.43), "{class:?}");
    }
}

/// Gideons 2014: at 50 µM both block synaptic NMDA responses without magnesium; with it only ketamine does.
#[test]
fn magnesium_sets_memantine_and_ketamine_apart_at_synapses() {
    let block = |drug: &str, magnesium_mm: f64| {
        let parameters = NmdaAntagonismParameters { magnesium_mm, ..NmdaAntagonismParameters::default() };
        steady_block(&parameters, &blocker(drug), CellClass::Pyramidal, Site::Synaptic, 50.0)
    };
    assert!(block("memantine", 0.0) > 0.7 && block("ketamine", 0.0) > 0.9, "{}", block("memantine", 0.0));
    assert!(block("memantine", 1.0) < 0.5 * block("ketamine", 1.0), "{}", block("memantine", 1.0));
}

/// MK-801 is held for hours: half a day after the drug has gone from plasma, block is still there.
#[test]
fn a_blocker_that_leaves_slowly_blocks_long_after_it_was_given() {
    let mut app = world("mk801", 7.0, 0.0, &Disabled::default());
    let early = block_at(&mut app, 2.0).synaptic[CellClass::Pyramidal as usize];
    let late = block_at(&mut app, 14.0).synaptic[CellClass::Pyramidal as usize];
    let exposure = app.world().resource::<Exposure>();
    let held = steady_block(
        &NmdaAntagonismParameters::default(),
        &blocker("mk801"),
        CellClass::Pyramidal,
        Site::Synaptic,
        exposure.brain_free_um("mk801"),
    );
    assert!(early > 0.1 && late > 3.0 * held, "{early} {late} {held}");
}
