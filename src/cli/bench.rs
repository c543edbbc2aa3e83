//! `resprout bench`: how fast this machine carries the model.

use std::fmt::Write as _;
use std::iter::successors;
use std::path::PathBuf;
use std::process::Command;

use clap::Args;

use super::options::Threads;
use super::terminal;
use crate::configuration::estimate::{available_memory_bytes, format_bytes, grouped, network_bytes};
use crate::experiment::bench::{self, Measurement, Workload};
use crate::experiment::checkpoint::speed::CheckpointSpeed;
use crate::figures;
use crate::foundation::diagnostics::codes;
use crate::foundation::error::{Error, Result};
use crate::foundation::files;
use crate::mechanisms::Cascade;
use crate::recording::claim;

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
    /// Print JSON: one object, or with --scaling an array of them
    #[arg(long)]
    json: bool,
    /// Measure every tenth of the size down to 100 neurons, each on 1, 2, 4, … threads
    ///
    /// Every measurement is a process of its own, so that its peak memory is its own.
    #[arg(long)]
    scaling: bool,
    /// Save the network to the disk of this folder, load it again, and time both
    #[arg(long, value_name = "DIR", conflicts_with = "scaling")]
    checkpoint: Option<PathBuf>,
    /// With --scaling: write scaling.json and figure F17 here
    #[arg(long, value_name = "DIR", requires = "scaling")]
    out: Option<PathBuf>,
}

impl Bench {
    pub(super) fn run(self, cascade: &Cascade) -> Result<()> {
        if self.scaling {
            return self.scale();
        }
        let synapses = u64::from(self.neurons) * u64::from(self.synapses_per_neuron);
        let needed = network_bytes(u64::from(self.neurons), synapses);
        if let Some(available) = available_memory_bytes().filter(|&available| available < needed) {
            let (needed, available) = (format_bytes(needed), format_bytes(available));
            let label = format!("{} synapses need about {needed}; {available} are available", grouped(synapses));
            return Err(terminal::refuse(
                &codes::NO_MEMORY,
                label,
                Some("measure fewer neurons or synapses".to_owned()),
            ));
        }
        let workload = Workload {
            neurons: self.neurons as usize,
            synapses_per_neuron: self.synapses_per_neuron as usize,
            ticks: self.ticks,
            threads: self.threads.count(),
        };
        let measured = bench::measure_with(&workload, cascade, self.checkpoint.as_deref())?;
        if self.json {
            return terminal::say(&json(&measured)?);
        }
        terminal::say(&table(&measured))
    }

    /// Sizes in ascending order, each on one thread, two, and so on up to the number asked for.
    fn scale(&self) -> Result<()> {
        let _lock = self.out.as_deref().map(claim::claim_beside).transpose()?;
        let sizes = successors(Some(self.neurons), |&neurons| Some(neurons / 10)).take_while(|&neurons| neurons >= 100);
        let mut sizes: Vec<u32> = sizes.collect();
        sizes.reverse();
        let most = self.threads.count();
        let threads: Vec<usize> =
            successors(Some(1), |&threads| Some(threads * 2)).take_while(|&t| t <= most).collect();
        let mut measured = Vec::new();
        if !self.json {
            terminal::say(&scaling_line(&HEADINGS.map(str::to_owned)))?;
        }
        for &neurons in &sizes {
            for &threads in &threads {
                let one = self.apart(neurons, threads)?;
                if !self.json {
                    terminal::say(&scaling_line(&cells(&one)))?;
                }
                measured.push(one);
            }
        }
        let text = json(&measured)?;
        if let Some(folder) = &self.out {
            let table = folder.join(figures::f17_scaling::TABLE);
            files::write(&table, text.as_bytes())?;
            let drawn = figures::f17_scaling::draw(&table, folder)?;
            if !self.json {
                for path in drawn {
                    terminal::say(&format!("{}\n", path.display()))?;
                }
            }
        }
        if self.json { terminal::say(&text) } else { Ok(()) }
    }

