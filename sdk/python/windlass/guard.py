"""Whatever guest code raises becomes an error of the contract: a component that dies tells nobody why."""

from __future__ import annotations

from collections.abc import Callable

from componentize_py_types import Err

from . import wire
from .errors import error_from


def guarded[T](call: Callable[[], T]) -> T:
    """Runs guest code."""
    try:
        return call()
    except BaseException as exception:  # noqa: BLE001 - SystemExit must not end the component either
        raise Err(wire.error(error_from(exception))) from None
