"""The exports of a component that lists hosts."""

from __future__ import annotations

from typing import Any

from wit_world.exports import inventory as contract

from . import wire
from .guard import guarded
from .inventory import Host, declared


class Inventory:
    """What the host calls for an inventory."""

    def hosts(self, argument: str) -> list[Any]:
        def hosts() -> list[Any]:
            return [_host(host) for host in declared.function()(argument)]

        return guarded(hosts)


def _host(host: Host) -> Any:
    name, groups = wire.string(host.name, "a host's name"), wire.strings(host.groups, "a host's groups")
    return contract.Host(name, wire.text(dict(host.data)), groups, "{}")
