use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use super::evidence::Evidence;
use super::expression::{Expression, Operator};
use super::*;
use crate::configuration::Experiment;
use crate::experiment::watch::Unwatched;
use crate::foundation::time::Time;
use crate::mechanisms::Mechanism;
use crate::mechanisms::dosing::{Dosing, Formulary};
use crate::recording::course::{Amount, ArmCourse, Dose, Route, RunCourse};

#[test]
fn every_target_reads_names_an_experiment_and_an_arm_that_it_has_and_a_band_with_a_reason() {
    let targets = targets::all().expect("the files read");
    let ids: BTreeSet<&str> = targets.iter().map(|target| target.id.as_str()).collect();
    assert_eq!(ids.len(), targets.len(), "two targets share an id");
    for target in &targets {
        let Target { id, band: [low, high], published, spread, source, band_reason, .. } = target;
        let expression = target.expression().expect("it parses");
        assert!(low < high && low.is_finite() && high.is_finite(), "{id}: band");
        assert!(source.len() > 12 && band_reason.len() > 4, "{id}: source and reason");
        if let Some([from, to]) = spread {
            assert!(from <= published && published <= to, "{id}: the published value lies outside its spread");
        }
        assert!(*published >= *low && *published <= *high, "{id}: the published value lies outside the band");
        if target.experiment == reference::EQUATIONS_ALONE || target.awaits.is_some() {
            continue;
        }
        let experiment = reference::experiment(&target.experiment, &Cascade::standard()).expect("the experiment reads");
        for (_, arm) in expression.series() {
            assert!(experiment.arms.iter().any(|known| known.name == arm), "{id}: no arm `{arm}`");
        }
    }
}

/// Each of the twenty calibration targets of the literature list is on the board.
#[test]
fn the_board_has_every_target_of_the_list_and_predictions_apart() {
    let targets = targets::all().expect("the files read");
    let groups: BTreeSet<&str> = targets.iter().map(Target::group).collect();
    for number in 1..=20 {
        assert!(groups.contains(format!("C{number}").as_str()), "C{number}");
    }
    // rows that were not to be tuned on say what had them in sight, if something had
    for target in targets.iter().filter(|target| ["C17", "C18"].contains(&target.group()) || target.id.starts_with('P'))
    {
        assert!(target.kind != EvidenceKind::Calibration || target.tuned_by.is_some(), "{}", target.id);
    }
    let predictions = targets.iter().filter(|target| target.kind == EvidenceKind::Prediction).count();
    assert!(predictions >= 20, "{predictions}");
}

/// A row that a change was made in view of says which change, and a prediction is one because none was.
#[test]
fn every_informed_target_says_by_what_and_no_other_does() {
    let targets = targets::all().expect("the files read");
    for target in &targets {
        let says = target.informed_by.as_ref().is_some_and(|change| change.len() > 8);
        assert_eq!(says, target.kind == EvidenceKind::Informed, "{}: {:?}", target.id, target.informed_by);
        assert!(says || target.informed_by.is_none(), "{}", target.id);
        assert!(target.tuned_by.is_none() || target.kind == EvidenceKind::Calibration, "{}", target.id);
    }
    assert!(targets.iter().any(|target| target.kind == EvidenceKind::Informed));
    let kinds: Vec<EvidenceKind> = targets.iter().map(|target| target.kind).collect();
    assert!(kinds.is_sorted(), "the board's order");
}

/// A second band stands beside the first, says what is wrong with that one, and is no copy of it.
#[test]
fn every_revised_band_holds_its_published_value_and_has_a_reason_and_a_source() {
    let targets = targets::all().expect("the files read");
    let revised: Vec<_> = targets.iter().filter_map(|target| Some((target, target.revised.as_ref()?))).collect();
    assert!(!revised.is_empty());
    for (target, targets::RevisedBand { published, band: [low, high], reason, source }) in revised {
        let id = &target.id;
        assert!(low < high && low.is_finite() && high.is_finite(), "{id}: band");
        assert!(low <= published && published <= high, "{id}: the published value lies outside the band");
        assert!(reason.len() > 8 && source.len() > 4, "{id}: reason and source");
        assert!(target.band != [*low, *high] || target.published != *published, "{id}: nothing is revised");
    }
}

/// Every line of the table of laboratories has found its target, and says where its number is from.
#[test]
fn every_laboratory_value_names_a_target_and_a_source() {
    let targets = targets::all().expect("the files read");
    let lines = include_str!("targets/laboratories.csv").lines().skip(1).filter(|line| !line.trim().is_empty()).count();
    let found: Vec<_> = targets.iter().flat_map(|target| &target.laboratories).collect();
    assert_eq!(found.len(), lines);
    assert!(found.iter().all(|one| one.value.is_finite() && one.source.len() > 4), "value and source");
    let mut stated = BTreeSet::new();
    for target in &targets {
        for one in &target.laboratories {
            let line = (&target.id, &one.source, one.value.to_bits());
            assert!(stated.insert(line), "{}: {} stands twice", target.id, one.source);
        }
    }
}

