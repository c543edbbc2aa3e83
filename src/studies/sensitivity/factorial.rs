//! Exact shares of variance over a full grid: an analysis of variance with networks as blocks.
//!
//! Every network goes through every point. The sum of squares about the grand mean is divided, without a rest, among each set
//! of factors (by inclusion and exclusion of the means over all else), networks (what a seed adds everywhere alike) and what
//! networks make of the factors (their interaction with the seed, which is the noise of every effect).

use super::index::{DesignOutputs, SensitivityIndex, index};
use crate::foundation::diagnostics::{Diagnostic, codes};
use crate::statistics::bootstrap::resampled;
use crate::statistics::moments::mean;

/// The grid: by factor, the place of its level at every point.
struct FullGrid {
    levels: Vec<usize>,
    places: Vec<Vec<usize>>,
}

impl FullGrid {
    fn of(outputs: &DesignOutputs) -> Result<Self, Diagnostic> {
        let mut levels = Vec::new();
        let mut places = Vec::new();
        for (_, values) in &outputs.factors {
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            sorted.dedup();
            places.push(values.iter().map(|value| sorted.partition_point(|level| level < value)).collect());
            levels.push(sorted.len());
        }
        let points = outputs.values.len();
        if levels.iter().product::<usize>() != points {
            let label = format!("{points} points are no full grid over {} factors", levels.len());
            return Err(Diagnostic::new(&codes::STUDY_DESIGN, label));
        }
        Ok(Self { levels, places })
    }

    /// Sum of squares of each set of factors, by its bits; `cells` are values by point.
    fn sums_of_squares(&self, cells: &[f64]) -> Vec<f64> {
        let k = self.levels.len();
        // the sum of squares that the means over all else hold, for every set
        let mut held = vec![0.0; 1 << k];
        let grand = mean(cells);
        for (set, held) in held.iter_mut().enumerate() {
            let in_set: Vec<usize> = (0..k).filter(|factor| set >> factor & 1 == 1).collect();
            let size: usize = in_set.iter().map(|&factor| self.levels[factor]).product();
            let mut sums = vec![(0.0, 0_usize); size];
            for (point, value) in cells.iter().enumerate() {
                let place = in_set.iter().fold(0, |place, &f| place * self.levels[f] + self.places[f][point]);
                sums[place].0 += value;
                sums[place].1 += 1;
            }
            let squares = sums.iter().map(|(sum, n)| *n as f64 * (sum / *n as f64 - grand).powi(2));
            *held = squares.fold(0.0, |sum, square| sum + square);
        }
        // what a set holds beyond its subsets (Möbius inversion over subsets)
        for factor in 0..k {
            for set in 0..1 << k {
                if set >> factor & 1 == 1 {
                    held[set] -= held[set ^ (1 << factor)];
                }
            }
        }
        held
    }
}

/// Shares of the total: by set of factors, of networks, and of networks with factors.
struct Shares {
    sets: Vec<f64>,
    networks: f64,
    noise: f64,
}

fn shares(grid: &FullGrid, values: &[Vec<f64>], networks: &[usize]) -> Shares {
    let r = networks.len() as f64;
    let picked = |point: &Vec<f64>| networks.iter().map(|&network| point[network]).collect::<Vec<_>>();
    let all: Vec<Vec<f64>> = values.iter().map(picked).collect();
    let flat: Vec<f64> = all.iter().flatten().copied().collect();
    let grand = mean(&flat);
    let total = flat.iter().fold(0.0, |sum, value| sum + (value - grand).powi(2));
    let cells: Vec<f64> = all.iter().map(|point| mean(point)).collect();
    let sets: Vec<f64> = grid.sums_of_squares(&cells).into_iter().map(|square| r * square / total).collect();
    let of_network = |place: usize| mean(&all.iter().map(|point| point[place]).collect::<Vec<_>>()) - grand;
    let between = (0..networks.len()).fold(0.0, |sum, place| sum + of_network(place).powi(2)) * values.len() as f64;
    let explained = sets.iter().fold(0.0, |sum, share| sum + share);
    Shares { networks: between / total, noise: 1.0 - explained - between / total, sets }
}

/// The share of each factor alone (first order), with all its interactions (total order), of all interactions, and of the
/// seed. First orders, interactions and both parts of the seed add up to 1.
///
/// # Errors
/// A message if the points are no full grid, or some gave nothing.
pub fn indices(outputs: &DesignOutputs) -> Result<Vec<SensitivityIndex>, Diagnostic> {
    let grid = FullGrid::of(outputs)?;
    let is_gap = |values: &&Vec<f64>| values.is_empty() || values.iter().any(|value| !value.is_finite());
    let gaps = outputs.values.iter().filter(is_gap).count();
    if gaps > 0 {
        let label = format!("{gaps} of {} points of the grid gave no value", outputs.values.len());
        return Err(Diagnostic::new(&codes::DESIGN_GAPS, label));
    }
    let n = outputs.values.first().map_or(0, Vec::len);
    let whole: Vec<usize> = (0..n).collect();
    let of = |read: &dyn Fn(&Shares) -> f64| {
        let value = read(&shares(&grid, &outputs.values, &whole));
        let drawn = if n > 2 { resampled(n, |pick| read(&shares(&grid, &outputs.values, pick))) } else { Vec::new() };
        (value, drawn)
    };
    let mut found = Vec::new();
    let mut put = |factor: &str, name: &'static str, read: &dyn Fn(&Shares) -> f64| {
        let (value, drawn) = of(read);
        found.push(index(factor, name, n, value, &drawn));
    };
    let sum = |shares: &Shares, holds: &dyn Fn(usize) -> bool| {
        let held = shares.sets.iter().enumerate().filter(|(set, _)| holds(*set));
        held.fold(0.0, |sum, (_, share)| sum + share)
    };
    for (factor, (name, _)) in outputs.factors.iter().enumerate() {
        put(name, "first_order", &|shares| shares.sets[1 << factor]);
        put(name, "total_order", &|shares| sum(shares, &|set| set >> factor & 1 == 1));
    }
    put("", "interactions", &|shares| sum(shares, &|set| set.count_ones() > 1));
    put("", "seed", &|shares| shares.networks);
    put("", "seed_noise", &|shares| shares.noise);
    Ok(found)
}
