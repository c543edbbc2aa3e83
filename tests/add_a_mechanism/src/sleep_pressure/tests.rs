use proptest::prelude::*;

use super::equations::{DAY_H, Days, excitation_na, pressure_after, pressure_on_waking};

const DAYS: Days = Days { rise_h: 18.2, fall_h: 4.2, awake_h: 16.0 };

#[test]
fn pressure_settles_at_the_closed_form_of_the_repeated_day() {
    let settled = (0..40).fold(0.0, |pressure, _| pressure_after(pressure, 1.0, &DAYS, 0.0, DAY_H));
    assert!((settled - pressure_on_waking(&DAYS)).abs() < 1e-12, "rounding alone may differ");
    // e^(−8/4.2)·(1 − e^(−16/18.2)) / (1 − e^(−16/18.2 − 8/4.2)), by hand
    assert!((settled - 0.092_795).abs() < 1e-6, "{settled}");
}

proptest! {
    /// Steps may be cut anywhere, across waking and falling asleep.
    #[test]
    fn pressure_does_not_depend_on_the_tick(
        pressure in 0.0..1.5, activity in 0.0..2.0, hour in 0.0..24.0, step_h in 0.0..60.0, cut in 0.0..1.0,
    ) {
        let once = pressure_after(pressure, activity, &DAYS, hour, step_h);
        let first = pressure_after(pressure, activity, &DAYS, hour, cut * step_h);
        let twice = pressure_after(first, activity, &DAYS, hour + cut * step_h, (1.0 - cut) * step_h);
        prop_assert!((once - twice).abs() < 1e-9, "rounding of the hour of the day: {once} {twice}");
    }

    #[test]
    fn the_current_grows_with_pressure_and_is_none_on_waking(pressure in 0.0..50.0, gain_na in 1e-4..0.05) {
        prop_assert!(excitation_na(pressure + 1.0, 0.1, gain_na) > excitation_na(pressure, 0.1, gain_na));
        prop_assert_eq!(excitation_na(0.1, 0.1, gain_na), 0.0);
    }
}
