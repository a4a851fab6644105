"""A connector: a way to reach hosts, by a program of the controller or through the component.

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
from dataclasses import dataclass
from typing import Any, Mapping

from .declared import Declared
from .process import Ended, Program
from .schema import typed


@dataclass(frozen=True)
class Turn:
    """What one turn of a channel brought; with `status` or `signal`, the last one.

    Args:
        taken: How many bytes of standard input were taken.
        stdout: Standard output since the last turn.
        stderr: Standard error since the last turn.
        status: The command's exit status, once it has ended.
        signal: The signal that ended it, without `SIG`.
    """

    taken: int
    stdout: bytes = b""
    stderr: bytes = b""
    status: int | None = None
    signal: str | None = None


class Channel:
    """A running command whose bytes pass through the component; needs the capability `traffic`."""

    def turn(self, stdin: bytes, eof: bool, wait_ms: int) -> Turn:
        """Takes standard input (`eof`: there is no more) and gives output, waiting at most `wait_ms` milliseconds."""
        raise NotImplementedError

    def signal(self, name: str) -> None:
        """Sends a signal, by its name without `SIG`."""
        raise NotImplementedError


class Session:
    """A connection to a host."""

    def exec(self, command: bytes, env: list[tuple[str, str]], pty: bool) -> Program | Channel:
        """How a command line of the host's `sh` is run: by a program, which the host starts and whose bytes and signals
        it moves, or through a channel."""
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


declared = Declared[Connect]("connector")
_keys: list[Key] = []


def connector(*keys: Key) -> Callable[[Connect], Connect]:
    """Declares the connector: a function that connects to a host by its name, the argument of
    `@connector/argument`, and its data."""

    def declare(function: Connect) -> Connect:
        _keys.extend(keys)
        return declared.declare(function)

    return declare


def data_keys() -> list[dict[str, Any]]:
    """What it reads of a host's data."""
    declared.function()
    return [key.described for key in _keys]


__all__ = ["Channel", "Ended", "Key", "Program", "Session", "Turn", "connector"]
