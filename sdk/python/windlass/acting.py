"""The exports of a component with actors."""

from __future__ import annotations

import json

from . import wire
from .actor import declared
from .guard import guarded

if not declared:
    raise TypeError("the component's module declares no `@actor`")


class Actor:
    """What the host calls for a `call` step."""

    def act(self, name: str, payload: str) -> str:
        def act() -> str:
            return wire.text(declared.find(name)(wire.handles(json.loads(payload))))

        return guarded(act)
