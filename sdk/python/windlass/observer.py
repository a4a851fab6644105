"""An observer: what watches runs, and cannot change them.

    from windlass.observer import log, observer


    @observer
    def heard(event):
        if event["event"] == "operation-host-error":
            log.warning(f"{event['host']} failed")
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Mapping

from .surroundings import log

Hear = Callable[[Mapping[str, Any]], None]


class _Declared:
    hear: Hear | None = None


def observer(function: Hear) -> Hear:
    """Declares the observer: a function that is called for each event of a run, in order, in one component that stays
    for the run."""
    if _Declared.hear is not None:
        raise TypeError("a component has one observer")
    _Declared.hear = function
    return function


def declared() -> Hear:
    """The function that was declared."""
    if _Declared.hear is None:
        raise TypeError("the component's module declares no `@observer`")
    return _Declared.hear


__all__ = ["log", "observer"]
