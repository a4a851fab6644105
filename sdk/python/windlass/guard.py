"""Whatever guest code raises becomes an error of the contract: a component that dies tells nobody why."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

from componentize_py_types import Err

from . import host, wire
from .errors import error_from


def guarded[T](call: Callable[[], T]) -> T:
    """Runs guest code."""
    try:
        return call()
    except BaseException as exception:  # noqa: BLE001 - SystemExit must not end the component either
        raise Err(wire.error(error_from(exception))) from None


class _Printed(io.TextIOBase):
    """What `print` writes to: the log. A component has no output, and asking for one would end it."""

    def write(self, text: str) -> int:
        if text.strip():
            host.write_log("info", text.rstrip())
        return len(text)


sys.stdout = sys.stderr = _Printed()

# What the pack's modules imported by now: the numbers are the same in each component made of the same source.
if "random" in sys.modules:
    sys.modules["random"].seed(0)
