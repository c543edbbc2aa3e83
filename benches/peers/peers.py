#!/usr/bin/env python3
"""Runs resprout and its peers on the same workloads and prints a Markdown table with ratios.

    python3 benches/peers/peers.py [--resprout target/release/resprout] [--keep]

The peers are installed from PyPI (requirements.txt) into a virtual environment under a temporary folder, which is
deleted at the end unless --keep is given. Each measurement runs in a process of its own, so that peak memory is that
workload's alone. What each figure contains is said in README.md.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
THREADS = 2
REPEATS = 3
STATIC = [(1_000, 1_000), (10_000, 1_000)]
STRUCTURAL = [1_000, 10_000]
PER_WORKER_S = 240


# ---- workers: run inside the virtual environment, print one JSON object -------------------------------------------

def memory(field):
    """A field of /proc/self/status, in bytes."""
    for line in open("/proc/self/status"):
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(field)


def static_nest(neurons, per_neuron):
    """Fixed in-degree, then rates that every synapse passes on at every step."""
    import nest

    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.ResetKernel()
    nest.local_num_threads = THREADS
    empty = memory("VmRSS")
    begun = time.perf_counter()
    cells = nest.Create("lin_rate_ipn", neurons, {"linear_summation": True, "mu": 0.0, "sigma": 0.0})
    rule = {"rule": "fixed_indegree", "indegree": per_neuron}
    synapse = {"synapse_model": "rate_connection_delayed", "weight": 1e-4, "delay": nest.resolution}
    nest.Connect(cells, cells, rule, synapse)
    build_s = time.perf_counter() - begun
    synapses = nest.num_connections
    nest.Simulate(nest.resolution)
    steps = max(2, 50_000_000 // synapses)
    begun = time.perf_counter()
    nest.Simulate(steps * nest.resolution)
    tick_s = (time.perf_counter() - begun) / steps
    return {"synapses": synapses, "build_s": build_s, "tick_ns": tick_s / synapses * 1e9,
            "bytes": (memory("VmHWM") - empty) / synapses}


def static_spikes_nest(neurons, per_neuron):
    """The same network with static synapses and spikes: NEST's own job, time per synaptic event."""
    import nest

    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.ResetKernel()
    nest.local_num_threads = THREADS
    empty = memory("VmRSS")
    begun = time.perf_counter()
    cells = nest.Create("parrot_neuron", neurons)
    # weightless, so that what a parrot hears from its fellows it does not repeat
    receptor = {"synapse_model": "static_synapse", "weight": 0.0, "delay": 1.0, "receptor_type": 1}
    nest.Connect(cells, cells, {"rule": "fixed_indegree", "indegree": per_neuron}, receptor)
    build_s = time.perf_counter() - begun
    synapses = nest.num_connections
    nest.Simulate(1.0)
    return {"synapses": synapses, "build_s": build_s, "bytes": (memory("VmHWM") - empty) / synapses}


