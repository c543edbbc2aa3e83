use proptest::prelude::*;

use super::formulary::{Formulary, SHIPPED};
use super::parameters::Spray;
use super::*;
use crate::anatomy::subject::Subject;
use crate::foundation::clock;
use crate::mechanisms::{Cascade, Model, Protocol};

fn infusion(start_h: f64) -> Dose {
    Dose {
        drug: "ketamine".into(),
        start: Time::from_hours(start_h),
        duration: Time::from_hours(2.0 / 3.0),
        amount: Amount::MgPerKg(0.5),
        route: Route::Iv,
    }
}

#[test]
fn every_shipped_drug_is_readable_bears_its_files_name_and_cites_every_quantity() {
    for (name, text) in SHIPPED {
        let drug = Drug::from_toml(name, text).unwrap_or_else(|report| panic!("{report}"));
        assert_eq!(drug.name, *name);
        assert!(drug.table.iter().all(|row| row.source.trim().len() > 3), "{name}: a source is too short");
    }
}

#[test]
fn every_fault_of_a_drug_file_is_reported_at_its_place() {
    let text = SHIPPED.iter().find(|(name, _)| *name == "ketamine").expect("shipped").1;
    let wrong = text
        .replace("value = \"80 L/h\"", "value = \"80 L\"")
        .replace("bioavailability = { value = 0.93,", "bioavailability = { value = 9.3,")
        .replace("source = \"C12H14ClNO\"", "source = \"\"");
    let report = Drug::from_toml("mine.toml", &wrong).expect_err("three faults").to_string();
    for code in ["E008", "E009", "E004"] {
        assert!(report.contains(code), "{code} is missing:\n{report}");
    }
    let line = 1 + wrong.lines().position(|line| line.contains("80 L\"")).expect("planted");
    assert!(report.contains(&format!("mine.toml:{line}:")), "{report}");
    let (before, after) = text.split_once("[[route]]").expect("routes");
    let twice = format!("{before}[[route]]{after}[[route]]{after}");
    let report = Drug::from_toml("mine.toml", &twice).expect_err("every route twice").to_string();
    assert!(report.contains("E011") && report.contains("`oral` is described above"), "{report}");
    let unknown = text.replace("assay =", "asay =");
    let report = Drug::from_toml("mine.toml", &unknown).expect_err("unknown key").to_string();
    assert!(report.contains("E003") && report.contains("did you mean `assay`?"), "{report}");
}

#[test]
fn an_event_expands_to_its_first_dose_and_addl_more() {
    let event = DoseEvent { first: infusion(24.0), interval: Time::from_hours(84.0), additional: 5 };
    let doses = event.expand().expect("a valid event");
    assert_eq!(doses.len(), 6);
    assert_eq!(doses[5].start, Time::from_hours(24.0 + 5.0 * 84.0));
    let lonely = DoseEvent { additional: 0, ..event.clone() };
    assert_eq!(lonely.expand(), Err(events::DoseError::IntervalWithoutRepeats));
    let at_once = DoseEvent { interval: Time::ZERO, ..event.clone() };
    assert_eq!(at_once.expand(), Err(events::DoseError::RepeatsWithoutInterval));
    let negative = DoseEvent { first: Dose { amount: Amount::Mg(-1.0), ..infusion(0.0) }, ..event };
    assert_eq!(negative.expand(), Err(events::DoseError::Amount(-1.0)));
}

#[test]
fn a_schedule_knows_which_drugs_and_routes_exist() {
    let formulary = Formulary::shipped(["ketamine"]).expect("shipped");
    assert_eq!(DoseSchedule(vec![infusion(0.0)]).check(&formulary), Ok(()));
    let unknown = DoseSchedule(vec![Dose { drug: "kitamine".into(), ..infusion(0.0) }]);
    assert!(unknown.check(&formulary).is_err());
}

/// A schedule swapped at the instant of a fork changes only what begins from that instant on.
#[test]
fn doses_that_were_seen_in_advance_are_taken_back_when_the_schedule_changes() {
    let protocol = Protocol {
        formulary: Formulary::shipped(["ketamine"]).expect("shipped"),
        doses: DoseSchedule(vec![infusion(0.0), infusion(1.0)]),
        ..Protocol::default()
    };
    let cascade = Cascade::empty().then(Dosing);
    let mut app =
        cascade.assemble(&Model::default(), &protocol, &Subject::default(), Time::ZERO, 1).expect("it stands alone");
    let until = Time::HOUR;
    while app.world().resource::<Clock>().now < until {
        clock::advance(app.world_mut(), until).unwrap();
    }
    assert_eq!(app.world().resource::<GivenDoses>().0.len(), 2, "the second begins where the tick ends");
    app.insert_resource(DoseSchedule(vec![infusion(0.0)]));
    clock::advance(app.world_mut(), Time::DAY).unwrap();
    assert_eq!(app.world().resource::<GivenDoses>().0, vec![infusion(0.0)]);
}

/// Perez-Ruixo 2021: f = 0.54 and r = 0.62 of a unit of 28 mg; three units retain 0.54 · 2.24/3.
#[test]
fn later_sprays_are_retained_less_well() {
    let spray = Spray { unit_mg: 28.0, later_retention: 0.62, clearing_h: 0.5 };
    assert!((equations::retained_fraction(0.54, &spray, 84.0, 0.0) - 0.54 * 2.24 / 3.0).abs() < 1e-15);
    assert_eq!(equations::retained_fraction(0.54, &spray, 10.0, 0.0), 0.54);
    // three lines of one spray at the same instant are one line of three
    let in_turn = [0.0, 1.0, 2.0].map(|before| equations::retained_fraction(0.54, &spray, 28.0, before));
    let sum = in_turn.iter().fold(0.0, |sum, one| sum + one);
    assert!((sum / 3.0 - 0.54 * 2.24 / 3.0).abs() < 1e-15);
    // one time constant later a spray counts for e⁻¹ of itself, days later for nothing
    let apart = Spray { clearing_h: 0.0, ..spray.clone() };
    assert_eq!(equations::sprays_left(&apart, [(28.0, 0.0)].into_iter()), 0.0);
    let left = |h_ago| equations::sprays_left(&spray, [(28.0, h_ago)].into_iter());
    assert!((left(0.5) - (-1.0_f64).exp()).abs() < 1e-15 && left(72.0) < 1e-12);
}

proptest! {
    #[test]
    fn the_pathways_of_a_route_share_the_whole_dose(amount_mg in 0.1..500.0_f64) {
        for (name, _) in SHIPPED {
            for kinetics in &formulary::shipped_drug(name).expect("shipped").routes {
                let whole: f64 = equations::shares(kinetics, amount_mg, std::iter::empty()).iter().sum();
                prop_assert!((whole - 1.0).abs() < 1e-12);
            }
        }
    }
}
