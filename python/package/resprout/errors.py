"""What can go wrong, told apart by what can be done about it.

Every exception of the program is a :class:`ResproutError`. It carries the program's own message and, of the first fault,
``code``, ``file``, ``line``, ``key`` and ``hint``; ``faults`` has all of them, for all faults are told in one pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Optional

__all__ = [
    "CheckpointError",
    "DiskError",
    "Fault",
    "InputError",
    "Interrupted",
    "NotThere",
    "NumericalError",
    "ResproutError",
    "RunError",
]


@dataclass(frozen=True)
class Fault:
    """One message: what is wrong, where, and what to do about it."""

    message: str
    severity: str = "error"
    code: Optional[str] = None
    title: str = ""
    file: Optional[str] = None
    line: Optional[int] = None
    column: Optional[int] = None
    key: Optional[str] = None
    hint: Optional[str] = None


class _OfProgram:
    """What all exceptions of the program have in common."""

    #: The exit code that the command line gives.
    exit_code: int = 1
    #: The message, as the command line prints it.
    text: str
    #: Every fault that was found.
    faults: tuple[Fault, ...]

    def _tell(self, text: str, faults: Sequence[Fault] = ()) -> None:
        self.text = text
        self.faults = tuple(faults) or (Fault(text.strip()),)

    @property
    def _first(self) -> Fault:
        return next((fault for fault in self.faults if fault.severity == "error"), self.faults[0])

    @property
    def code(self) -> Optional[str]:
        """The code of the first fault, such as ``E021``; ``resprout explain E021`` says more."""
        return self._first.code

    @property
    def file(self) -> Optional[str]:
        """The file in which the first fault stands, ``--set`` for a value of ``set``."""
        return self._first.file

    @property
    def line(self) -> Optional[int]:
        """Its line, counted from 1."""
        return self._first.line

    @property
    def column(self) -> Optional[int]:
        """Its column, counted from 1."""
        return self._first.column

    @property
    def key(self) -> Optional[str]:
        """The dotted key that the first fault is about, such as ``arm.1.doses.0.amt``."""
        return self._first.key

    @property
    def hint(self) -> Optional[str]:
        """What to do about the first fault."""
        return self._first.hint

    def __str__(self) -> str:
        return self.text

    def __reduce__(self) -> Any:
        return _again, (type(self), self.text, self.faults)


class ResproutError(_OfProgram, Exception):
    """Something went wrong; the subclasses say what."""

    def __init__(self, text: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(text)
        self._tell(text, faults)


class InputError(ResproutError, ValueError):
    """The input is wrong: a config, a study, an argument, a folder that holds no run."""

    exit_code = 2


class NotThere(InputError, KeyError):
    """Nothing has this name: no table, no figure, no arm."""


class RunError(ResproutError, RuntimeError):
    """The run failed in a way that neither input, numbers nor disk explain."""

    exit_code = 1


class NumericalError(ResproutError, ArithmeticError):
    """A value left the numbers, or the range in which it makes sense."""

    exit_code = 3


class DiskError(ResproutError, OSError):
    """The disk or the file system refused; ``errno`` says why."""

    exit_code = 4


class CheckpointError(ResproutError):
    """A run folder is damaged, or another version of the program, or another config, wrote it."""

    exit_code = 5


class Interrupted(_OfProgram, KeyboardInterrupt):
    """Stopped by Ctrl-C, after what was finished had been saved; the message says how to go on."""

    exit_code = 130

    def __init__(self, text: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(text)
        self._tell(text, faults)


_KINDS: dict[str, type[Any]] = {
    "input": InputError,
    "run": RunError,
    "numerical": NumericalError,
    "disk": DiskError,
    "checkpoint": CheckpointError,
    "interrupted": Interrupted,
}

_NAMES = {field.name for field in fields(Fault)}


def _again(kind: type[Any], text: str, faults: Sequence[Fault]) -> Any:
    return kind(text, faults)


def fault_of(parts: dict[str, Any]) -> Fault:
    """A fault from its parts."""
    return Fault(**{name: value for name, value in parts.items() if name in _NAMES})


def from_program(kind: str, text: str, exit_code: int, faults: Sequence[dict[str, Any]], number: Optional[int]) -> Any:
    """The exception of an error of the program; ``exit_code`` is that of the command line."""
    error = _KINDS[kind](text.rstrip(), [fault_of(fault) for fault in faults])
    error.exit_code = exit_code
    if number is not None and isinstance(error, OSError):
        error.errno = number
    return error


def refusal(message: str, hint: Optional[str] = None) -> InputError:
    """Input that the package itself refuses, in the words of the program."""
    told = f"error: {message}" + (f"\n = help: {hint}" if hint else "")
    return InputError(told, [Fault(message, hint=hint)])


def not_there(what: str, name: object, known: Sequence[str]) -> NotThere:
    """Nothing of the kind ``what`` is called ``name``."""
    message = f"no {what} is called `{name}`"
    hint = f"there are: {', '.join(known)}" if known else "there is none"
    return NotThere(f"error: {message}\n = help: {hint}", [Fault(message, hint=hint)])