def static_brian(neurons, per_neuron):
    """Random synapses; every tick moves each size with noise and sums the neuron's input."""
    import brian2 as b
    import numpy as np

    b.prefs.codegen.target = "cython"
    b.prefs.codegen.cpp.extra_compile_args_gcc = ["-O3", "-march=native", "-ffast-math", "-w"]
    b.BrianLogger.log_level_error()
    random = np.random.default_rng(1)

    def build(n, k):
        group = b.NeuronGroup(n, "drive : 1\nrate : 1", dt=1 * b.ms, name="cells*")
        group.rate = 1
        model = "x : 1\nsize : 1\ndrive_post = size * rate_pre : 1 (summed)"
        synapses = b.Synapses(group, group, model, dt=1 * b.ms, name="synapses*")
        synapses.connect(i=random.integers(0, n, n * k), j=np.repeat(np.arange(n), k))
        synapses.x = "0.8 * randn()"
        synapses.run_regularly("x += -0.005 * x + 0.08 * randn()\nsize = exp(x)", dt=1 * b.ms)
        network = b.Network(group, synapses)
        network.run(1 * b.ms)
        return network

    build(10, 10)  # compiles; what was compiled is cached
    empty = memory("VmRSS")
    begun = time.perf_counter()
    network = build(neurons, per_neuron)
    build_s = time.perf_counter() - begun
    ticks = max(2, 10_000_000 // (neurons * per_neuron))
    begun = time.perf_counter()
    network.run(ticks * b.ms)
    tick_s = (time.perf_counter() - begun) / ticks
    synapses = neurons * per_neuron
    return {"synapses": synapses, "build_s": build_s, "tick_ns": tick_s / synapses * 1e9,
            "bytes": (memory("VmHWM") - empty) / synapses}


def structural_nest(neurons):
    """Silent neurons grow one element of each side per update; then driven ones retract."""
    import nest

    nest.verbosity = nest.VerbosityLevel.ERROR

    def cells(plastic):
        nest.ResetKernel()
        nest.structural_plasticity_update_interval = 10.0
        nest.CopyModel("static_synapse", "plastic", {"weight": 0.0, "delay": 1.0})
        pair = {"synapse_model": "plastic", "pre_synaptic_element": "Axon", "post_synaptic_element": "Dendrite"}
        nest.structural_plasticity_synapses = {"pair": pair}
        curve = {"growth_curve": "linear", "growth_rate": 0.1, "eps": 0.5, "continuous": False, "z": 0.0}
        elements = {"Axon": dict(curve), "Dendrite": dict(curve)}
        cells = nest.Create("iaf_psc_alpha", neurons, {"tau_Ca": 1e6, "beta_Ca": 1.0, "synaptic_elements": elements})
        if plastic:
            nest.EnableStructuralPlasticity()
        return cells

    def update():
        begun = time.perf_counter()
        nest.Simulate(10.0)
        return time.perf_counter() - begun

    def updates(n):
        return min(update() for _ in range(n))

    cells(False)
    update()
    idle_s = updates(6)
    driven = cells(True)
    update()
    formed_s = updates(9)
    standing = nest.num_connections
    driven.set(I_e=1000.0)
    update()
    before = nest.num_connections
    deleted_s = update()
    deleted = before - nest.num_connections
    assert standing == 9 * neurons and deleted > 0, (standing, deleted)
    return {"formed_us": (formed_s - idle_s) / neurons * 1e6, "deleted_us": (deleted_s - idle_s) / deleted * 1e6}


WORKERS = {f.__name__: f for f in (static_nest, static_spikes_nest, static_brian, structural_nest)}


# ---- the driver ---------------------------------------------------------------------------------------------------

def environment():
    """Creates the virtual environment; returns (its folder, its Python)."""
    folder = Path(tempfile.mkdtemp(prefix="resprout-peers-"))
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", HERE / "requirements.txt"], check=True)
    return folder, python


def best(runs):
    """The least of each figure over repeated runs: other work on the machine only ever adds."""
    return {key: min(run[key] for run in runs) for key in runs[0]}


def ask(python, worker, *arguments, repeats=REPEATS):
    command = [python, __file__, "--worker", worker, *map(str, arguments)]
    environment = {**os.environ, "OMP_NUM_THREADS": str(THREADS)}
    runs = []
    for _ in range(repeats):
        done = subprocess.run(command, capture_output=True, text=True, timeout=PER_WORKER_S, env=environment)
        if done.returncode != 0:
            raise SystemExit(f"{worker} {arguments}: {done.stdout[-1500:]}{done.stderr[-1500:]}")
        runs.append(json.loads(done.stdout.strip().splitlines()[-1]))
    return best(runs)


def ask_resprout(program, neurons, per_neuron, threads=THREADS, ticks=12):
    command = [program, "bench", "--neurons", str(neurons), "--synapses-per-neuron", str(per_neuron), "--ticks",
               str(ticks), "--threads", str(threads), "--json"]
    keys = ["synapses", "build_s", "ns_per_synapse_tick", "sweep_ns_per_synapse", "bytes_per_synapse",
            "us_per_formed_synapse", "formed"]
    runs = []
    for _ in range(REPEATS):
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PER_WORKER_S)
        measured = json.loads(done.stdout)
        runs.append({key: measured[key] for key in keys})
    return best(runs)


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("| " + " | ".join("---" for _ in head) + " |")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(flush=True)


