//! The whole tick, every mechanism on, at rest.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use resprout::experiment::simulation::{Setup, Simulation};
use resprout::foundation::time::Time;
use resprout::mechanisms::{Model, Protocol};

fn tick(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tick");
    group.sample_size(20);
    for (neurons, synapses_per_neuron) in [(1_000, 100), (2_500, 400)] {
        let setup = Setup::typical(neurons, synapses_per_neuron);
        let Ok(mut simulation) = Simulation::new(&setup, &Model::default(), &Protocol::default()) else { continue };
        let synapses = (neurons * synapses_per_neuron) as u64;
        group.throughput(Throughput::Elements(synapses));
        group.bench_function(BenchmarkId::new("at_rest", synapses), |bencher| {
            bencher.iter(|| {
                let next = simulation.now() + Time::HOUR;
                simulation.advance_to(next, |_| Ok(()))
            });
        });
    }
    group.finish();
}

// criterion's plots need a font on the machine
criterion_group! {
    name = benches;
    config = Criterion::default().without_plots();
    targets = tick
}
criterion_main!(benches);
