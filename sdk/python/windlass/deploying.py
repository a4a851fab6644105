"""The exports of a component that is a deploy."""

from __future__ import annotations

import json

from . import wire
from .deploy import called, declared
from .guard import guarded

_run = declared.function()


class Deploy:
    """What the host calls for a deploy."""

    def run(self) -> None:
        guarded(_run)

    def callback(self, name: str, payload: str) -> str:
        return guarded(lambda: wire.text(called(name, json.loads(payload))))
