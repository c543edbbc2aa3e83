"""Tables: columns with units, handed to other libraries without a copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _native
from .errors import not_there, refusal

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow
    import xarray

#: The columns by which the rows of a table are told apart.
_KEYS = {
    "timeseries": ["arm", "replicate", "subject", "time_h"],
    "outcomes": ["arm", "replicate", "subject", "outcome"],
    "summary": ["arm", "outcome"],
    "subjects": ["replicate", "subject"],
    "study": ["point", "arm", "replicate", "subject", "outcome"],
    "failed": ["point"],
    "points": ["point"],
    "neurons": ["neuron"],
}

#: Rows that a notebook shows.
_SHOWN = 10


def needed(name: str) -> Any:
    """An optional library; where it is not installed, the error says how to have it."""
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError:
        raise ImportError(f"`{name}` is not installed: `pip install {name}`") from None


class Table:
    """A table of ``num_rows`` rows, its columns in memory as Arrow has them.

    Any library that reads the Arrow C stream takes it as it is: ``polars.DataFrame(table)``, ``pyarrow.table(table)``,
    ``duckdb.sql("select * from table")``. Numbers are not copied on the way. Texts are dictionary-encoded.
    """

    def __init__(self, native: _native.Table, name: str = "") -> None:
        self._native = native
        #: What the table is called.
        self.name = name

    @property
    def num_rows(self) -> int:
        """The number of rows."""
        return self._native.num_rows

    @property
    def column_names(self) -> list[str]:
        """The names of the columns, in order."""
        return self._native.column_names

    @property
    def nbytes(self) -> int:
        """Bytes that the columns take in memory."""
        return self._native.nbytes

    @property
    def types(self) -> dict[str, str]:
        """``text``, ``integer``, ``float`` or ``boolean``, by column."""
        return dict(self._native.types())

    @property
    def units(self) -> dict[str, str]:
        """The unit of every column, as in ``dictionary.csv``."""
        return dict(self._native.units())

    @property
    def meanings(self) -> dict[str, str]:
        """What a value of every column means."""
        return dict(self._native.meanings())

    def __len__(self) -> int:
        return self.num_rows

    def __arrow_c_schema__(self) -> object:
        return self._native.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._native.__arrow_c_stream__(requested_schema)

    def head(self, rows: int = _SHOWN) -> Table:
        """The first ``rows`` rows, without a copy."""
        return Table(self._native.slice(0, rows), self.name)

    def to_arrow(self) -> pyarrow.Table:
        """As a ``pyarrow.Table``; nothing is copied. Units and meanings are metadata of the fields."""
        made: pyarrow.Table = needed("pyarrow").table(self)
        return made

    def to_polars(self) -> polars.DataFrame:
        """As a ``polars.DataFrame``; numbers are not copied, texts become ``Categorical``."""
        made: polars.DataFrame = needed("polars").DataFrame(self)
        return made

    def to_pandas(self) -> pandas.DataFrame:
        """As a ``pandas.DataFrame``, units in ``frame.attrs["units"]``; texts become ``category``."""
        needed("pandas")
        frame = self.to_arrow().to_pandas()
        frame.attrs["units"] = self.units
        return frame

    def to_numpy(self, column: str) -> Any:
        """One column as a ``numpy.ndarray`` of shape ``(num_rows,)``; texts as objects."""
        if column not in self.column_names:
            raise not_there("column", column, self.column_names)
        found = self.to_arrow().column(column)
        if self.types[column] == "text":
            found = found.cast(needed("pyarrow").string())
        return found.to_numpy()

    def to_xarray(self) -> xarray.Dataset:
        """As an ``xarray.Dataset``: a dimension for every column that tells rows apart, ``units`` and ``long_name`` on the
        variables. The time series has the dimensions ``(arm, replicate, subject, time_h)``.
        """
        library = needed("xarray")
        frame = self.to_pandas()
        texts = [name for name, kind in self.types.items() if kind == "text"]
        frame = frame.astype({name: object for name in texts})
        keys = [name for name in _KEYS.get(self.name, []) if name in frame.columns]
        if keys and frame.duplicated(keys).any():
            raise refusal(f"rows of `{self.name}` are not told apart by {', '.join(keys)}", "use `to_pandas()`")
        dataset: xarray.Dataset = library.Dataset.from_dataframe(frame.set_index(keys) if keys else frame)
        units, meanings = self.units, self.meanings
        for name in dataset.variables:
            if units.get(str(name)):
                dataset[name].attrs["units"] = units[str(name)]
            if meanings.get(str(name)):
                dataset[name].attrs["long_name"] = meanings[str(name)]
        return dataset

    def __repr__(self) -> str:
        return f"<resprout.Table {self.name or 'of columns'}: {self.num_rows} rows, {len(self.column_names)} columns>"

    def _repr_html_(self) -> str:
        try:
            shown = self.head().to_arrow().to_pylist()
        except ImportError:
            return f"<pre>{escape(repr(self))}</pre>"
        units = self.units
        head = "".join(f"<th>{escape(name)}<br><small>{escape(units[name])}</small></th>" for name in self.column_names)
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(_cell(row[name]))}</td>" for name in self.column_names) + "</tr>" for row in shown
        )
        more = f"<p>{self.num_rows} rows, {len(shown)} shown</p>" if self.num_rows > len(shown) else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}"


def _cell(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


class Tables(Mapping[str, Table]):
    """The tables of a folder by name: that of their file without its ending."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _names(self) -> list[str]:
        return _native.table_names(self._folder)

    def __getitem__(self, name: str) -> Table:
        known = self._names()
        if name not in known:
            raise not_there("table", name, known)
        return Table(_native.table(self._folder, name), name)

    def __contains__(self, name: object) -> bool:
        return name in self._names()

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def __repr__(self) -> str:
        return f"<resprout.Tables: {', '.join(self)}>"
