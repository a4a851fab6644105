"""A connector: a way to reach hosts by a program of the controller.

    from windlass.connector import Program, Session, connector


    class Container(Session):
        def __init__(self, name):
            self.name = name

        def exec(self, command, env, pty):
            return Program("docker", "exec", "-i", self.name, "sh", "-c", command)


    @connector()
    def connect(name, argument, data):
        return Container(argument)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Mapping

from .process import Ended, Program
from .schema import typed


class Session:
    """A connection to a host."""

    def exec(self, command: bytes, env: list[tuple[str, str]], pty: bool) -> Program:
        """The program that runs a command line of the host's `sh`. The host starts it, and moves its bytes and
        signals."""
        raise NotImplementedError

    def close(self) -> None:
        """Ends the connection."""


Connect = Callable[[str, str, Mapping[str, Any]], Session]


class Key:
    """A key of the host's data that a connector reads.

    Args:
        name: The key.
        hint: Its type, as a parameter's.
        doc: What it means.
        default: What it is where it is left out.
        secret: Whether it is one.
    """

    def __init__(
        self, name: str, hint: Any = str, doc: str = "", *, default: Any = None, secret: bool = False
    ) -> None:
        kind = typed(hint)
        self.described = {
            "name": name,
            "schema": kind.schema,
            "default": default,
            "doc": doc,
            "secret": secret or kind.secret,
        }


class _Declared:
    connect: Connect | None = None
    keys: tuple[Key, ...] = ()


def connector(*keys: Key) -> Callable[[Connect], Connect]:
    """Declares the connector: a function that connects to a host by its name, the argument of
    `@connector/argument`, and its data."""

    def declare(function: Connect) -> Connect:
        if _Declared.connect is not None:
            raise TypeError("a component has one connector")
        _Declared.connect, _Declared.keys = function, keys
        return function

    return declare


def declared() -> Connect:
    """The function that was declared."""
    if _Declared.connect is None:
        raise TypeError("the component's module declares no `@connector`")
    return _Declared.connect


def data_keys() -> list[dict[str, Any]]:
    """What it reads of a host's data."""
    return [key.described for key in _Declared.keys]


__all__ = ["Ended", "Key", "Program", "Session", "connector"]
