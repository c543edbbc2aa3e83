//! Instructions per kernel, counted by Valgrind's Callgrind: the same on a busy machine as on a quiet one.
//!
//! Callgrind knows no AVX-512, so of the sweep it counts the AVX2 form.

#![allow(missing_docs, reason = "the macros make modules of their own")]

use std::hint::black_box;

use gungraun::{library_benchmark, library_benchmark_group, main};
use resprout::anatomy::neuron::SynapticInput;
use resprout::anatomy::space::{self, Patch};
use resprout::anatomy::synapses::{
    Dendrite, LogSize, SizeLaw, SweepInput, Synapse, SynapseLaws, Synapses, Tags, TurnoverLaw,
};
use resprout::anatomy::wiring::{DistanceKernel, KernelShape, PartnerSearch};
use resprout::experiment::simulation::{Setup, Simulation};
use resprout::foundation::random::{Purpose, Seed};
use resprout::foundation::time::Time;
use resprout::mechanisms::{Model, Protocol};

/// Neurons of the network whose synapses are passed over, and synapses of each.
const NEURONS: u32 = 100;
const PER_NEURON: u32 = 1_000;
/// Partners that are searched for.
const PARTNERS: usize = 1_000;

/// Makes this thread the only one of the pool: Callgrind counts where the benchmark was entered.
fn on_one_thread() {
    let _ = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global();
}

type Network = (Synapses, Vec<Dendrite>, Vec<SynapticInput>);

fn network() -> Network {
    on_one_thread();
    let mut dendrites = vec![Dendrite::default(); NEURONS as usize];
    let synapses = Synapses::build(&mut dendrites, |id, excitatory, _| {
        let mut draws = Seed(1).draws(Purpose::Test, 0, id);
        excitatory.extend((0..PER_NEURON).map(|_| Synapse {
            presynaptic: draws.below(NEURONS),
            log_size: LogSize::from_log2(draws.uniform() * 4.0 - 2.0),
            tags: Tags::new(true, 0),
        }));
    });
    (synapses, dendrites, vec![SynapticInput::default(); NEURONS as usize])
}

// A tick of 10⁵ synapses, of which 2 ‰ are eliminated.
#[library_benchmark]
#[bench::of_100_000(network())]
fn sweep((mut synapses, mut dendrites, mut inputs): Network) -> Network {
    let laws = SynapseLaws {
        size: SizeLaw { target_log2: -0.5, activity_gain: 0.3, return_rate_per_h: 0.005, spread_log2: 1.1 },
        turnover: TurnoverLaw {
            mature_elimination_per_h: 0.002,
            size_exponent: 0.5,
            activity_exponent: 0.2,
            ..TurnoverLaw::default()
        },
        ..SynapseLaws::default()
    };
    let output = [1.0_f32; NEURONS as usize];
    let input = SweepInput { output: &output, seed: Seed(1), instant: 1, step_h: 1.0 };
    synapses.sweep(&mut dendrites, &mut inputs, &input, |_, _| laws);
    black_box((synapses, dendrites, inputs))
}

// The input of 100 neurons from 10⁵ synapses.
#[library_benchmark]
#[bench::of_100_000(network())]
fn gather((synapses, dendrites, mut inputs): Network) -> Network {
    synapses.gather(&dendrites, &mut inputs, &[1.0; NEURONS as usize]);
    black_box((synapses, dendrites, inputs))
}

fn search() -> (PartnerSearch, Vec<[f32; 3]>) {
    const CANDIDATES: usize = 10_000;
    let patch = Patch::holding(CANDIDATES, 90_000.0, 300.0);
    let positions = space::place(CANDIDATES, &patch, Seed(1));
    let candidates: Vec<u32> = (0..CANDIDATES as u32).collect();
    let kernel = DistanceKernel { shape: KernelShape::Exponential, length_um: 125.0 };
    (PartnerSearch::among(&candidates, &positions, kernel, &patch), positions)
}

// A thousand partners of one neuron among 10⁴.
#[library_benchmark]
#[bench::thousand(search())]
fn partners((search, positions): (PartnerSearch, Vec<[f32; 3]>)) -> u32 {
    let mut met = 0;
    let mut draws = Seed(2).stream(Purpose::Test, 0, 17);
    search.seat(17, positions[17]).draw(PARTNERS, &mut draws, |partner, _| met ^= partner);
    black_box(met)
}

fn simulation() -> Option<Simulation> {
    on_one_thread();
    Simulation::new(&Setup::typical(1_000, 100), &Model::default(), &Protocol::default()).ok()
}

// An hour at rest of 1,000 neurons with 100 synapses each, every mechanism on.
#[library_benchmark]
#[bench::of_100_000(simulation())]
fn tick(simulation: Option<Simulation>) -> Option<Simulation> {
    let mut simulation = simulation?;
    let next = simulation.now() + Time::HOUR;
    simulation.advance_to(next, |_| Ok(())).ok()?;
    black_box(Some(simulation))
}

library_benchmark_group!(name = kernels; benchmarks = sweep, gather, partners, tick);
main!(library_benchmark_groups = kernels);
