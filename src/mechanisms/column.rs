//! What a mechanism shows: columns of the time series, declared once with unit, meaning and reading.

use crate::anatomy::view::View;

/// The unit of columns that are relative to the same network's unstressed baseline.
pub const RELATIVE: &str = "× baseline";
/// The unit of columns that are relative to a typical subject without stress or treatment.
pub const TYPICAL: &str = "× typical";
/// The unit of a share of a whole.
pub const FRACTION: &str = "fraction";

/// What stands for the name of a population in the name of a family of columns.
pub const POPULATION: &str = "<population>";

/// What stands for the name of an analyte in the name of a family of columns: that under which an assay reports a moiety.
pub const ANALYTE: &str = "<analyte>";

/// The least and the greatest value of a column that make sense. Beyond them the model was driven to where its equations
/// mean nothing, or is at fault.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoundRange {
    /// The least, included.
    pub least: f64,
    /// The greatest, included.
    pub most: f64,
}

impl SoundRange {
    /// Every share of a whole.
    pub const SHARE: Self = Self::within(0.0, 1.0);
    /// A balance of what is counted one by one: none is lost.
    pub const NOTHING: Self = Self::within(0.0, 0.0);

    /// From `least` to `most`.
    #[must_use]
    pub const fn within(least: f64, most: f64) -> Self {
        Self { least, most }
    }

    /// Whether `value` lies within, but for rounding; what is no number does not.
    #[must_use]
    pub fn holds(self, value: f64) -> bool {
        // sums over neurons and exponentials that end at a bound miss it by a few of the last bits
        let rounding = 1e-9 * (self.most - self.least);
        value >= self.least - rounding && value <= self.most + rounding
    }
}

/// How a column is read off the world, which it does not change; `None` where there is no value.
#[derive(Clone, Copy, Debug)]
pub enum Reading {
    /// One value.
    Whole(fn(&View) -> Option<f64>),
    /// One value for each population, from the identities of its neurons.
    ByPopulation(fn(&View, &[u32]) -> Option<f64>),
    /// One value for each analyte of the drugs that the experiment gives: at the end of a tick, and the highest within it.
    ByAnalyte {
        /// At the end of the tick.
        at_end: fn(&View, &str) -> Option<f64>,
        /// The highest within it.
        highest: fn(&View, &str) -> Option<f64>,
    },
}

/// One column, or one family of columns that differ by population or by analyte.
///
/// A reading returns the value as the model has it; what is declared [`RELATIVE`] is divided by the same network's
/// baseline when the rows are written.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// The name in the header, which carries the unit if there is one; [`POPULATION`] stands for the name of a
    /// population, [`ANALYTE`] for that of an analyte.
    pub name: &'static str,
    /// The unit, as written in `dictionary.csv` and on axes.
    pub unit: &'static str,
    /// What an axis or a legend calls it.
    pub label: &'static str,
    /// What the value means, in a sentence without a full stop.
    pub meaning: &'static str,
    /// Where its values make sense, as the model has them; for what is declared [`RELATIVE`], also once it is divided. A value
    /// beyond ends the run, unless the config allows it.
    pub sound: SoundRange,
    /// How it is read.
    pub reading: Reading,
    /// The highest value within the tick that has just ended, where the column moves within ticks: what a bolus reaches is
    /// over at the end of the tick. Peaks are told from it; rows hold the value at the end.
    pub highest: Option<fn(&View) -> Option<f64>>,
}

impl Column {
    /// A column of one value for the whole patch.
    #[must_use]
    pub const fn whole(
        name: &'static str,
        unit: &'static str,
        label: &'static str,
        meaning: &'static str,
        sound: SoundRange,
        read: fn(&View) -> Option<f64>,
    ) -> Self {
        Self { name, unit, label, meaning, sound, reading: Reading::Whole(read), highest: None }
    }

    /// The same column, which may have been higher within the tick than at its end.
    #[must_use]
    pub const fn reaching(self, highest: fn(&View) -> Option<f64>) -> Self {
        Self { highest: Some(highest), ..self }
    }

    /// A family of columns, one for each analyte, that move within ticks.
    #[must_use]
    pub const fn by_analyte(
        name: &'static str,
        unit: &'static str,
        label: &'static str,
        meaning: &'static str,
        sound: SoundRange,
        at_end: fn(&View, &str) -> Option<f64>,
        highest: fn(&View, &str) -> Option<f64>,
    ) -> Self {
        Self { name, unit, label, meaning, sound, reading: Reading::ByAnalyte { at_end, highest }, highest: None }
    }

    /// A family of columns, one for each population.
    #[must_use]
    pub const fn by_population(
        name: &'static str,
        unit: &'static str,
        label: &'static str,
        meaning: &'static str,
        sound: SoundRange,
        read: fn(&View, &[u32]) -> Option<f64>,
    ) -> Self {
        Self { name, unit, label, meaning, sound, reading: Reading::ByPopulation(read), highest: None }
    }
}

#[cfg(test)]
mod tests {
    use super::SoundRange;

    #[test]
    fn a_range_holds_its_ends_and_what_rounding_makes_of_them_and_nothing_beyond() {
        let range = SoundRange::SHARE;
        assert!([0.0, 1.0, -1e-12, 1.0 + 1e-12].into_iter().all(|value| range.holds(value)));
        assert!([-1e-6, 1.000_001, f64::NAN, f64::INFINITY].into_iter().all(|value| !range.holds(value)));
        assert!(SoundRange::NOTHING.holds(0.0) && !SoundRange::NOTHING.holds(1e-300));
    }
}
