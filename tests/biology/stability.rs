//! Does the network hold by itself, come back by itself, and do the same at every size?
//!
//! The standard deviation of density between seeds is 1.5 % in 500 neurons × 100 synapses after nine weeks, and 0.5 % in
//! 2,000 × 400.

use crate::Course;

/// Nine weeks without stress or drug: density stays within 3 %.
#[test]
fn the_unstressed_network_holds() {
    let density = Course::of(500, 100).mean_density(3, &[21.0, 63.0]);
    assert!(density.iter().all(|density| (density - 1.0).abs() < 0.03), "{density:?}");
}

/// Newborn spines of a healthy network are taken back: density peaks below 115 % and after a month it is where it would
/// be without the dose: 3 % above it, of six networks each.
#[test]
fn a_healthy_network_returns_to_its_baseline_after_a_dose() {
    let days = [2.5, 4.5, 8.5, 36.0];
    let undosed = Course::of(500, 100).mean_density(6, &days);
    let dosed = Course::of(500, 100).infused(&[1.5]).mean_density(6, &days);
    let peak = dosed.iter().fold(0.0_f64, |peak, &density| peak.max(density));
    assert!((1.02..1.15).contains(&peak), "{dosed:?}");
    assert!((dosed[3] - undosed[3]).abs() < 0.04, "{dosed:?} against {undosed:?}");
}

/// The loop from spines over AMPA throughput and BDNF back to spines is bounded by boutons and protein, not by the sliding
/// threshold alone: if that slides six times more slowly the network swings, by less than a fifth.
#[test]
fn a_slow_threshold_does_not_let_spines_run_away() {
    let course = Course::of(500, 100).with("bdnf.threshold_time_constant_h", 96.0).infused(&[1.5]);
    let density = course.density(&[4.5, 8.5, 14.0, 21.0, 36.0, 63.0]);
    assert!(density.iter().all(|density| (0.95..1.2).contains(density)), "{density:?}");
}

/// A cell with 100 synapses and one with 400 lose and regain the same shares.
#[test]
fn the_number_of_synapses_does_not_change_the_outcome() {
    let at =
        |neurons, synapses| Course::of(neurons, synapses).stressed().infused(&[21.0]).mean_density(2, &[21.0, 22.0]);
    let (few, many) = (at(500, 100), at(250, 400));
    for (few, many) in few.iter().zip(&many) {
        assert!((few - many).abs() < 0.035, "{few} against {many}");
    }
}

#[test]
#[ignore = "minutes: cargo test --release --test biology -- --ignored"]
fn the_unstressed_network_holds_at_full_size() {
    let density = Course::of(2_000, 400).mean_density(3, &[21.0, 42.0, 63.0]);
    assert!(density.iter().all(|density| (density - 1.0).abs() < 0.03), "{density:?}");
}

/// What the size of a network does not change, to within 4 % of baseline, and what it does: four weeks after the dose
/// small networks stand lower, by 4.4 % when this was written. That is a bias of virtual subjects, stated in the
/// validation guide; whoever mends it, or makes it worse, should notice here.
#[test]
#[ignore = "minutes: cargo test --release --test biology -- --ignored"]
fn a_virtual_subject_stands_for_the_network_of_the_main_experiment() {
    let days = [7.0, 14.0, 21.0, 22.0, 24.0, 28.0, 49.0];
    let at =
        |neurons, synapses, seeds| Course::of(neurons, synapses).stressed().infused(&[21.0]).mean_density(seeds, &days);
    let (small, large) = (at(500, 100, 8), at(2_000, 400, 2));
    for ((small, large), day) in small.iter().zip(&large).zip(days) {
        let apart = large - small;
        let allowed = if day < 49.0 { -0.04..0.04 } else { 0.02..0.055 };
        assert!(allowed.contains(&apart), "day {day}: {small} against {large}");
    }
}
