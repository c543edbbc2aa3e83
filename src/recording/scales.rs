//! Symptom scales: what counts as response and as remission on each.
//!
//! Whatever reads symptoms (the summary, the figures of trials) goes through this list, so that a scale is a row
//! here and a column in the [dictionary](crate::recording::dictionary), and no code of its own.

/// A symptom scale that a run may record; more points are more symptoms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SymptomScale {
    /// The column of `timeseries.csv`.
    pub column: &'static str,
    /// The score of someone without symptoms.
    pub least: f64,
    /// The largest score.
    pub most: f64,
    /// Response: the share by which the score above `least` falls, at the least.
    pub response: f64,
    /// Remission: the score at most; none where trials have no agreed one.
    pub remission: Option<f64>,
    /// Where response and remission are defined so.
    pub source: &'static str,
}

/// Every scale.
pub const SCALES: &[SymptomScale] = &[
    SymptomScale {
        column: "madrs",
        least: 0.0,
        most: 60.0,
        response: 0.5,
        remission: Some(10.0),
        source: "usual in trials of ketamine (Zarate 2006; Murrough 2013), recalled",
    },
    SymptomScale {
        column: "hama",
        least: 0.0,
        most: 56.0,
        response: 0.5,
        remission: Some(7.0),
        source: "usual in trials of generalised anxiety, recalled",
    },
    SymptomScale {
        column: "caps5",
        least: 0.0,
        most: 80.0,
        response: 0.3,
        remission: None,
        source: "Feder 2021, doi:10.1176/appi.ajp.2020.20050596: 30 % or more",
    },
    SymptomScale {
        column: "ybocs",
        least: 0.0,
        most: 40.0,
        response: 0.35,
        remission: Some(12.0),
        source: "Farris 2013, doi:10.4088/JCP.12m07789 (35 %); Mataix-Cols 2016, doi:10.1002/wps.20299 (12 points)",
    },
    SymptomScale {
        column: "panss_positive",
        least: 7.0,
        most: 49.0,
        response: 0.2,
        remission: None,
        source: "Leucht 2005, doi:10.1016/j.schres.2005.04.008: 20 % is minimal improvement; counted from the least score",
    },
    SymptomScale {
        column: "craving",
        least: 0.0,
        most: 100.0,
        response: 0.5,
        remission: None,
        source: "assumed: visual analogue scales have no agreed threshold",
    },
];

/// The scale that is recorded in `column`.
#[must_use]
pub fn scale(column: &str) -> Option<&'static SymptomScale> {
    SCALES.iter().find(|scale| scale.column == column)
}

impl SymptomScale {
    /// The share by which the score above the least has fallen from `before` to `after`; NaN without symptoms before.
    #[must_use]
    pub fn fall(&self, before: f64, after: f64) -> f64 {
        if before > self.least { (before - after) / (before - self.least) } else { f64::NAN }
    }

    /// Whether a change from `before` to `after` is a response: 1 or 0; NaN without symptoms before.
    #[must_use]
    pub fn responds(&self, before: f64, after: f64) -> f64 {
        let fall = self.fall(before, after);
        if fall.is_finite() { f64::from(u8::from(fall >= self.response)) } else { f64::NAN }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn response_is_counted_from_the_least_score() {
        let panss = scale("panss_positive").unwrap();
        assert_eq!(panss.fall(27.0, 17.0), 0.5);
        assert_eq!((panss.responds(27.0, 23.0), panss.responds(27.0, 23.5)), (1.0, 0.0));
        assert!(panss.responds(7.0, 7.0).is_nan());
        assert_eq!(scale("madrs").unwrap().responds(30.0, 15.0), 1.0);
    }

    #[test]
    fn every_scale_has_room_between_its_ends_and_a_source() {
        for scale in SCALES {
            assert!(scale.least < scale.most && (0.0..1.0).contains(&scale.response), "{}", scale.column);
            assert!(scale.remission.is_none_or(|score| scale.least < score && score < scale.most));
            assert!(scale.source.len() > 20);
        }
    }
}
