"""Asking for facts, and where those of a pack come from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Mapping, Sequence

from . import host


@dataclass(frozen=True)
class Request:
    """A question about the target: a fact with its arguments. Calling a pack's own fact gives one."""

    fact: str
    args: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    globals: Mapping[str, Any] = field(default_factory=dict)

    def select(self, *pointers: str) -> Request:
        """Asks for these parts only, as JSON pointers. The answer is then an object from each pointer to what it
        names, or the whole value where that has no parts."""
        return replace(self, parts=self.parts + pointers)

    def with_globals(self, **globals: Any) -> Request:
        """Asks with other global arguments than the operation's: `fact.with_globals(_sudo=True)`."""
        return replace(self, globals={**self.globals, **globals})


@dataclass(frozen=True)
class Probe:
    """A read-only question that the host asks by its own means. Made by `probe`."""

    kind: str
    args: Mapping[str, Any]


def fact(name: str, /, **args: Any) -> Request:
    """A question for a fact of any pack: `fact("files.File", path="/etc/motd")`."""
    return Request(name, args)


def probe(kind: str, /, **args: Any) -> Probe:
    """A question for the host's own means, to `yield` from a fact: `stat`, `read`, `sum`, `list` or `which`."""
    return Probe(kind, args)


def asked(request: Any) -> Request:
    """A question; calling a fact gives one."""
    if isinstance(request, Request):
        return request
    raise TypeError(f"a fact is asked by calling it, as in `get(Text())`; this is of type {type(request).__name__}")


def get(request: Request) -> Any:
    """Asks for a fact.

    Raises:
        UnknownYet: It is known at execution only. Let it pass.
        MissingFact: It could not be had.
    """
    return host.fact(_question(request))


def get_all(requests: Sequence[Request]) -> list[Any]:
    """Asks for several facts at once, in as few round trips as they need. The first error is raised."""
    return host.facts_of([_question(request) for request in requests])


def _question(request: Any) -> host.Question:
    one = asked(request)
    return one.fact, one.args, one.parts, one.globals
