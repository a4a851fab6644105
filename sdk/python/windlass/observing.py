"""The exports of a component that watches runs."""

from __future__ import annotations

import json

from .guard import heard
from .observer import declared

_hear = declared.function()


class Observer:
    """What the host calls for an observer."""

    def on_event(self, event: str) -> None:
        heard(lambda: _hear(json.loads(event)))
