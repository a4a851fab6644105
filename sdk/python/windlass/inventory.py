"""An inventory source: what lists the hosts behind `@name/argument`.

    from windlass.inventory import Host, inventory


    @inventory
    def hosts(argument):
        return [Host("web-1", data={"port": 22}, groups=["web"])]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Mapping

from .declared import Declared
from .process import Answer, Ended, Program, fetch


@dataclass(frozen=True)
class Host:
    """A host.

    Args:
        name: Unique in an inventory.
        data: What deploys read as its data.
        groups: The groups it is in, besides `all`.
    """

    name: str
    data: Mapping[str, Any] = field(default_factory=dict)
    groups: Iterable[str] = ()


List = Callable[[str], Iterable[Host]]


declared = Declared[List]("inventory", yields=True)


def inventory(function: List) -> List:
    """Declares the inventory: a function from the argument to hosts."""
    return declared.declare(function)


__all__ = ["Answer", "Ended", "Host", "Program", "fetch", "inventory"]
