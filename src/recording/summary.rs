//! `summary.json`: the headline figures of every arm, with their spread over independent networks.
//!
//! The figures are made of what was observed in every tick, so they do not depend on which rows were written. Those of
//! each network stand in `outcomes.csv`.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::headline_figure::HeadlineFigure;
use super::headlines::Headlines;
use super::layout::OUTCOMES;
use super::outcomes;
use crate::foundation::error::{Error, Result};
use crate::foundation::files;
use crate::foundation::time::Time;

/// What the figures of a summary are spread over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampled {
    /// Number of replicates.
    pub replicates: u32,
    /// Number of virtual subjects in each; none where every network is that of one subject.
    pub subjects: Option<u32>,
}

impl Sampled {
    /// In words.
    #[must_use]
    pub fn words(self) -> String {
        let Self { replicates, subjects } = self;
        match (replicates, subjects) {
            (1, None) => "one network of one subject".to_owned(),
            (n, None) => format!("{n} independent networks of one subject"),
            (1, Some(n)) => format!("{n} virtual subjects, each a network of its own"),
            (r, Some(n)) => format!("{r} × {n} virtual subjects, each a network of its own"),
        }
    }
}

impl Headlines {
    /// Writes `outcomes.csv`: every figure of every network; returns its hash. `arms` is as for [`Headlines::text`], with
    /// `networks` for replicate and subject of each.
    pub fn write_outcomes(
        &self,
        folder: &Path,
        networks: &[(u32, u32)],
        arms: &[(String, Vec<Vec<f64>>)],
    ) -> Result<String> {
        files::write_hashed(&folder.join(OUTCOMES), |target| {
            let rows = arms.iter().flat_map(|(arm, values)| {
                let of_network =
                    move |(&(replicate, subject), values): (&(u32, u32), _)| (arm, replicate, subject, values);
                networks.iter().zip(values).map(of_network)
            });
            let described: Vec<_> = self.list.iter().map(|headline| (headline.key.as_str(), headline.unit)).collect();
            outcomes::write(target, &described, rows)
        })
    }

    /// The text of `summary.json`. `arms` gives, by arm, the values of each network in the order of the tables.
    pub fn text(&self, title: &str, sampled: Sampled, arms: &[(String, Vec<Vec<f64>>)]) -> Result<String> {
        let mut by_arm = Map::new();
        for (name, networks) in arms {
            let mut figures = Map::new();
            for (index, headline) in self.list.iter().enumerate().filter(|(_, headline)| headline.is_told) {
                let values: Vec<f64> = networks.iter().map(|values| values[index]).collect();
                let figure = if headline.is_yes_or_no() {
                    HeadlineFigure::share_of(headline.meaning, &values)
                } else {
                    HeadlineFigure::of(headline.unit, headline.meaning, &values)
                };
                figures.insert(headline.key.clone(), value(&figure)?);
            }
            by_arm.insert(name.clone(), Value::Object(figures));
        }
        let hours = |at: Option<Time>| at.map(Time::hours);
        let summary = json!({
            "title": title,
            "replicates": sampled.replicates,
            "subjects": sampled.subjects,
            "over": sampled.words(),
            "landmarks_h": {
                "stress_begins": hours(self.landmarks.stress_begins),
                "stress_ends": hours(self.landmarks.stress_ends),
                "first_dose": hours(self.landmarks.first_dose),
                "horizon": self.landmarks.horizon.hours(),
            },
            "arms": by_arm,
        });
        Ok(serde_json::to_string_pretty(&summary).map_err(refused)? + "\n")
    }
}

fn value(figure: &HeadlineFigure) -> Result<Value> {
    serde_json::to_value(figure).map_err(refused)
}

fn refused(error: serde_json::Error) -> Error {
    Error::Run(format!("cannot write the summary: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_says_what_its_figures_are_spread_over() {
        let words = |replicates, subjects| Sampled { replicates, subjects }.words();
        assert!(words(3, None).starts_with("3 independent networks"));
        assert!(words(1, Some(40)).starts_with("40 virtual subjects"));
        assert!(words(2, Some(40)).starts_with("2 × 40 virtual subjects"));
    }
}
