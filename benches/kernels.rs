//! The kernels under everything: the pass over synapses, the gather, the search for a partner.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use resprout::anatomy::neuron::SynapticInput;
use resprout::anatomy::space::{self, Patch};
use resprout::anatomy::synapses::{
    Complement, Dendrite, LogSize, SizeLaw, SweepInput, Synapse, SynapseEntities, SynapseLaws, Synapses, Tags,
    TurnoverLaw,
};
use resprout::anatomy::wiring::{DistanceKernel, KernelShape, PartnerSearch};
use resprout::foundation::random::{Purpose, Seed};

const PER_NEURON: u32 = 1_000;

/// A network of `neurons` whose partners are near in identity, as those of a real one are.
fn network(neurons: u32) -> (Synapses, Vec<Dendrite>) {
    let mut dendrites = vec![Dendrite::default(); neurons as usize];
    let synapses = Synapses::build(&mut dendrites, |id, excitatory, _| wire(neurons, id, excitatory));
    (synapses, dendrites)
}

fn wire(neurons: u32, id: u32, excitatory: &mut Vec<Synapse>) {
    let mut draws = Seed(1).draws(Purpose::Test, 0, id);
    excitatory.extend((0..PER_NEURON).map(|_| Synapse {
        presynaptic: (id + draws.below(neurons / 4)) % neurons,
        log_size: LogSize::from_log2(draws.uniform() * 4.0 - 2.0),
        tags: Tags::new(true, 0),
    }));
}

/// Laws of an unstressed hour, but no elimination: the network stays as it is from pass to pass.
fn laws() -> SynapseLaws {
    SynapseLaws {
        size: SizeLaw { target_log2: -0.5, activity_gain: 0.3, return_rate_per_h: 0.005, spread_log2: 1.1 },
        turnover: TurnoverLaw { size_exponent: 0.5, activity_exponent: 0.2, ..TurnoverLaw::default() },
        ..SynapseLaws::default()
    }
}

fn passes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pass");
    for neurons in [100, 1_000] {
        let (mut synapses, mut dendrites) = network(neurons);
        let mut inputs = vec![SynapticInput::default(); neurons as usize];
        let output = vec![1.0_f32; neurons as usize];
        let count = u64::from(neurons * PER_NEURON);
        group.throughput(Throughput::Elements(count));
        group.bench_function(BenchmarkId::new("sweep", count), |bencher| {
            let mut tick = 0;
            bencher.iter(|| {
                tick += 1;
                let input = SweepInput { output: &output, seed: Seed(1), instant: tick, step_h: 1.0 };
                synapses.sweep(&mut dendrites, &mut inputs, &input, |_, _| laws());
            });
        });
        group.bench_function(BenchmarkId::new("sweep_with_complement", count), |bencher| {
            let complement = Complement { clearing_per_h: 1e-5, ..Complement::default() };
            let mut tick = 0;
            bencher.iter(|| {
                tick += 1;
                let input = SweepInput { output: &output, seed: Seed(1), instant: tick, step_h: 1.0 };
                let laws = SynapseLaws { complement, ..laws() };
                synapses.sweep(&mut dendrites, &mut inputs, &input, |_, _| laws);
            });
        });
        group.bench_function(BenchmarkId::new("gather", count), |bencher| {
            bencher.iter(|| synapses.gather(&dendrites, &mut inputs, black_box(&output)));
        });
    }
    group.finish();
}

/// The same pass where every synapse is an entity of its own.
fn entities(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("entities");
    for neurons in [100_u32, 1_000] {
        let mut synapses = SynapseEntities::build(neurons, |id, excitatory, _| wire(neurons, id, excitatory));
        let mut inputs = vec![SynapticInput::default(); neurons as usize];
        let output = vec![1.0_f32; neurons as usize];
        let count = u64::from(neurons * PER_NEURON);
        group.throughput(Throughput::Elements(count));
        group.sample_size(10).bench_function(BenchmarkId::new("sweep", count), |bencher| {
            let mut tick = 0;
            bencher.iter(|| {
                tick += 1;
                let input = SweepInput { output: &output, seed: Seed(1), instant: tick, step_h: 1.0 };
                synapses.sweep(&mut inputs, &input, |_, _| laws());
            });
        });
    }
    group.finish();
}

fn partner_search(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("partner_search");
    group.throughput(Throughput::Elements(1));
    for neurons in [1_000_u32, 10_000, 100_000] {
        let patch = Patch::holding(neurons as usize, 90_000.0, 300.0);
        let positions = space::place(neurons as usize, &patch, Seed(1));
        let candidates: Vec<u32> = (0..neurons).collect();
        let kernel = DistanceKernel { shape: KernelShape::Exponential, length_um: 125.0 };
        let search = PartnerSearch::among(&candidates, &positions, kernel, &patch);
        let mut agent = 0;
        group.bench_function(BenchmarkId::from_parameter(neurons), |bencher| {
            bencher.iter(|| {
                agent = (agent + 1) % neurons;
                let mut draws = Seed(2).stream(Purpose::Test, 0, agent);
                let mut met = 0;
                search.seat(agent, positions[agent as usize]).draw(10, &mut draws, |partner, _| met ^= partner);
                met
            });
        });
    }
    group.finish();
}

// criterion's plots need a font on the machine
criterion_group! {
    name = benches;
    config = Criterion::default().without_plots();
    targets = passes, entities, partner_search
}
criterion_main!(benches);
