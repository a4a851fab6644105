"""Actors: what `call` steps of the pack's operations call at execution.

    from windlass import target
    from windlass.actor import actor


    @actor
    def migrate(payload):
        version = payload["from"]
        while found := target.run(t"db-migrate next {version}").success().text.strip():
            target.run(t"db-migrate apply {found}").success()
            version += 1
        return {"version": version}

An operation plans the call: `plan.call("migrate", {"from": version})`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .declared import Named
from .values import Secret

Act = Callable[[Any], Any]

declared = Named[Act]("actor")


def actor(function: Act) -> Act:
    """Declares an actor by the function's name. It takes what the operation gives it: JSON, with the operation's secrets
    as `Secret`. What it gives back stands in the operation's result: JSON, None for nothing."""
    return declared.declare(function)


__all__ = ["Secret", "actor"]
