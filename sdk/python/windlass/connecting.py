"""The exports of a component that reaches hosts."""

from __future__ import annotations

import json
from typing import Any

from wit_world.exports import connector as contract
from wit_world.imports import types

from . import wire
from .connector import Channel, Session, data_keys, declared
from .guard import guarded


class Passage:
    """A channel as the host has it."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def turn(self, stdin: bytes, eof: bool, wait_ms: int) -> Any:
        def turn() -> Any:
            turn = self._channel.turn(stdin, eof, wait_ms)
            ended = turn.status is not None or turn.signal is not None
            exit = types.Exit(turn.status, turn.signal) if ended else None
            return contract.Turn(turn.taken, turn.stdout, turn.stderr, exit)

        return guarded(turn)

    def signal(self, name: str) -> None:
        guarded(lambda: self._channel.signal(name))


class Connection:
    """A session as the host has it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def exec(self, r: Any) -> Any:
        def exec() -> Any:
            how = self._session.exec(r.command, r.env, r.pty)
            if isinstance(how, Channel):
                return contract.Execution_Direct(Passage(how))
            return contract.Execution_Via(how.spec())

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
        return guarded(lambda: Connection(declared.function()(name, argument, json.loads(data))))


# Made when the component is: what cannot be described is a mistake that is told then.
_DESCRIBED = wire.text({"data": data_keys()})
