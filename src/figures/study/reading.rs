//! What the figures of a study read off its table: means over networks at the levels of a factor.

use std::collections::{BTreeMap, BTreeSet};

use crate::figures::source::Mark;
use crate::recording::study_table::{FactorColumn, FactorLevels, StudyTable};
use crate::statistics::band::{Band, BandedMean};
use crate::statistics::{finite, moments};

/// What is to be said of a study beside its table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StudyFacts {
    /// Its title.
    pub title: String,
    /// Whether all points drew the same random numbers.
    pub common_random_numbers: bool,
    /// The factor that is the number of neurons, if one is.
    pub size: Option<String>,
    /// Factors that say how many networks there are at a point, and nothing else.
    pub counts: Vec<String>,
    /// Ticks that were simulated.
    pub ticks: u64,
    /// Ticks that the points would have taken one by one, with every arm from the beginning.
    pub ticks_alone: u64,
}

/// More levels than this are drawn ones: points are pooled in so many bins of equal size.
const MOST_LEVELS: usize = 12;
const BINS: usize = 8;

/// A level of a factor, or a bin of levels.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LevelPlace {
    /// Where it stands: the level, the mean of the bin, or the place of a text.
    pub(super) x: f64,
    /// What it is called.
    pub(super) name: String,
    points: BTreeSet<usize>,
}

impl LevelPlace {
    /// Whether `point` of the design is here.
    pub(super) fn holds(&self, point: usize) -> bool {
        self.points.contains(&point)
    }

    /// Whether a point is at both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        !self.points.is_disjoint(&other.points)
    }
}

/// The levels of a factor in order; bins of it where there are many.
pub(super) fn places(factor: &FactorColumn) -> Vec<LevelPlace> {
    match &factor.levels {
        FactorLevels::Texts(texts) => {
            let mut places: Vec<LevelPlace> = Vec::new();
            for (point, text) in texts.iter().enumerate() {
                if !places.iter().any(|place| place.name == *text) {
                    let x = places.len() as f64;
                    places.push(LevelPlace { x, name: text.clone(), points: BTreeSet::new() });
                }
                for place in places.iter_mut().filter(|place| place.name == *text) {
                    place.points.insert(point);
                }
            }
            places
        }
        FactorLevels::Numbers(values) => {
            let mut order: Vec<usize> = (0..values.len()).collect();
            order.sort_by(|&a, &b| values[a].total_cmp(&values[b]).then(a.cmp(&b)));
            let mut levels: Vec<Vec<usize>> = Vec::new();
            for &point in &order {
                match levels.last_mut() {
                    Some(level) if values[level[0]] == values[point] => level.push(point),
                    _ => levels.push(vec![point]),
                }
            }
            if levels.len() > MOST_LEVELS {
                let size = order.len().div_ceil(BINS);
                levels = order.chunks(size).map(<[usize]>::to_vec).collect();
            }
            let place = |points: Vec<usize>| {
                let x = moments::mean(&points.iter().map(|&point| values[point]).collect::<Vec<_>>());
                LevelPlace { x, name: crate::figures::scale::shortest(x), points: points.into_iter().collect() }
            };
            levels.into_iter().map(place).collect()
        }
    }
}

/// Whether the levels of a factor were pooled.
pub(super) fn is_binned(factor: &FactorColumn) -> bool {
    match &factor.levels {
        FactorLevels::Texts(_) => false,
        FactorLevels::Numbers(values) => {
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            sorted.dedup();
            sorted.len() > MOST_LEVELS
        }
    }
}

/// An outcome of a study: its name, its unit, the arms that have it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) arms: Vec<String>,
}

/// The outcomes of a study, in order.
pub(super) fn asked(table: &StudyTable) -> Vec<Asked> {
    let mut all: Vec<Asked> = Vec::new();
    for row in &table.rows {
        let place = all.iter().position(|one| one.name == row.outcome).unwrap_or_else(|| {
            all.push(Asked { name: row.outcome.clone(), unit: row.unit.clone(), arms: Vec::new() });
            all.len() - 1
        });
        if !all[place].arms.contains(&row.arm) {
            all[place].arms.push(row.arm.clone());
        }
    }
    all
}

/// The values of one outcome in one arm by network and point.
#[derive(Clone, Debug, Default)]
pub(super) struct NetworkOutcomes(BTreeMap<(i64, i64), BTreeMap<usize, f64>>);

impl NetworkOutcomes {
    pub(super) fn of(table: &StudyTable, outcome: &str, arm: &str) -> Self {
        let mut values = Self::default();
        for row in table.rows.iter().filter(|row| row.outcome == outcome && row.arm == arm) {
            values.0.entry((row.replicate, row.subject)).or_default().insert(row.point, row.value);
        }
        values
    }

    /// By network, the mean over the points that `holds` picks.
    pub(super) fn means(&self, holds: impl Fn(usize) -> bool) -> Vec<f64> {
        let mean = |points: &BTreeMap<usize, f64>| {
            let picked: Vec<f64> = points.iter().filter(|(point, _)| holds(**point)).map(|(_, value)| *value).collect();
            moments::mean(&finite(&picked))
        };
        self.0.values().map(mean).collect()
    }

    /// The mean over networks at a place of one factor, and what is known of it.
    pub(super) fn mark(&self, place: &LevelPlace) -> Mark {
        let BandedMean { n, mean, low, high } =
            BandedMean::of(&self.means(|point| place.points.contains(&point)), Band::Confidence);
        Mark { x: place.x, y: mean, low, high, n }
    }

    /// The mean over networks where two factors are at these places; NaN where no point is.
    pub(super) fn mean_at(&self, a: &LevelPlace, b: &LevelPlace) -> f64 {
        moments::mean(&finite(&self.means(|point| a.points.contains(&point) && b.points.contains(&point))))
    }

    /// Number of networks.
    pub(super) fn networks(&self) -> usize {
        self.0.len()
    }
}

/// What a factor is called on an axis.
pub(super) fn axis_words(factor: &FactorColumn) -> String {
    match &factor.unit {
        Some(unit) => format!("{} ({unit})", factor.name),
        None => factor.name.clone(),
    }
}

/// What an outcome is called on an axis.
pub(super) fn outcome_words(asked: &Asked) -> String {
    let name = asked.name.replace('_', " ");
    if asked.unit == "1" { name } else { format!("{name} ({})", asked.unit) }
}
