"""The exports of a component that gives the values of secrets."""

from __future__ import annotations

from . import wire
from .guard import guarded
from .secret_source import declared

_source = declared.function()


class SecretSource:
    """What the host calls for a secret."""

    def get(self, name: str) -> str:
        def get() -> str:
            return wire.string(_source(name), "a secret's value")

        return guarded(get)
