"""What readers of tables make of those of a run, without options, held against its dictionary.csv.

    python infer.py RUN

Prints a line per difference and ends with 1 if there is any. Readers that are not installed are named. A column without
any value has no type to infer: pyarrow says null of it, which passes.
"""

import csv
import pathlib
import sys


def word(dtype):
    """The word of dictionary.csv for what a reader calls a type."""
    name = str(dtype).lower()
    for known, words in {
        "boolean": ("bool",),
        "integer": ("int", "uint", "bigint"),
        "float": ("float", "double"),
        "text": ("str", "object", "string", "utf8", "varchar", "large_string"),
        "null": ("null",),
    }.items():
        if name.startswith(words):
            return known
    return name


def of_pandas(path):
    import pandas

    table = pandas.read_parquet(path) if path.suffix == ".parquet" else pandas.read_csv(path)
    return {name: word(table[name].dtype) for name in table.columns}, len(table)


def of_polars(path):
    import polars

    table = polars.read_parquet(path) if path.suffix == ".parquet" else polars.read_csv(path)
    return {name: word(dtype) for name, dtype in table.schema.items()}, table.height


def of_duckdb(path):
    import duckdb

    table = duckdb.sql(f"SELECT * FROM '{path}'")
    return dict(zip(table.columns, map(word, table.types))), len(table)


def of_pyarrow(path):
    import pyarrow.csv
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path) if path.suffix == ".parquet" else pyarrow.csv.read_csv(path)
    return {field.name: word(field.type) for field in table.schema}, table.num_rows


READERS = {"pandas": of_pandas, "polars": of_polars, "duckdb": of_duckdb, "pyarrow": of_pyarrow}


def main(run):
    with open(run / "dictionary.csv", encoding="utf-8", newline="") as file:
        expected = {}
        for row in csv.DictReader(file):
            expected.setdefault(row["table"], {})[row["column"]] = row["type"]
    # no table, but what the column `outcome` of others names
    told = expected.pop("outcome")
    faults, read = [], 0
    for table, columns in expected.items():
        path = next(path for path in (run / f"{table}.csv", run / f"{table}.parquet") if path.is_file())
        rows, empty = None, set()
        if path.suffix == ".csv":
            with open(path, encoding="utf-8", newline="") as file:
                cells = list(csv.DictReader(file))
            rows = len(cells)
            empty = {name for name in columns if all(row[name] == "NaN" for row in cells)}
            if "outcome" in columns:
                faults += [f"{path.name}: {key} is not told" for key in {row["outcome"] for row in cells} - set(told)]
            if any(row[name] == "" for row in cells for name in columns):
                faults.append(f"{path.name}: an empty cell")
        for reader, infer in READERS.items():
            try:
                inferred, found = infer(path)
            except ImportError as error:
                print(f"SKIPPED {reader}: {error}")
                continue
            read += 1
            if list(inferred) != list(columns):
                faults.append(f"{reader}, {path.name}: columns {list(inferred)}")
            if rows not in (None, found):
                faults.append(f"{reader}, {path.name}: {found} rows of {rows}")
            for name, kind in columns.items():
                known = inferred.get(name)
                if known != kind and not (known == "null" and name in empty):
                    faults.append(f"{reader}, {path.name}: {name} is {known}, not {kind}")
    print("\n".join(faults) if faults else f"as the dictionary says: {read} readings")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
