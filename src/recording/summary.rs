//! `summary.json`: the headline figures of every arm, with their spread over independent networks.
//!
//! The figures are made of what was observed in every tick, so they do not depend on which rows were written. Those of
//! each network stand in `outcomes.csv`.

use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::headline_figure::{HeadlineContrast, HeadlineFigure};
use super::headlines::{Headline, Headlines};
use super::landmarks::{ArmFrame, Landmarks};
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
    pub fn write_outcomes(&self, folder: &Path, networks: &[(u32, u32)], arms: &NetworkValues) -> Result<String> {
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

    /// The told figures of every arm, by arm and key.
    pub(super) fn figures<'a>(
        &'a self,
        arms: &'a NetworkValues,
    ) -> impl Iterator<Item = (&'a str, Vec<(&'a str, HeadlineFigure)>)> {
        arms.iter().map(|(name, networks)| {
            let figure = |(index, headline): (usize, &'a Headline)| {
                let values = values_of(networks, index);
                let figure = if headline.is_yes_or_no {
                    HeadlineFigure::share_of(headline.meaning, &values)
                } else {
                    HeadlineFigure::of(headline.unit, headline.meaning, &values)
                };
                (headline.key.as_str(), figure)
            };
            (name.as_str(), self.told().map(figure).collect())
        })
    }

    /// What every arm but the reference differs by from it, network by network: by `A - B` and key.
    pub(super) fn contrasts<'a>(
        &'a self,
        arms: &'a NetworkValues,
    ) -> impl Iterator<Item = (String, Vec<(&'a str, HeadlineContrast)>)> {
        let reference = arms.get(self.reference);
        let others = arms.iter().enumerate().filter(|(arm, _)| *arm != self.reference);
        others.zip(std::iter::repeat(reference)).filter_map(|((arm, (name, networks)), reference)| {
            let (against, with) = reference?;
            let contrast = |(index, headline): (usize, &'a Headline)| {
                let (values, with) = (values_of(networks, index), values_of(with, self.place_in_reference(arm, index)));
                (headline.key.as_str(), HeadlineContrast::of(headline, &values, &with))
            };
            Some((format!("{name} - {against}"), self.told().map(contrast).collect()))
        })
    }

    fn told(&self) -> impl Iterator<Item = (usize, &Headline)> {
        self.list.iter().enumerate().filter(|(_, headline)| headline.is_told)
    }

    /// The text of `summary.json`. `arms` gives, by arm, the values of each network in the order of the tables.
    pub fn text(&self, title: &str, sampled: Sampled, arms: &NetworkValues) -> Result<String> {
        let mut by_arm = Map::new();
        for (name, figures) in self.figures(arms) {
            by_arm.insert(name.to_owned(), object(figures)?);
        }
        let mut contrasts = Map::new();
        for (name, figures) in self.contrasts(arms) {
            contrasts.insert(name, object(figures)?);
        }
        let hours = |at: Option<Time>| at.map(Time::hours);
        let landmarks_of = |((name, _), frame): (&(String, _), &ArmFrame)| {
            let Landmarks { stress_begins, stress_ends, first_dose, horizon } = frame.landmarks;
            let instants = json!({
                "stress_begins": hours(stress_begins),
                "stress_ends": hours(stress_ends),
                "first_dose": hours(first_dose),
                "horizon": horizon.hours(),
            });
            (name.clone(), instants)
        };
        let landmarks: Map<String, Value> = arms.iter().zip(&self.frames).map(landmarks_of).collect();
        let summary = json!({
            "title": title,
            "replicates": sampled.replicates,
            "subjects": sampled.subjects,
            "over": sampled.words(),
            "landmarks_h": landmarks,
            "arms": by_arm,
            "reference": arms.get(self.reference).map(|(name, _)| name),
            "contrasts": contrasts,
        });
        Ok(serde_json::to_string_pretty(&summary).map_err(refused)? + "\n")
    }
}

/// The values of every arm: its name, and by network the values in the order of `outcomes.csv`.
pub type NetworkValues = [(String, Vec<Vec<f64>>)];

fn values_of(networks: &[Vec<f64>], index: usize) -> Vec<f64> {
    networks.iter().map(|values| values[index]).collect()
}

