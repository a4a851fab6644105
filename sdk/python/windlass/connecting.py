"""The exports of a component that reaches hosts."""

from __future__ import annotations

import json
from typing import Any

from wit_world.exports import connector as contract

from . import wire
from .connector import Session, data_keys, declared
from .guard import guarded


class Connection:
    """A session as the host has it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def exec(self, r: Any) -> Any:
        def exec() -> Any:
            return contract.Execution_Via(self._session.exec(r.command, r.env, r.pty).spec())

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
        return guarded(lambda: Connection(declared()(name, argument, json.loads(data))))


class Channel:
    """A command whose bytes pass through the component: what is connected by a granted program has none."""

    def turn(self, stdin: bytes, eof: bool, wait_ms: int) -> Any:
        raise NotImplementedError

    def signal(self, name: str) -> None:
        raise NotImplementedError


# Made when the component is: what cannot be described is a mistake that is told then.
_DESCRIBED = wire.text({"data": data_keys()})
