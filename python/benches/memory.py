"""What handing over a table of ten million rows costs: resident memory before and after, in Arrow and in Polars.

    python benches/memory.py [NEURONS]

Runs a network of 25,000 neurons and 10^7 synapses for a moment, and reads its connections.
"""

import resource
import sys
import time

import resprout

TEXT = """\
schema_version = 1
title = "Ten million connections"
allow = ["W001", "W012"]
network = {{ neurons = {neurons}, synapses_per_neuron = 410 }}
time = {{ burn_in = "1 h", horizon = "1 h" }}
record = {{ network_at = ["0 d"], max_disk = "4 GB" }}
run = {{ checkpoint_every = "0 h" }}

[[arm]]
name = "rest"
"""


def resident_mb() -> float:
    """Resident memory of this process, in MB (10^6 bytes)."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


def main() -> None:
    neurons = int(sys.argv[1]) if len(sys.argv) > 1 else 25_000
    import polars  # noqa: F401
    import pyarrow as pa

    # what the libraries load at their first table is not the table's
    warm = resprout.run(TEXT.format(neurons=500), figures=False).network(0).connections()
    warm.to_polars().select(polars.all().max())
    run = resprout.run(TEXT.format(neurons=neurons), figures=False)
    net = run.network(0)
    table = net.connections()
    size = table.nbytes / 1e6
    print(f"{table.num_rows:,} rows, {size:.0f} MB in the table")
    for name, hand_over in (("pyarrow", table.to_arrow), ("polars", table.to_polars)):
        before, began = resident_mb(), time.perf_counter()
        held = hand_over()
        took, grown = time.perf_counter() - began, resident_mb() - before
        print(f"{name:8} {1e3 * took:8.2f} ms, resident memory grows by {grown:6.2f} MB ({100 * grown / size:.2f} % of the table)")
        assert held.shape[0] == table.num_rows and grown < 0.01 * size
    print(f"allocated by pyarrow: {pa.total_allocated_bytes() / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
