use proptest::prelude::*;

use super::*;

#[test]
fn quantities_convert_as_the_definitions_of_their_units_say() {
    for (text, unit, expected) in [
        ("0.5 mg/kg", "mg/kg", 0.5),
        ("40 min", "h", 40.0 / 60.0),
        ("21 d", "h", 504.0),
        ("3 /um2", "/um2", 3.0),
        ("3 /um2", "/mm2", 3e6),
        ("74 kg", "g", 74_000.0),
        ("2 GB", "B", 2e9),
        ("2 GiB", "B", 2_147_483_648.0),
        ("80 L/h", "mL/min", 80_000.0 / 60.0),
        ("0.3 /uM/s", "1/(mM s)", 300.0),
        ("1.2 mM", "uM", 1_200.0),
        ("1.2 mM", "mmol/L", 1.2),
        ("-66 mV", "V", -0.066),
        ("−66mV", "mV", -66.0),
        ("0.38 nA", "pA", 380.0),
        ("10 Hz", "/s", 10.0),
        ("125 um", "mm", 0.125),
        ("125 µm", "um", 125.0),
        ("125 μm", "µm", 125.0),
        ("90_000 /mm3", "/um3", 9e-5),
        ("5 nS", "A/V", 5e-9),
        ("2 m·s⁻²", "cm/s^2", 200.0),
        ("1e-3 s-1", "/s", 1e-3),
        ("250 ng/mL", "ug/L", 250.0),
        ("12", "1", 12.0),
        ("30 %", "1", 0.3),
    ] {
        let value = convert(text, unit).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!((value - expected).abs() <= 2.0 * f64::EPSILON * expected.abs(), "{text} = {value} {unit}");
    }
}

/// The table against an independent one, the crate `uom`.
#[test]
fn the_table_agrees_with_uom() {
    use uom::si::electrical_conductance::{nanosiemens, siemens};
    use uom::si::f64::{ElectricalConductance, Pressure, Time as UomTime, Volume};
    use uom::si::pressure::{millimeter_of_mercury, pascal};
    use uom::si::time::{day, minute};
    use uom::si::volume::{cubic_micrometer, deciliter};
    let same = |ours: Result<f64, UnitError>, theirs: f64| (ours.expect("a known unit") / theirs - 1.0).abs() < 1e-6;
    assert!(same(convert("1 mmHg", "Pa"), Pressure::new::<millimeter_of_mercury>(1.0).get::<pascal>()));
    assert!(same(convert("1 nS", "S"), ElectricalConductance::new::<nanosiemens>(1.0).get::<siemens>()));
    assert!(same(convert("1 d", "min"), UomTime::new::<day>(1.0).get::<minute>()));
    assert!(same(convert("1 dL", "um3"), Volume::new::<deciliter>(1.0).get::<cubic_micrometer>()));
}

#[test]
fn a_message_names_what_was_found_and_what_is_expected() {
    let message = |text, unit| convert(text, unit).expect_err("not convertible").to_string();
    assert_eq!(message("40 mg", "h"), "`mg` is a mass; expected a time, in `h`");
    assert_eq!(message("40", "min"), "`40` has no unit; expected a time, such as `40 min`");
    assert_eq!(message("40 mins", "h"), "unknown unit `mins`; did you mean `min`?");
    assert_eq!(message("3 hours", "h"), "unknown unit `hours`; did you mean `h`?");
    assert_eq!(message("2 gB", "B"), "unknown unit `gB`; did you mean `GB`?");
    assert_eq!(message("soon", "h"), "`soon` is not a number with a unit");
    assert!(message("1__0 h", "h").contains("not a number"));
    assert!(message("1 h/", "h").contains("is not a unit"));
    assert!(message("1 (h", "h").contains("is not a unit"));
    assert!(message("1e999 h", "h").contains("not a number"));
}

#[test]
fn a_dose_per_weight_is_no_pure_number() {
    assert!(convert("0.5", "mg/kg").is_err());
    assert!(convert("50 %", "mg/kg").is_err());
    assert!(convert("0.5 mg/kg", "1").is_err());
}

proptest! {
    #[test]
    fn a_conversion_and_its_inverse_give_the_value_back(
        value in -1e9_f64..1e9,
        pair in prop::sample::select(vec![("mg/kg", "g/kg"), ("min", "d"), ("/um3", "/mm3"), ("L/h", "mL/s"), ("mmHg", "kPa")]),
    ) {
        let there = convert(&format!("{value} {}", pair.0), pair.1).expect("convertible");
        let back = convert(&format!("{there} {}", pair.1), pair.0).expect("convertible");
        prop_assert!((back - value).abs() <= 4.0 * f64::EPSILON * value.abs());
    }

    #[test]
    fn a_quantity_survives_being_written(value in prop::num::f64::NORMAL, unit in prop::sample::select(vec!["mg/kg", "1", "/um2"])) {
        let quantity = Quantity { value, unit: unit.parse().expect("a unit") };
        prop_assert_eq!(convert(&quantity.to_string(), unit), Ok(value));
    }

    #[test]
    fn an_instant_survives_being_written(ms in -10_000_000_000_i64..10_000_000_000) {
        let instant = Time::from_milliseconds(ms);
        prop_assert_eq!(parse_time(&format_time(instant)), Ok(instant));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC*") {
        let _ = convert(&text, "h");
        let _ = text.parse::<Unit>();
    }
}