/// A target with the value, band and laboratories that are said; the rest is of no account.
fn made_up(kind: EvidenceKind, band: [f64; 2], laboratories: &[f64]) -> Target {
    let found = |&value: &f64| Replication { value, source: "made up".to_owned(), known: targets::Known::Read };
    let known = targets::selected(&["C5.at_0_mv".into()]).expect("it is there").remove(0);
    Target { kind, band, laboratories: laboratories.iter().map(found).collect(), ..known }
}

fn scored(target: &Target, value: f64) -> ScoredTarget {
    ScoredTarget::of(target, Ok(Measured { value, low: value, high: value, n: 1 }))
}

/// The ceiling is the share of laboratories within the band, its ends among it; one laboratory says nothing about another.
#[test]
fn the_ceiling_counts_laboratories_within_the_band() {
    let calibration = EvidenceKind::Calibration;
    let three = made_up(calibration, [1.0, 2.0], &[1.0, 2.0, 2.1]);
    assert_eq!(three.ceiling(), Some(Ceiling { within: 2, laboratories: 3 }));
    assert_eq!(made_up(calibration, [1.0, 2.0], &[1.5]).ceiling(), None);
    assert_eq!(made_up(calibration, [1.0, 2.0], &[]).ceiling(), None);
    let pair = made_up(calibration, [1.0, 2.0], &[0.5, 1.5]);
    let lonely = made_up(calibration, [1.0, 2.0], &[1.5]);
    let other = made_up(EvidenceKind::Prediction, [1.0, 2.0], &[5.0, 6.0]);
    let unmeasured = ScoredTarget::of(&pair, Err("nothing".into()));
    let rows = vec![scored(&three, 1.5), scored(&pair, 9.0), scored(&lonely, 1.5), scored(&other, 1.5), unmeasured];
    let board = Board { rows };
    let (asked, met, share) = board.ceiling(calibration).expect("two rows have one");
    assert_eq!((asked, met), (2, 1));
    assert!((share - f64::midpoint(2.0 / 3.0, 0.5)).abs() < 1e-12, "{share}");
    assert_eq!(board.ceiling(EvidenceKind::Prediction), Some((1, 1, 0.0)));
    assert_eq!(board.ceiling(EvidenceKind::Structural), None);
}

/// The first band decides; the second is scored beside it.
#[test]
fn a_revised_band_is_scored_beside_the_first_and_never_in_its_place() {
    let (reason, source) = ("made up".to_owned(), "nowhere".to_owned());
    let revised = targets::RevisedBand { published: 5.0, band: [4.0, 6.0], reason, source };
    let target = Target { revised: Some(revised), ..made_up(EvidenceKind::Calibration, [1.0, 2.0], &[]) };
    let passes = |value| {
        let row = scored(&target, value);
        (row.pass, row.revised.expect("it is there").pass)
    };
    assert_eq!((passes(1.5), passes(5.0), passes(9.0)), ((true, false), (false, true), (false, false)));
    let row = scored(&target, f64::NAN);
    assert!(!row.pass && !row.revised.expect("it is there").pass);
}

#[test]
fn null_models_are_counted_by_kind_and_only_where_they_were_asked() {
    let answer = |model, pass| NullAnswer { model, value: 0.0, pass };
    let row = |kind, null_models| {
        let target = made_up(kind, [0.0, 1.0], &[]);
        ScoredTarget { null_models, ..scored(&target, 0.5) }
    };
    let (constant, placebo) = (NullModel::Constant, NullModel::PlaceboOnly);
    let calibration = EvidenceKind::Calibration;
    let rows = vec![
        row(calibration, vec![answer(constant, true), answer(placebo, false)]),
        row(calibration, vec![answer(constant, false), answer(placebo, false)]),
        row(EvidenceKind::Prediction, vec![answer(constant, true)]),
        row(calibration, Vec::new()),
    ];
    let board = Board { rows };
    assert_eq!(board.null_total(calibration, constant), Some((1, 2)));
    assert_eq!(board.null_total(calibration, placebo), Some((0, 2)));
    assert_eq!(board.null_total(EvidenceKind::Prediction, placebo), None);
}

