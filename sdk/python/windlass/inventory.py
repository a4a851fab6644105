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


class _Declared:
    hosts: List | None = None


def inventory(function: List) -> List:
    """Declares the inventory: a function from the argument to hosts."""
    if _Declared.hosts is not None:
        raise TypeError("a component has one inventory")
    _Declared.hosts = function
    return function


def declared() -> List:
    """The function that was declared."""
    if _Declared.hosts is None:
        raise TypeError("the component's module declares no `@inventory`")
    return _Declared.hosts


__all__ = ["Answer", "Ended", "Host", "Program", "fetch", "inventory"]