    /// One measurement in a process of its own.
    fn apart(&self, neurons: u32, threads: usize) -> Result<Measurement> {
        let failed = |what: &dyn std::fmt::Display| Error::Run(format!("cannot measure {neurons} neurons: {what}"));
        let program = std::env::current_exe().map_err(|error| failed(&error))?;
        let arguments = [
            ("--neurons", neurons.to_string()),
            ("--synapses-per-neuron", self.synapses_per_neuron.to_string()),
            ("--ticks", self.ticks.to_string()),
            ("--threads", threads.to_string()),
        ];
        let output = Command::new(program)
            .arg("bench")
            .args(arguments.iter().flat_map(|(flag, value)| [*flag, value]))
            .arg("--json")
            .output()
            .map_err(|error| failed(&error))?;
        if !output.status.success() {
            return Err(failed(&String::from_utf8_lossy(&output.stderr).trim()));
        }
        serde_json::from_slice(&output.stdout).map_err(|error| failed(&error))
    }
}

const HEADINGS: [&str; 10] = [
    "synapses",
    "threads",
    "tick ns",
    "sweep ns",
    "of stream",
    "bytes",
    "build ns",
    "forming ns",
    "removing ns",
    "idle ns",
];

fn scaling_line(cells: &[String; 10]) -> String {
    let mut line = String::new();
    for cell in cells {
        let _ = write!(line, "{cell:>13}");
    }
    line + "\n"
}

/// Per synapse and tick, per synapse, per synapse formed and removed, per neuron.
fn cells(measured: &Measurement) -> [String; 10] {
    [
        grouped(measured.synapses),
        measured.threads.to_string(),
        format!("{:.3}", measured.ns_per_synapse_tick),
        format!("{:.3}", measured.sweep_ns_per_synapse),
        format!("{:.0} %", 100.0 * measured.sweep_bandwidth_fraction),
        measured.bytes_per_synapse.map_or_else(|| "?".to_owned(), |bytes| format!("{bytes:.2}")),
        format!("{:.0}", measured.build_ns_per_synapse),
        format!("{:.0}", 1e3 * measured.us_per_formed_synapse),
        format!("{:.1}", measured.ns_per_eliminated_synapse),
        format!("{:.0}", 1e3 * measured.idle_update_us_per_neuron),
    ]
}

fn json(measured: &impl serde::Serialize) -> Result<String> {
    let text = serde_json::to_string_pretty(measured);
    Ok(text.map_err(|error| Error::Run(format!("cannot write JSON: {error}")))? + "\n")
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
    line("building", format!("{:.2} s, {:.0} ns per synapse", measured.build_s, measured.build_ns_per_synapse));
    line("tick", format!("{:.3} ns per synapse", measured.ns_per_synapse_tick));
    for (phase, ns) in measured.phases() {
        line(&format!("  {phase}"), format!("{ns:.3}"));
    }
    line("removing a synapse", format!("{:.1} ns, beside the sweep", measured.ns_per_eliminated_synapse));
    line("idle growth, pairing", format!("{:.3} µs per neuron", measured.idle_update_us_per_neuron));
    line("forming a synapse", format!("{:.3} µs, over {}", measured.us_per_formed_synapse, grouped(measured.formed)));
    if let Some(checkpoint) = measured.checkpoint {
        let CheckpointSpeed { write_s, read_s, write_gb_per_s, read_gb_per_s, disk_write_gb_per_s, bytes } = checkpoint;
        let size = format_bytes(bytes);
        line(
            "saving",
            format!("{size} in {write_s:.2} s, {write_gb_per_s:.2} GB/s; the disk: {disk_write_gb_per_s:.2} GB/s"),
        );
        line("loading", format!("{read_s:.2} s, {read_gb_per_s:.2} GB/s"));
    }
    if let Some(bytes) = measured.bytes_per_synapse {
        line("memory", format!("{bytes:.2} bytes per synapse, peak of the process"));
    }
    line("this machine streams", format!("{:.1} GB/s", measured.bandwidth_gb_per_s));
    let [tick, sweep, stream] = measured.fastest;
    line(
        "undisturbed",
        format!("tick {tick:.3} ns, sweep {sweep:.3} ns, stream {stream:.1} GB/s: the fastest of each"),
    );
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
