"""The exports of a component that gives the values of secrets."""

from __future__ import annotations

from .guard import guarded
from .secret_source import declared

_source = declared.function()


class SecretSource:
    """What the host calls for a secret."""

    def get(self, name: str) -> str:
        def get() -> str:
            value = _source(name)
            if not isinstance(value, str):
                raise TypeError(f"a secret's value is text, not {type(value).__name__}")
            return value

        return guarded(get)
