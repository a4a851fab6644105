"""The exports of a component that reaches hosts."""

from __future__ import annotations

import json
from typing import Any

from wit_world.exports import connector as contract
from wit_world.imports import types

from . import wire
from .connector import Channel, Program, Session, data_keys, declared
from .guard import guarded


class Passage:
    """A channel as the host has it."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def turn(self, stdin: bytes, eof: bool, wait_ms: int) -> Any:
        def turn() -> Any:
            turn = self._channel.turn(stdin, eof, wait_ms)
            ended = turn.status is not None or turn.signal is not None
            exit = types.Exit(_status(turn.status), wire.or_none(turn.signal, "a signal")) if ended else None
            taken = wire.natural(turn.taken, "how much was taken")
            return contract.Turn(taken, _bytes(turn.stdout), _bytes(turn.stderr), exit)

        return guarded(turn)

    def signal(self, name: str) -> None:
        guarded(lambda: self._channel.signal(name))


def _status(status: Any) -> int | None:
    return None if status is None else wire.natural(status, "an exit status")


def _bytes(output: Any) -> bytes:
    if isinstance(output, bytes):
        return output
    raise TypeError(f"output is bytes, not {type(output).__name__}")


class Connection:
    """A session as the host has it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def exec(self, r: Any) -> Any:
        def exec() -> Any:
            how = self._session.exec(r.command, r.env, r.pty)
            if isinstance(how, Channel):
                return contract.Execution_Direct(Passage(how))
            if isinstance(how, Program):
                return contract.Execution_Via(how.spec())
            raise TypeError(f"`exec` gives a `Program` or a `Channel`, not {type(how).__name__}")

        return guarded(exec)

    def close(self) -> None:
        guarded(self._session.close)

    def put(self, source: Any, dest: str, mode: int) -> None:
        """None: the host does it by `exec`."""

    def get(self, src: str, sink: Any) -> None:
        """None: the host does it by `exec`."""


class Connector:
    """What the host calls for a connector."""

    def describe(self) -> str:
        return _DESCRIBED

    def connect(self, name: str, argument: str, data: str) -> Any:
        def connect() -> Connection:
            session = declared.function()(name, argument, json.loads(data))
            if isinstance(session, Session):
                return Connection(session)
            raise TypeError(f"a connector gives a `Session`, not {type(session).__name__}")

        return guarded(connect)


# Made when the component is: what cannot be described is a mistake that is told then.
_DESCRIBED = wire.text({"data": data_keys()})
