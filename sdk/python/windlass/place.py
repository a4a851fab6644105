"""Where something stands in the pack's own source."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import islice
from types import FrameType, TracebackType

PACK = "/1/"
"""The pack's folder: the second one of the path that `windlass pack build` gives to componentize-py."""


@dataclass(frozen=True)
class Place:
    """A place in the pack's source."""

    file: str
    """The module's file, from the folder of the component's first one."""
    line: int
    key: str
    """What tells apart what shares a line."""


def here(key: str | None = None) -> list[Place]:
    """Where the SDK was called: the calls in the pack's modules, from the outermost to the innermost.

    Args:
        key: What tells the innermost apart from others in the same place.
    """
    places: list[Place] = []
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(PACK):
            told = [_column(frame)] if places or key is None else [_column(frame), key]
            places.append(Place(file.removeprefix(PACK), frame.f_lineno, ", ".join(told)))
        frame = frame.f_back
    return places[::-1]


def _column(frame: FrameType) -> str:
    """The column of what a frame is at."""
    positions = islice(frame.f_code.co_positions(), frame.f_lasti // 2, None)
    _, _, column, _ = next(positions, (None,) * 4)
    return "" if column is None else f"column {column + 1}"


def raised(traceback: TracebackType | None) -> tuple[str, int] | None:
    """File and line where something was raised: in the pack where its modules are on the way, else where it was."""
    found = None
    inside = False
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        own = file.startswith(PACK)
        if own or not inside:
            found = (file.rpartition("/")[2], traceback.tb_lineno)
        inside |= own
        traceback = traceback.tb_next
    return found