/// Of every reference experiment: without drug no dose arrives in any arm, without stress no arm has an episode, on placebo every
/// dose is saline and as many are given as before; what is constant runs nothing anew.
#[test]
fn a_null_model_takes_its_cause_from_every_arm() {
    let cascade = Cascade::standard();
    for (name, _) in reference::EXPERIMENTS {
        let own = reference::experiment(name, &cascade).expect("the experiment reads");
        let under = |model: NullModel| model.of(&own).expect("it is run again");
        let undosed = under(NullModel::NoDrugEffect);
        let switched = undosed.model.disable.0.iter().filter(|mechanism| *mechanism == Dosing::NAME).count();
        assert_eq!(switched, 1, "{name}");
        assert!(own.model.disable.0.iter().all(|mechanism| undosed.model.disable.0.contains(mechanism)), "{name}");
        let unstressed = under(NullModel::NoStressEffect);
        assert!(unstressed.arms.iter().all(|arm| unstressed.stress_in(arm).is_empty()), "{name}");
        assert_eq!(unstressed.arms.len(), own.arms.len(), "{name}");
        let placebo = under(NullModel::PlaceboOnly);
        let doses = |of: &Experiment| of.arms.iter().flat_map(|arm| arm.doses.clone()).collect::<Vec<_>>();
        assert!(doses(&placebo).iter().all(|event| event.first.drug == "saline"), "{name}");
        assert_eq!(doses(&placebo).len(), doses(&own).len(), "{name}");
        assert!(own.arms.iter().all(|arm| arm.events.is_none()), "{name}: doses in a file of their own stay");
        assert!(NullModel::Constant.of(&own).is_none());
    }
    let trial = reference::experiment("single_dose_trial", &cascade).expect("the experiment reads");
    let doses = trial.arms.iter().flat_map(|arm| &arm.doses);
    assert!(
        !trial.stress.is_empty() && doses.clone().any(|event| event.first.drug == "ketamine"),
        "there is a cause to take"
    );
}

#[test]
fn every_column_that_is_asked_for_is_recorded_or_the_target_says_what_is_missing() {
    let populations = ["pyr", "pv", "sst"].map(String::from);
    let recorded = Dictionary::of(&Cascade::standard(), &Formulary::default()).columns(&populations);
    for target in targets::all().expect("the files read") {
        let missing = target.expression().expect("it parses").series().into_iter().find_map(|(column, _)| {
            let known = SNAPSHOTS.contains(&column) || recorded.iter().any(|known| known == column);
            (!known).then(|| column.to_owned())
        });
        assert_eq!(
            answerable(&target, &Cascade::standard()).is_err(),
            missing.is_some() || target.awaits.is_some(),
            "{}",
            target.id
        );
    }
}

#[test]
fn faults_of_a_measurement_are_found_with_their_place() {
    let fault = |text: &str| Expression::parse(text).expect_err("a fault").to_string();
    assert!(fault("peak(bdnf[a], 0 h)").contains("`peak` takes a stretch of time"), "{}", fault("peak(bdnf[a], 0 h)"));
    assert!(fault("best(bdnf[a])").contains("no function is called `best`"));
    assert!(fault("at(bdnf[a], 3 wk)").contains("no unit of time"));
    assert!(fault("1 + ").contains("expected"));
    assert!(fault("mean(bdnf[a], 4 h .. 2 h)").contains("later one"));
    let parsed = Expression::parse("1 - 2 * 3 <= 4").expect("it parses");
    assert!(matches!(parsed, Expression::Binary(Operator::AtMost, ..)));
    assert_eq!(summary::value(&Expression::parse("2 - 3 - 4 / 2 * 5").expect("it parses"), None).of(0), -11.0);
}

/// A run folder of two networks and two arms, written by hand.
fn recorded(folder: &Path) -> Evidence {
    let dose = Dose {
        drug: "ketamine".to_owned(),
        start: Time::DAY,
        duration: Time::ZERO,
        amount: Amount::Mg(1.0),
        route: Route::Iv,
    };
    let arm = |name: &str, doses| ArmCourse { name: name.to_owned(), doses, ..ArmCourse::default() };
    let arms = vec![arm("a", vec![dose]), arm("b", Vec::new())];
    let (burn_in, horizon) = (Time::from_hours(48.0), Time::from_hours(48.0));
    RunCourse { burn_in, horizon, arms, ..RunCourse::default() }.write(folder).expect("written");
    let mut text = String::from("arm,replicate,subject,time_h,madrs\n");
    for (arm, factor) in [("a", 0.5), ("b", 0.9)] {
        for (replicate, start) in [(0, 30.0), (1, 40.0)] {
            for hour in [-12.0, 0.0, 24.0, 36.0, 48.0] {
                let value = if hour > 24.0 { factor * start + f64::from(replicate) } else { start };
                writeln!(text, "{arm},{replicate},0,{hour},{value}").expect("a string takes all");
            }
        }
    }
    std::fs::write(folder.join("timeseries.csv"), text).expect("written");
    Evidence::open(folder).expect("opened")
}