fn object<T: Serialize>(figures: Vec<(&str, T)>) -> Result<Value> {
    let entry = |(key, figure): (&str, T)| Ok((key.to_owned(), serde_json::to_value(figure).map_err(refused)?));
    figures.into_iter().map(entry).collect::<Result<Map<_, _>>>().map(Value::Object)
}

fn refused(error: serde_json::Error) -> Error {
    Error::Run(format!("cannot write the summary: {error}"))
}

#[cfg(test)]
mod tests {
    use super::super::headlines::RecordedColumn;
    use super::super::landmarks::ArmEvents;
    use super::*;

    /// Two networks lose and gain alike in both arms: the arms differ by far less than the networks do.
    #[test]
    fn arms_are_compared_within_networks_with_the_first_that_has_no_dose() {
        let h = Time::from_hours;
        let columns = ["spines_per_pyramidal", "madrs"].map(|name| RecordedColumn { name: name.to_owned(), unit: "1" });
        let dosed = |hours: f64| ArmEvents { doses: vec![(h(hours), h(hours))], ..ArmEvents::default() };
        let arms = [dosed(24.0), ArmEvents::default(), dosed(30.0)];
        let frames = ArmFrame::of_each(&arms, h(72.0));
        let headlines = Headlines::of(&columns, &[], frames, Time::ZERO - Time::DAY);
        let keys: Vec<&str> = headlines.list.iter().map(|headline| headline.key.as_str()).collect();
        let place = |key: &str| keys.iter().position(|known| *known == key).unwrap();
        let arm = |name: &str, density: [f64; 3], response: [f64; 3]| {
            let network = |index: usize| {
                let mut values = vec![0.0; keys.len()];
                values[place("spine_density_horizon")] = density[index];
                values[place("madrs_response_horizon")] = response[index];
                // the arm of reference holds them as read at the instants of each: of the others, and its own
                if name == "vehicle" { values.repeat(4) } else { values }
            };
            (name.to_owned(), (0..3).map(network).collect::<Vec<_>>())
        };
        let arms = [
            arm("once", [0.73, 0.92, 1.11], [1.0, 1.0, 0.0]),
            arm("vehicle", [0.7, 0.9, 1.1], [0.0, 1.0, 0.0]),
            arm("twice", [0.8, 1.0, f64::NAN], [1.0, 1.0, 1.0]),
        ];
        let sampled = Sampled { replicates: 3, subjects: None };
        let summary: Value = serde_json::from_str(&headlines.text("", sampled, &arms).unwrap()).unwrap();
        assert_eq!(summary["reference"], "vehicle");
        assert_eq!(summary["contrasts"].as_object().unwrap().len(), 2);
        let once = &summary["contrasts"]["once - vehicle"]["spine_density_horizon"];
        let number = |value: &Value| value.as_f64().unwrap();
        assert!((number(&once["mean"]) - 0.02).abs() < 1e-12 && once["n"] == 3);
        // differences 0.03, 0.02, 0.01: sd 0.01, t(2) = 4.302653, over √3
        assert!((number(&once["ci95"][1]) - 0.02 - 0.043_026_53 / 3.0_f64.sqrt()).abs() < 1e-8);
        assert_eq!(summary["contrasts"]["twice - vehicle"]["spine_density_horizon"]["n"], 2);
        let response = &summary["contrasts"]["once - vehicle"]["madrs_response_horizon"];
        assert!((number(&response["mean"]) - 1.0 / 3.0).abs() < 1e-12 && response["sd"].is_null());

        let mut bytes = Vec::new();
        headlines.write_summary_table(&mut bytes, &arms).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let row = text.lines().find(|line| line.starts_with("twice - vehicle,spine_density_horizon,")).unwrap();
        let cells: Vec<&str> = row.split(',').collect();
        assert_eq!(cells[2..5], ["× baseline", "true", "2"]);
        assert!((cells[5].parse::<f64>().unwrap() - 0.1).abs() < 1e-12, "{row}");
        assert!(text.contains("\nvehicle,madrs_response_horizon,fraction of networks,false,3,0.3333"), "{text}");
    }

    #[test]
    fn a_summary_says_what_its_figures_are_spread_over() {
        let words = |replicates, subjects| Sampled { replicates, subjects }.words();
        assert!(words(3, None).starts_with("3 independent networks"));
        assert!(words(1, Some(40)).starts_with("40 virtual subjects"));
        assert!(words(2, Some(40)).starts_with("2 × 40 virtual subjects"));
    }
}
