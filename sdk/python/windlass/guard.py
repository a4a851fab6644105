"""Whatever guest code raises becomes an error of the contract: a component that dies tells nobody why."""

from __future__ import annotations

import io
import random
import sys
from collections.abc import Callable
from typing import Any

from componentize_py_types import Err

from . import host, wire
from .errors import error_from


def guarded[T](call: Callable[[], T]) -> T:
    """Runs guest code."""
    _print_to_log()
    try:
        return call()
    except BaseException as exception:  # noqa: BLE001 - SystemExit must not end the component either
        raise Err(wire.error(error_from(exception))) from None
    finally:
        _printed.end()


def heard(call: Callable[[], None]) -> None:
    """Runs guest code whose errors nobody takes: they are logged, and what comes next may go well."""
    _print_to_log()
    try:
        call()
    except BaseException as exception:  # noqa: BLE001 - as above
        host.write_log("warning", error_from(exception).message)
    finally:
        _printed.end()


class _Printed(io.TextIOBase):
    """What `print` writes to: the log, a remark for what ends with a line. A component has no output, and asking for one
    would end it."""

    def __init__(self) -> None:
        self._begun: list[str] = []

    def write(self, text: str) -> int:
        self._begun.append(text)
        if text.endswith("\n"):
            self.end()
        return len(text)

    def end(self) -> None:
        """Logs what has no end yet."""
        if self._begun:
            text = "".join(self._begun).rstrip()
            self._begun.clear()
            if text:
                host.write_log("info", text)


_printed = _Printed()


def _print_to_log() -> None:
    """Not before the first call: what is printed while the component is made is for whoever makes it."""
    sys.stdout = sys.stderr = _printed


def _seed(*args: Any, **named: Any) -> None:
    """`random.seed`: without a seed there is none but the component's own. Its runtime asks at each start."""
    if args or named:
        _seeded(*args, **named)


# The numbers are the same in each component made of the same source.
_seeded = random.seed
_seeded(0)
random.seed = _seed
