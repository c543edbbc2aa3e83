use bevy_app::App;
use proptest::prelude::*;

use super::equations::*;
use super::*;
use crate::foundation::clock::{self, Disabled};
use crate::foundation::time::Time;
use crate::mechanisms::{Cascade, Model, Protocol};

fn world(subject: Subject, load: f64, disabled: Disabled) -> App {
    let model = Model { disabled, ..Model::default() };
    let cascade = Cascade::empty().then(Inflammation);
    let mut app = cascade.assemble(&model, &Protocol::default(), &subject, Time::ZERO, 1).unwrap();
    app.insert_resource(GlucocorticoidLoad(load));
    app
}

fn advance_to(app: &mut App, day: f64) {
    while app.world().resource::<Clock>().now < Time::from_hours(24.0 * day) {
        clock::advance(app.world_mut(), Time::from_hours(24.0 * day)).unwrap();
    }
}

/// Bit for bit: everything that inflammation causes is neutral there.
#[test]
fn a_typical_unstressed_subject_stays_at_one() {
    let mut app = world(Subject::default(), 0.0, Disabled::default());
    advance_to(&mut app, 30.0);
    assert_eq!(app.world().resource::<Cytokines>().0, 1.0);
    assert_eq!(app.world().resource::<InflammatoryEffect>().0, 0.0);
    assert_eq!(app.world().resource::<Quinolinate>().0, 1.0);
}

/// Steady state under load 0.8 in a subject with baseline 0.5: 1 + 0.5 + 0.6·0.8, a rise of x1.3-2 from stress.
#[test]
fn tone_settles_where_subject_and_stress_put_it() {
    let subject = Subject { baseline_inflammation: 0.5, ..Subject::default() };
    let mut app = world(subject.clone(), 0.8, Disabled::default());
    advance_to(&mut app, 90.0);
    let p = InflammationParameters::default();
    let expected = 1.5 + p.stress_gain * 0.8;
    assert!((app.world().resource::<Cytokines>().0 - expected).abs() < 1e-6, "90 d are 20 time constants");
    let mut off = world(subject, 0.8, Disabled(vec![Inflammation::phase()]));
    advance_to(&mut off, 90.0);
    assert_eq!(off.world().resource::<Cytokines>().0, 1.0);
    assert_eq!(off.world().resource::<InflammatoryEffect>().0, 0.0);
    assert_eq!(off.world().resource::<RestingInflammation>().0, 0.0, "nobody has grown up with what is not there");
}

/// Without stress and drug an inflamed subject stays at its own tone from the first tick on, and rests there as others rest at 1.
#[test]
fn a_subject_rests_at_the_tone_with_which_it_has_grown_up() {
    let p = InflammationParameters::default();
    let subject = Subject { baseline_inflammation: 0.5, ..Subject::default() };
    let mut app = world(subject, 0.0, Disabled::default());
    let rest = app.world().resource::<RestingInflammation>().0;
    assert!((rest - p.causal_gain * 0.5).abs() < 1e-12);
    for day in [0.1, 60.0] {
        advance_to(&mut app, day);
        assert!((app.world().resource::<Cytokines>().0 - 1.5).abs() < 1e-9);
        assert!((app.world().resource::<InflammatoryEffect>().0 - rest).abs() < 1e-9);
        let quinolinate = app.world().resource::<Quinolinate>().0;
        assert!((quinolinate - 1.0 - p.quinolinate_gain * rest).abs() < 1e-9, "{quinolinate}");
    }
}

/// The action of a clinical infusion, about 0.5 h at full suppression in all (0.15 at the peak, gone within
/// hours), lowers cytokines by 10-25 %; a third of the fall is left after a week; six in 12 d do more.
#[test]
fn one_infusion_lowers_cytokines_for_days_and_six_lower_them_further() {
    let p = InflammationParameters::default();
    let infuse = |resolution| resolution_after(resolution, 0.125, &p, 4.0 / 24.0);
    let wait = |resolution, days| resolution_after(resolution, 0.0, &p, days);
    let once = infuse(0.0);
    assert!((0.10..0.25).contains(&once), "{once}");
    assert!((0.2..0.5).contains(&(wait(once, 7.0) / once)));
    let six = (0..6).fold(0.0, |resolution, _| infuse(wait(resolution, 12.0 / 5.0)));
    assert!(six > 1.5 * once, "{six} against {once}");
}

proptest! {
    /// Two half ticks are one tick; tone and resolution stay in their ranges.
    #[test]
    fn neither_state_depends_on_the_tick(
        tone in 0.0..4.0, drive in -1.0..3.0, resolution in 0.0..1.0, action in 0.0..1.0, step in 0.001..10.0,
    ) {
        let p = InflammationParameters::default();
        let toned = |tone, step| tone_after(tone, drive, resolution, &p, step);
        let (once, twice) = (toned(tone, step), toned(toned(tone, step / 2.0), step / 2.0));
        prop_assert!((once - twice).abs() < 1e-12 && once >= 0.0);
        let resolved = |resolution, step| resolution_after(resolution, action, &p, step);
        let (once, twice) = (resolved(resolution, step), resolved(resolved(resolution, step / 2.0), step / 2.0));
        prop_assert!((once - twice).abs() < 1e-12 && (0.0..=1.0).contains(&once));
    }

    /// Without a drug the autocrine share changes how fast the tone moves, not where to.
    #[test]
    fn without_resolution_the_steady_tone_is_the_drive(drive in -1.0..3.0, autocrine in 0.0..0.9) {
        let p = InflammationParameters { autocrine_share: autocrine, ..Default::default() };
        let settled = tone_after(1.0, drive, 0.0, &p, 10_000.0);
        prop_assert!((settled - 1.0 - drive).abs() < 1e-9);
    }
}
