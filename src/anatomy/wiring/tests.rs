use super::*;
use crate::anatomy::space::{self, Patch};
use crate::foundation::random::{Purpose, Seed};

const EXPONENTIAL: DistanceKernel = DistanceKernel { shape: KernelShape::Exponential, length_um: 60.0 };
const DRAWS: usize = 200_000;

/// Positions and candidates to search.
struct Field {
    patch: Patch,
    positions: Vec<[f32; 3]>,
    candidates: Vec<u32>,
}

impl Field {
    /// 3,000 neurons in a patch of `extent_um`, of which two thirds are candidates. `bend` moves a neuron, in fractions of
    /// the extent.
    fn new(extent_um: [f32; 3], bend: impl Fn([f32; 3]) -> [f32; 3]) -> Self {
        let patch = Patch { extent_um };
        let mut positions = space::place(3_000, &patch, Seed(1));
        for position in &mut positions {
            let bent = bend([0, 1, 2].map(|axis| position[axis] / extent_um[axis]));
            *position = [0, 1, 2].map(|axis| bent[axis] * extent_um[axis]);
        }
        Self { patch, positions, candidates: (0..3_000).filter(|id| id % 3 != 0).collect() }
    }

    fn even(extent_um: [f32; 3]) -> Self {
        Self::new(extent_um, |position| position)
    }

    /// The neuron that stands nearest to a point, given in fractions of the extent.
    fn nearest_to(&self, point: [f32; 3]) -> u32 {
        let point = [0, 1, 2].map(|axis| point[axis] * self.patch.extent_um[axis]);
        let away = |&id: &u32| space::distance(self.positions[id as usize], point);
        (0..3_000).min_by(|a, b| away(a).total_cmp(&away(b))).unwrap()
    }

    /// Partners drawn for `seeker` against the exact probabilities over all candidates, with and without weights:
    /// how many standard deviations the χ² statistic lies from its mean.
    fn deviations(&self, kernel: DistanceKernel, seeker: u32) -> [f64; 2] {
        let search = PartnerSearch::among(&self.candidates, &self.positions, kernel, &self.patch);
        let seat = search.seat(seeker, self.positions[seeker as usize]);
        // one third offers nothing, and the rest unequally
        let offer = |id: u32| [1.0, 0.0, 7.5, 0.4, 2.0, 0.0][id as usize % 6];
        let mut weights = Weights::default();
        search.weigh(&mut weights, offer);
        [false, true].map(|weighted| {
            let mut counts = vec![0_u32; self.positions.len()];
            let mut drawn = 0;
            // searches of several lengths: what follows the last partner wanted must not bias
            while drawn < DRAWS {
                let wanted = 1 + drawn % 37;
                let mut draws = Seed(2).stream(Purpose::Test, u64::from(weighted), drawn as u32);
                let mut met = 0;
                let mut meet = |partner: u32| {
                    counts[partner as usize] += 1;
                    met += 1;
                };
                if weighted {
                    seat.draw_weighted(&weights, wanted, &mut draws, |partner, _| meet(partner));
                } else {
                    seat.draw(wanted, &mut draws, |partner, _| meet(partner));
                }
                assert_eq!(met, wanted);
                drawn += wanted;
            }
            let weight = |id: u32| {
                let d_um = space::distance(self.positions[seeker as usize], self.positions[id as usize]);
                let reachable = id != seeker && d_um <= kernel.reach_um();
                let offer = if weighted { f64::from(offer(id)) } else { 1.0 };
                if reachable { f64::from(kernel.at(d_um)) * offer } else { 0.0 }
            };
            let total: f64 = self.candidates.iter().map(|&id| weight(id)).sum();
            let (mut chi2, mut cells, mut rare, mut rare_expected) = (0.0, 0.0, 0.0, 0.0);
            let mut candidate = vec![false; self.positions.len()];
            for &id in &self.candidates {
                candidate[id as usize] = true;
                let (count, expected) = (f64::from(counts[id as usize]), drawn as f64 * weight(id) / total);
                assert!(expected > 0.0 || count == 0.0, "{id} cannot be met");
                if expected < 10.0 {
                    (rare, rare_expected) = (rare + count, rare_expected + expected);
                } else {
                    chi2 += (count - expected).powi(2) / expected;
                    cells += 1.0;
                }
            }
            assert!(counts.iter().zip(candidate).all(|(&count, candidate)| candidate || count == 0));
            if rare_expected >= 10.0 {
                chi2 += (rare - rare_expected).powi(2) / rare_expected;
                cells += 1.0;
            }
            (chi2 - (cells - 1.0)) / (2.0 * (cells - 1.0_f64)).sqrt()
        })
    }

