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

from .declared import Declared
from .surroundings import log

Hear = Callable[[Mapping[str, Any]], None]


declared = Declared[Hear]("observer")


def observer(function: Hear) -> Hear:
    """Declares the observer: a function that is called for each event of a run, in order, in one component that stays
    for the run."""
    return declared.declare(function)


__all__ = ["log", "observer"]
