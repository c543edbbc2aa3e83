//! `resprout bench`: how fast this machine carries the model.

use std::fmt::Write as _;

use clap::Args;

use super::options::Threads;
use super::terminal;
use crate::experiment::bench::{self, Measurement, Workload};
use crate::experiment::configuration::estimate::grouped;
use crate::foundation::error::{Error, Result};

#[derive(Debug, Args)]
pub(super) struct Bench {
    /// Number of neurons
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(2..=100_000_000))]
    neurons: u32,
    /// Mean number of synapses per neuron
    #[arg(long, value_name = "K", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    synapses_per_neuron: u32,
    /// Ticks of one hour to measure
    #[arg(long, value_name = "T", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    ticks: u32,
    #[command(flatten)]
    threads: Threads,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Bench {
    pub(super) fn run(self) -> Result<()> {
        let measured = bench::measure(&Workload {
            neurons: self.neurons as usize,
            synapses_per_neuron: self.synapses_per_neuron as usize,
            ticks: self.ticks,
            threads: self.threads.count(),
        })?;
        if self.json {
            let text = serde_json::to_string_pretty(&measured)
                .map_err(|error| Error::Run(format!("cannot write JSON: {error}")))?;
            return terminal::say(&(text + "\n"));
        }
        terminal::say(&table(&measured))
    }
}

fn table(measured: &Measurement) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "  {name:<24}{value}");
    };
    line("neurons", grouped(measured.neurons as u64));
    line("synapses", grouped(measured.synapses));
    line("threads", measured.threads.to_string());
    line("ticks", format!("{} of 1 h, at rest, every mechanism on", measured.ticks));
    line("building", format!("{:.2} s", measured.build_s));
    line("tick", format!("{:.3} ns per synapse", measured.ns_per_synapse_tick));
    for (phase, ns) in &measured.phases_ns_per_synapse {
        line(&format!("  {phase}"), format!("{ns:.3}"));
    }
    line("forming a synapse", format!("{:.3} µs, over {}", measured.us_per_formed_synapse, grouped(measured.formed)));
    if let Some(bytes) = measured.bytes_per_synapse {
        line("memory", format!("{bytes:.2} bytes per synapse, peak of the process"));
    }
    line("this machine streams", format!("{:.1} GB/s", measured.bandwidth_gb_per_s));
    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
    line(
        "share of that reached",
        format!(
            "{} by the sweep, {} by the tick",
            percent(measured.sweep_bandwidth_fraction),
            percent(measured.bandwidth_fraction)
        ),
    );
    text
}