    fn assert_exact(&self, kernel: DistanceKernel, seeker: u32) {
        let z = self.deviations(kernel, seeker);
        // four standard deviations: chance alone would fail one seed in some hundreds
        assert!(z.iter().all(|z| z.abs() < 4.0), "{kernel:?}, neuron {seeker}: z = {z:?}");
    }
}

#[test]
fn partners_are_distributed_exactly_as_the_kernel() {
    let field = Field::even([400.0, 400.0, 200.0]);
    for shape in [KernelShape::Exponential, KernelShape::Gaussian, KernelShape::Uniform] {
        field.assert_exact(DistanceKernel { shape, length_um: 60.0 }, field.nearest_to([0.5; 3]));
    }
}

/// There is nothing beyond the walls: a seeker there finds the same kernel, over the candidates that exist.
#[test]
fn a_seeker_at_an_edge_or_in_a_corner_is_served_exactly() {
    let field = Field::even([400.0, 400.0, 200.0]);
    for point in [[0.0, 0.5, 0.5], [0.5, 1.0, 1.0], [0.0; 3]] {
        field.assert_exact(EXPONENTIAL, field.nearest_to(point));
    }
}

/// In a wide patch most steps have no table that knows the walls.
#[test]
fn the_search_is_exact_in_a_patch_of_any_shape() {
    for extent_um in [[3_000.0, 1_500.0, 20.0], [90.0, 2_000.0, 150.0], [30.0; 3]] {
        let field = Field::even(extent_um);
        field.assert_exact(EXPONENTIAL, field.nearest_to([0.1, 0.5, 0.9]));
    }
}

/// Neurons crowd in one corner, so that the fullest cell holds many times the mean and others are empty.
#[test]
fn the_search_is_exact_where_cells_are_unequally_full() {
    let field = Field::new([500.0, 500.0, 100.0], |position| position.map(|x| x * x));
    for shape in [KernelShape::Exponential, KernelShape::Uniform] {
        let kernel = DistanceKernel { shape, length_um: 60.0 };
        field.assert_exact(kernel, field.nearest_to([0.0; 3]));
        field.assert_exact(kernel, field.nearest_to([0.6; 3]));
    }
}

#[test]
fn a_neuron_without_anyone_in_reach_meets_nobody() {
    let patch = Patch { extent_um: [5_000.0, 100.0, 100.0] };
    let positions = [[10.0, 50.0, 50.0], [4_990.0, 50.0, 50.0]];
    let search = PartnerSearch::among(&[0, 1], &positions, EXPONENTIAL, &patch);
    let mut draws = Seed(1).stream(Purpose::Test, 0, 0);
    search.seat(0, positions[0]).draw(3, &mut draws, |partner, _| panic!("met {partner}"));
    let mut weights = Weights::default();
    search.weigh(&mut weights, |_| 0.0);
    search.seat(0, positions[0]).draw_weighted(&weights, 3, &mut draws, |partner, _| panic!("met {partner}"));
}

/// Weights are summed cell by cell, whoever does it.
#[test]
fn weights_are_the_same_on_any_number_of_threads() {
    let field = Field::even([20_000.0, 20_000.0, 100.0]);
    let search = PartnerSearch::among(&field.candidates, &field.positions, EXPONENTIAL, &field.patch);
    let weigh = |threads| {
        let mut weights = Weights::default();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| search.weigh(&mut weights, |id| (id as f32).sqrt()));
        format!("{weights:?}")
    };
    assert_eq!(weigh(1), weigh(3));
}
