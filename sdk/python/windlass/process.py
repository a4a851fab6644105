"""Programs on the controller and web addresses, for inventories, connectors and sources of secrets: those that the pack
was granted."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Mapping

from . import host, wire
from .contract import content
from .content import Content, atoms_of
from .errors import Error
from .output import Ended


class Program:
    """A program to run.

    Args:
        program: Its name, as granted.
        args: Its arguments: text or bytes.
        env: Environment besides the granted one; values may hold secrets.
        stdin: What it reads on its standard input; may hold secrets.
        timeout_ms: Time after which it is ended; 0: the host's own.
    """

    def __init__(
        self,
        program: str,
        *args: str | bytes,
        env: Mapping[str, Any] | None = None,
        stdin: Any = None,
        timeout_ms: int = 0,
    ) -> None:
        self.program = program
        self.args = args
        self.env = dict(env or {})
        self.stdin = None if stdin is None else Content.of(stdin)
        self.timeout_ms = timeout_ms

    def run(self) -> Ended:
        """Runs it to its end. A status other than 0 is no error here."""
        return Ended.of(host.run_program(self.spec()))

    def spec(self) -> Any:
        """In the contract's form."""
        return host.process.Spec(
            wire.string(self.program, "a program's name"),
            [[wire.atom(piece) for piece in atoms_of(arg)] for arg in self.args],
            [
                (wire.string(name, "a variable's name"), [wire.atom(piece) for piece in atoms_of(value)])
                for name, value in self.env.items()
            ],
            None if self.stdin is None else content(self.stdin),
            wire.natural(self.timeout_ms, "a time in milliseconds"),
            "{}",
        )


@dataclass(frozen=True)
class Answer:
    """An answer of a web address. A status of an error is an answer. Names of headers are in lower case, and several of
    one name are joined by commas."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON, of an answer that says it went well.

        Raises:
            Error: A status that is not 2xx, with the beginning of the body.
        """
        if not 200 <= self.status < 300:
            start = self.body.decode("utf-8", "replace")[:200]
            raise Error(f"the answer has status {self.status}: {start}")
        return json.loads(self.body)


def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    timeout_ms: int = 0,
) -> Answer:
    """Sends a request to a granted web address."""
    if body is not None and not isinstance(body, bytes):
        raise TypeError(f"a body is bytes, not {type(body).__name__}")
    said = [
        (wire.string(name, "a header's name"), wire.string(value, f"the header `{name}`"))
        for name, value in (headers or {}).items()
    ]
    how, where = wire.string(method, "a method"), wire.string(url, "a web address")
    time = wire.natural(timeout_ms, "a time in milliseconds")
    response = host.send(host.http.Request(how, where, said, body, time, "{}"))
    headers: dict[str, str] = {}
    for name, value in response.headers:
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Answer(response.status, headers, response.body)
