//! Who connects to whom: the search for a partner, construction, and a tick of synaptogenesis.

use std::time::{Duration, Instant};

use bevy_ecs::prelude::*;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use resprout::anatomy::network::{self, NetworkPlan};
use resprout::anatomy::population::default_populations;
use resprout::anatomy::space::{self, Patch};
use resprout::anatomy::synapses::Synapses;
use resprout::anatomy::wiring::{DistanceKernel, KernelShape, PartnerSearch, Weights};
use resprout::experiment::simulation::{Setup, Simulation};
use resprout::foundation::clock::{Phase, Tick};
use resprout::foundation::parameters::Overrides;
use resprout::foundation::random::{Purpose, Seed};
use resprout::foundation::time::Time;
use resprout::mechanisms::symptoms::SymptomReadOut;
use resprout::mechanisms::synapse_passes::{SynapseEdits, SynapseSweep};
use resprout::mechanisms::synaptogenesis::Synaptogenesis;
use resprout::mechanisms::{Cascade, Mechanism, Model, Protocol};

fn plan(neurons: usize, synapses_per_neuron: usize, kernel: KernelShape) -> NetworkPlan {
    NetworkPlan { neurons, synapses_per_neuron, populations: default_populations(), kernel }
}

/// Gives whatever runs in parallel two threads.
fn on_two_threads() {
    // refused if the pool stands already: another group has made the same
    let _ = rayon::ThreadPoolBuilder::new().num_threads(2).build_global();
}

/// Time per partner on one thread: many partners of one neuron among equal candidates, as in construction, and two
/// partners of one neuron by vacancy, as in a tick.
fn partner_search(criterion: &mut Criterion) {
    const MANY: usize = 800;
    on_two_threads();
    for neurons in [1_000_u32, 10_000, 100_000, 1_000_000] {
        let patch = Patch::holding(neurons as usize, 90_000.0, 300.0);
        let positions = space::place(neurons as usize, &patch, Seed(1));
        let candidates: Vec<u32> = (0..neurons).collect();
        for shape in [KernelShape::Exponential, KernelShape::Gaussian, KernelShape::Uniform] {
            let mut group = criterion.benchmark_group(format!("partner_search/{shape:?}").to_lowercase());
            let kernel = DistanceKernel { shape, length_um: 125.0 };
            let search = PartnerSearch::among(&candidates, &positions, kernel, &patch);
            let mut weights = Weights::default();
            // vacant boutons of a network with a hundred synapses per neuron: a few, unequal, often none
            search.weigh(&mut weights, |id| {
                let vacant = 8.0 * Seed(1).draws(Purpose::Test, 1, id).uniform().powi(2);
                if vacant < 1.0 { 0.0 } else { vacant }
            });
            let mut agent = 0;
            let mut search_once = |wanted: usize, weighted: bool| {
                agent = (agent + 1) % neurons;
                let mut draws = Seed(2).stream(Purpose::Test, 0, agent);
                let seat = search.seat(agent, positions[agent as usize]);
                let mut met = 0;
                if weighted {
                    seat.draw_weighted(&weights, wanted, &mut draws, |partner, _| met ^= partner);
                } else {
                    seat.draw(wanted, &mut draws, |partner, _| met ^= partner);
                }
                met
            };
            group.throughput(Throughput::Elements(MANY as u64));
            group.bench_function(BenchmarkId::new("many", neurons), |b| b.iter(|| search_once(MANY, false)));
            group.throughput(Throughput::Elements(2));
            group.bench_function(BenchmarkId::new("by_vacancy", neurons), |b| b.iter(|| search_once(2, true)));
        }
    }
}

/// Time per synapse to place, populate and wire a network, on the pool's two threads.
fn construction(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("construction");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    on_two_threads();
    for (neurons, synapses_per_neuron) in [(2_000, 1_000), (20_000, 1_000), (200_000, 100)] {
        for kernel in [KernelShape::Exponential, KernelShape::Uniform] {
            let plan = plan(neurons, synapses_per_neuron, kernel);
            group.throughput(Throughput::Elements((neurons * synapses_per_neuron) as u64));
            let name = format!("{kernel:?}").to_lowercase();
            group.bench_function(BenchmarkId::new(name, format!("{neurons}x{synapses_per_neuron}")), |bencher| {
                bencher.iter_with_large_drop(|| {
                    let mut world = World::new();
                    network::build(&mut world, &plan, &Overrides::default(), Seed(1)).map(|()| world)
                });
            });
        }
    }
    group.finish();
}

/// When synaptogenesis began, and the time that it took in all, storing included.
#[derive(Resource, Default)]
struct Stopwatch(Option<Instant>, Duration);

fn time_synaptogenesis(app: &mut bevy_app::App, _: &[Phase]) {
    app.init_resource::<Stopwatch>();
    let begin = |mut watch: ResMut<Stopwatch>| watch.0 = Some(Instant::now());
    let end = |mut watch: ResMut<Stopwatch>| {
        let spent = watch.0.map_or(Duration::ZERO, |begun| begun.elapsed());
        watch.1 += spent;
    };
    app.add_systems(Tick, begin.after(SynapseSweep::phase()).before(Synaptogenesis::phase()));
    app.add_systems(Tick, end.after(SynapseEdits::phase()).before(SymptomReadOut::phase()));
}

/// Time of synaptogenesis and of storing what was born, on two threads: per synapse formed at rest, and per neuron
/// where no element grows.
fn structural_update(criterion: &mut Criterion) {
    on_two_threads();
    for (name, formation_per_d) in [("per_formed_synapse", None), ("idle_per_neuron", Some(0.0))] {
        let mut group = criterion.benchmark_group(format!("structural_update/{name}"));
        group.sample_size(10).warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_secs(2));
        for neurons in [1_000, 10_000, 100_000, 1_000_000] {
            let cascade = Cascade::standard().watched_by(time_synaptogenesis);
            let setup = Setup { cascade, ..Setup::typical(neurons, 100) };
            let mut model = Model::default();
            model.overrides.0.extend(formation_per_d.map(|value| ("synaptogenesis.formation_per_d".to_owned(), value)));
            // built when it is first asked for, so that a filter spares the building
            let mut built = None;
            group.bench_function(BenchmarkId::from_parameter(neurons), |bencher| {
                // the mean over a series of ticks, divided by what it is per
                bencher.iter_custom(|ticks| {
                    let build = || Simulation::new(&setup, &model, &Protocol::default());
                    let Ok(simulation) = built.get_or_insert_with(build) else { return Duration::MAX };
                    let spent = |simulation: &Simulation| simulation.world().resource::<Stopwatch>().1;
                    let formed = |simulation: &Simulation| simulation.world().resource::<Synapses>().tally().formed;
                    let (began, before) = (spent(simulation), formed(simulation));
                    for _ in 0..ticks {
                        let next = simulation.now() + Time::HOUR;
                        if simulation.advance_to(next, |_| Ok(())).is_err() {
                            return Duration::MAX;
                        }
                    }
                    let per = match formation_per_d {
                        None => (formed(simulation) - before) as f64 / ticks as f64,
                        Some(_) => neurons as f64,
                    };
                    spent(simulation).saturating_sub(began).div_f64(per)
                });
            });
        }
        group.finish();
    }
}

// criterion's plots need a font on the machine
criterion_group! {
    name = benches;
    config = Criterion::default().without_plots();
    targets = partner_search, construction, structural_update
}
criterion_main!(benches);