def beside(value, ours, form):
    return f"{value:{form}} ({value / ours:.3g} ×)"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--resprout", type=Path, default=HERE.parents[1] / "target/release/resprout")
    parser.add_argument("--keep", action="store_true", help="keep the virtual environment")
    parser.add_argument("--python", type=Path, help="a Python that has the peers already")
    parser.add_argument("--worker", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        name, *arguments = options.worker
        print("\n" + json.dumps(WORKERS[name](*map(int, arguments))))
        return
    if not options.resprout.exists():
        raise SystemExit(f"no program at {options.resprout}: run `cargo build --release`, or pass --resprout")
    folder, python = (None, options.python) if options.python else environment()
    try:
        report(python, options.resprout)
    finally:
        if folder and not options.keep:
            shutil.rmtree(folder)


def report(python, program):
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    load = os.getloadavg()[0]
    cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), "unknown")
    print(f"{date.today()}, {cpu}, {os.cpu_count()} cores, load {load:.1f} before the run, {platform.system()};")
    pins = [l.strip() for l in open(HERE / "requirements.txt") if "==" in l]
    print(f"{version}; {', '.join(pins)}; {THREADS} threads, best of {REPEATS}.\n")

    for neurons, per_neuron in STATIC:
        ours = ask_resprout(program, neurons, per_neuron)
        rates, spikes, brian = (ask(python, f, neurons, per_neuron)
                                for f in ("static_nest", "static_spikes_nest", "static_brian"))
        million = neurons * per_neuron / 1e6
        table([f"{neurons:,} neurons × {per_neuron:,}", "resprout", "NEST, rates", "NEST, spikes", "Brian2"], [
            ["build, s per 10⁶ synapses", f"{ours['build_s'] / million:.3f}",
             *(beside(p["build_s"] / million, ours["build_s"] / million, ".3f") for p in (rates, spikes, brian))],
            ["bytes per synapse", f"{ours['bytes_per_synapse']:.1f}",
             *(beside(p["bytes"], ours["bytes_per_synapse"], ".1f") for p in (rates, spikes, brian))],
            ["update of all, ns per synapse", f"{ours['ns_per_synapse_tick']:.2f}",
             beside(rates["tick_ns"], ours["ns_per_synapse_tick"], ".2f"), "–",
             beside(brian["tick_ns"], ours["ns_per_synapse_tick"], ".2f")],
        ])

    rows = []
    for neurons in STRUCTURAL:
        ours = ask_resprout(program, neurons, 1_000, threads=1, ticks=12)
        # at rest as many synapses go as come: the sweep, which also does all else, over those removed
        sweep_us = ours["sweep_ns_per_synapse"] * ours["synapses"] * 12 / ours["formed"] / 1e3
        nest = ask(python, "structural_nest", neurons, repeats=REPEATS if neurons < 5_000 else 1)
        rows += [
            [f"{neurons:,}", "formed", f"{ours['us_per_formed_synapse']:.2f}",
             beside(nest["formed_us"], ours["us_per_formed_synapse"], ".2f")],
            [f"{neurons:,}", "removed", f"≤ {sweep_us:.2f}", beside(nest["deleted_us"], sweep_us, ".1f")],
        ]
    table(["neurons", "µs per synapse, 1 thread", "resprout", "NEST"], rows)


if __name__ == "__main__":
    main()
