use super::GabaParameters;
use super::equations::*;

/// A glutamate surge of 38 % with the default coupling raises GABA within the band of C9 (+15 to +50 %).
#[test]
fn a_clinical_surge_raises_gaba_as_spectroscopy_saw() {
    let p = GabaParameters::default();
    let rise = steady_content(0.0, 1.38, p.stress_loss, p.glutamate_coupling) - 1.0;
    assert!((0.15..0.50).contains(&rise), "{rise}");
}

#[test]
fn without_coupling_or_stress_nothing_moves() {
    assert_eq!(steady_content(0.0, 3.0, 0.15, 0.0), 1.0);
    assert_eq!(steady_content(0.0, 1.0, 0.15, 0.8), 1.0);
    assert_eq!(synaptic_gain(1.4, 0.0, 0.0, 0.2), 1.0);
}

/// The closed form, and independence of the tick.
#[test]
fn content_approaches_its_goal_exponentially() {
    let once = content_after(1.0, 1.3, 0.15, 0.4);
    let twice = content_after(content_after(1.0, 1.3, 0.15, 0.2), 1.3, 0.15, 0.2);
    assert!((once - (1.3 - 0.3 * (-0.4_f64 / 0.15).exp())).abs() < 1e-12, "rounding alone may differ");
    assert!((once - twice).abs() < 1e-12, "rounding alone may differ");
}

/// Stress takes drive from interneurons, from SST cells most; a benzodiazepine adds to inhibition, and no more than its share.
#[test]
fn interneurons_lose_drive_and_benzodiazepines_add_inhibition() {
    let p = GabaParameters::default();
    assert_eq!(steady_drive(0.0, p.sst_drive_loss), 1.0);
    assert!(steady_drive(0.8, p.sst_drive_loss) < steady_drive(0.8, p.pv_drive_loss));
    assert!((synaptic_gain(1.0, 0.15, 0.5, 0.2) - 1.1).abs() < 1e-12, "rounding alone may differ");
}

/// What reaches a cell is output times lag: (1 − s)·ā + s·A. When interneurons halve their output at once, the slow share stays
/// where it was, and has gone half of its way after one time constant times ln 2.
#[test]
fn the_slow_share_of_inhibition_lags_behind_interneurons() {
    let inhibition = |output: f64, slow: f64, share: f64| output * lagging(output, slow, share);
    assert_eq!(lagging(1.0, 1.0, 0.65), 1.0);
    assert_eq!(lagging(0.5, 1.0, 0.0), 1.0, "nothing lags without a slow share");
    assert!((inhibition(0.5, 1.0, 0.65) - (0.35 * 0.5 + 0.65)).abs() < 1e-12);
    let later = content_after(1.0, 0.5, 10.0 / 60.0, std::f64::consts::LN_2 / 6.0);
    assert!((inhibition(0.5, later, 0.65) - (0.35 * 0.5 + 0.65 * 0.75)).abs() < 1e-12);
    assert!((inhibition(0.5, 0.5, 0.65) - 0.5).abs() < 1e-12, "in the end it is what the output gives");
    assert_eq!(lagging(0.0, 1.0, 0.65), 1.0, "silent interneurons inhibit nobody, and nothing is divided by them");
}
