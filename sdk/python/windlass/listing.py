"""The exports of a component that lists hosts."""

from __future__ import annotations

from typing import Any

from wit_world.exports import inventory as contract

from . import wire
from .guard import guarded
from .inventory import declared


class Inventory:
    """What the host calls for an inventory."""

    def hosts(self, argument: str) -> list[Any]:
        def hosts() -> list[Any]:
            return [
                contract.Host(host.name, wire.text(dict(host.data)), list(host.groups), "{}")
                for host in declared.function()(argument)
            ]

        return guarded(hosts)