#[test]
fn measurements_are_read_network_by_network_from_the_dose_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let evidence = recorded(folder.path());
    let measure = |text: &str| {
        let expression = Expression::parse(text).expect("it parses");
        evidence.read(&expression, evidence::TimeOrigin::FirstDose).map(|read| summary::measure(&read))
    };
    let change = measure("at(madrs[a], 12 h) - at(madrs[a], 0 h)").expect("measured");
    assert_eq!((change.value, change.n), (-17.0, 2), "median of −15 and −19");
    let responders = measure("percent(at(madrs[a], 24 h) <= 0.5 * at(madrs[a], 0 h))").expect("measured");
    assert_eq!(responders.value, 50.0, "the second network stays a point above half");
    assert_eq!(measure("baseline(madrs[b])").expect("measured").value, 35.0);
    assert!(measure("at(cadss[a], 0 h)").unwrap_err().contains("no column `cadss`"));
    assert!(measure("at(madrs[c], 0 h)").unwrap_err().contains("no arm is called `c`"));
    assert!(measure("peak(madrs[a], 90 h .. 99 h)").unwrap_err().contains("no value there"));
}

/// Held, every quantity stays where it began: no change, no responder, no peak above the start, in any arm.
#[test]
fn held_evidence_gives_no_change() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut evidence = recorded(folder.path());
    let measure = |evidence: &Evidence, text: &str| {
        let expression = Expression::parse(text).expect("it parses");
        evidence.read(&expression, evidence::TimeOrigin::FirstDose).map(|read| summary::measure(&read))
    };
    let change = "at(madrs[a], 12 h) - at(madrs[a], 0 h)";
    assert_eq!(measure(&evidence, change).expect("measured").value, -17.0);
    evidence.hold();
    let held = measure(&evidence, change).expect("measured");
    assert_eq!((held.value, held.n), (0.0, 2));
    let value = |text: &str| measure(&evidence, text).expect("measured").value;
    assert_eq!(value("percent(at(madrs[a], 24 h) <= 0.5 * at(madrs[a], 0 h))"), 0.0);
    assert_eq!(value("trough(madrs[a], 0 h .. 24 h)"), 35.0, "median of 30 and 40");
    assert_eq!(value("at(madrs[a], 24 h) - at(madrs[b], 24 h)"), 0.0, "arms began alike");
}

/// A target passes within its band alone, and one that cannot be measured never does.
#[test]
fn a_value_passes_within_its_band_alone() {
    let target = targets::selected(&["C5.at_0_mv".into()]).expect("it is there").remove(0);
    let row = |value: f64| ScoredTarget::of(&target, Ok(Measured { value, low: value, high: value, n: 1 }));
    let [low, high] = target.band;
    assert!(row(low).pass && row(high).pass && row(f64::midpoint(low, high)).pass);
    assert!(!row(low - 1e-9).pass && !row(high + 1e-9).pass && !row(f64::INFINITY).pass);
    assert_eq!(row(f64::NAN).status, "not measurable");
    let missing = ScoredTarget::of(&target, Err("nothing".into()));
    assert!(!missing.pass && missing.reason.is_some());
    let json: serde_json::Value =
        serde_json::from_str(&Board { rows: vec![row(0.5), missing] }.json().expect("JSON")).expect("JSON");
    assert!(json[1]["value"].is_null() && json[0]["value"] == 0.5 && json[0]["kind"] == "structural");
    for key in ["id", "low", "high", "band_low", "band_high", "unit", "pass", "source"] {
        assert!(!json[0][key].is_null(), "{key}");
    }
}

/// The routes experiment is small enough to run here; its value at 40 min is that of the closed form's test.
#[test]
fn a_reference_experiment_runs_and_answers() {
    let cascade = Cascade::standard();
    let laboratory = Laboratory::of(&cascade, 1, &Unwatched);
    let targets = targets::selected(&["C1.peak".into()]).expect("it is there");
    let board = Board::score(targets, &laboratory, None, |_| ());
    let row = board.expect("it runs").rows.remove(0);
    assert!((row.value / 192.0 - 1.0).abs() < 0.01, "{}", row.value);
    assert_eq!(row.n, 1);
}

/// The guide's page is the board that `resprout validate --out` wrote: it has the ids of the data.
#[test]
fn the_guide_lists_the_targets_that_the_data_have() {
    let guide = include_str!("../guide/scoreboard.md");
    let cells = guide.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    let is_id = |cell: &&str| cell.starts_with(['C', 'P']) && cell.contains('.') && !cell.contains([' ', '`']);
    let listed: BTreeSet<&str> = cells.filter(is_id).collect();
    let targets = targets::all().expect("the files read");
    let known: BTreeSet<&str> = targets.iter().map(|target| target.id.as_str()).collect();
    let missing: Vec<_> = known.difference(&listed).collect();
    let stale: Vec<_> = listed.difference(&known).collect();
    assert!(missing.is_empty() && stale.is_empty(), "missing {missing:?}, stale {stale:?}");
}
