"""What handing over a table of ten million rows costs: resident memory before and after, in Arrow and in Polars.

    python benches/memory.py [ROWS]

Writes a table of numbers with its dictionary, reads it as any table of a folder is read, and hands it over.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

import polars
import pyarrow

import resprout

DICTIONARY = """\
table,column,type,unit,meaning,least,most
big,row,integer,index,"row, counted from 0",NaN,NaN
big,a,float,1,a number,NaN,NaN
big,b,float,1,another,NaN,NaN
"""


def resident_mb() -> float:
    """Resident memory of this process, in MB (10^6 bytes)."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


def table_of(rows: int, folder: Path) -> resprout.Table:
    """A table of so many rows, read from its file."""
    row = polars.int_range(rows, eager=True).alias("row")
    frame = polars.DataFrame([row, (row * 0.7311 % 1.0).alias("a"), (row * 0.1237 % 1.0).alias("b")])
    frame.write_csv(folder / "big.csv")
    (folder / "dictionary.csv").write_text(DICTIONARY)
    return resprout.Tables(folder)["big"]


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    with tempfile.TemporaryDirectory() as folder:
        # what the libraries load at their first table is not the table's
        warm = table_of(1000, Path(folder))
        warm.to_arrow(), warm.to_polars()
        table = table_of(rows, Path(folder))
    size = table.nbytes / 1e6
    print(f"{table.num_rows:,} rows, {size:.0f} MB in the table")
    held = []
    for name, hand_over in (("pyarrow", table.to_arrow), ("polars", table.to_polars)):
        before, began = resident_mb(), time.perf_counter()
        held.append(hand_over())
        took, grown = time.perf_counter() - began, resident_mb() - before
        share = 100 * grown / size
        print(f"{name:8} {1e3 * took:8.2f} ms, resident memory grows by {grown:.2f} MB ({share:.2f} % of the table)")
        assert held[-1].shape[0] == table.num_rows and grown < 0.01 * size
    print(f"allocated by pyarrow: {pyarrow.total_allocated_bytes() / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
