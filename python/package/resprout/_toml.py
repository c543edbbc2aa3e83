"""Values of Python as TOML, for edits and for experiments that are built in Python."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Optional, Union

from .errors import refusal

_BARE = re.compile(r"[A-Za-z0-9_-]+")

#: Edits of a config: values by dotted key, or texts ``KEY=VALUE``.
Edits = Union[Mapping[str, Any], Sequence[str], None]


def value(of: Any, at: str) -> str:
    """``of`` as a TOML value; ``at`` is its key, for messages."""
    if hasattr(of, "item") and not isinstance(of, (str, bytes)) and getattr(of, "ndim", None) == 0:
        of = of.item()
    elif hasattr(of, "tolist") and not isinstance(of, (str, bytes)):
        of = of.tolist()
    if isinstance(of, bool):
        return "true" if of else "false"
    if isinstance(of, int):
        return str(of)
    if isinstance(of, float):
        if not math.isfinite(of):
            raise refusal(f"`{at}` is {of}: a config takes finite numbers")
        return repr(of)
    if isinstance(of, str):
        return text(of, at)
    if isinstance(of, timedelta):
        return text(f"{of.total_seconds()!r} s", at)
    if isinstance(of, os.PathLike):
        return text(os.fspath(of), at)
    if isinstance(of, Mapping):
        entries = (f"{key(name, at)} = {value(item, f'{at}.{name}')}" for name, item in of.items() if item is not None)
        return "{ " + ", ".join(entries) + " }"
    if isinstance(of, Sequence) and not isinstance(of, (bytes, bytearray)):
        return "[" + ", ".join(value(item, f"{at}.{index}") for index, item in enumerate(of)) + "]"
    raise TypeError(f"`{at}` is of type {type(of).__name__}: a config takes texts, numbers, booleans, lists and tables")


def text(of: Any, at: str) -> str:
    """``of`` as a TOML string."""
    if not isinstance(of, str):
        raise TypeError(f"`{at}` is of type {type(of).__name__}: expected a text")
    try:
        of.encode()
    except UnicodeEncodeError:
        raise refusal(f"`{at}` holds half a character, which no text file takes") from None
    # JSON's escapes are TOML's, but for the one character that JSON leaves as it is
    return json.dumps(of, ensure_ascii=False).replace("\x7f", "\\u007f")


def key(name: Any, at: str) -> str:
    """``name`` as a key of a table."""
    if not isinstance(name, str):
        raise TypeError(f"a key of `{at}` is of type {type(name).__name__}: keys are texts")
    return name if _BARE.fullmatch(name) else text(name, at)


def document(tables: Mapping[str, Any]) -> str:
    """A config: plain values first, then a section for each table and for each entry of a list of tables."""
    plain: list[str] = []
    sections: list[str] = []

    def section(header: str, entries: Mapping[str, Any], at: str) -> None:
        lines = [header]
        lines += [f"{key(name, at)} = {value(item, f'{at}.{name}')}" for name, item in entries.items() if item is not None]
        sections.append("\n".join(lines))

    for name, item in tables.items():
        shown = key(name, "the config")
        if isinstance(item, Mapping):
            section(f"[{shown}]", item, name)
        elif isinstance(item, Sequence) and item and all(isinstance(entry, Mapping) for entry in item):
            for index, entry in enumerate(item):
                section(f"[[{shown}]]", entry, f"{name}.{index}")
        elif item is not None:
            plain.append(f"{shown} = {value(item, name)}")
    return "\n\n".join(["\n".join(plain), *sections]) + "\n"


def edits(of: Edits, seed: Optional[int] = None) -> list[str]:
    """Edits as ``KEY=VALUE``, the seed last, as the command line orders them."""
    made: list[str] = []
    if isinstance(of, Mapping):
        for name, item in of.items():
            if not isinstance(name, str):
                raise TypeError(f"a key of `set` is of type {type(name).__name__}: expected a dotted key")
            made.append(f"{name}={value(item, name)}")
    elif isinstance(of, str):
        raise TypeError('`set` is a text: expected {"network.neurons": 500} or ["network.neurons=500"]')
    elif of is not None:
        for edit in of:
            if not isinstance(edit, str):
                raise TypeError(f"an edit of `set` is of type {type(edit).__name__}: expected a text KEY=VALUE")
            made.append(edit)
    if seed is not None:
        made.append(f"run.seed={whole(seed, 'seed', 0, 2**63 - 1)}")
    return made


def whole(of: Any, name: str, least: int, most: int) -> int:
    """``of`` as a whole number from ``least`` to ``most``."""
    if isinstance(of, bool) or not hasattr(of, "__index__"):
        raise TypeError(f"`{name}` is of type {type(of).__name__}: expected a whole number")
    number = of.__index__()
    if not isinstance(number, int) or not least <= number <= most:
        raise refusal(f"`{name}` is {number}: from {least} to {most} are accepted")
    return number
