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
            self.program,
            [[wire.atom(piece) for piece in atoms_of(arg)] for arg in self.args],
            [(name, [wire.atom(piece) for piece in atoms_of(value)]) for name, value in self.env.items()],
            None if self.stdin is None else content(self.stdin),
            self.timeout_ms,
            "{}",
        )


@dataclass(frozen=True)
class Answer:
    """An answer of a web address. A status of an error is an answer."""

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
    request = host.http.Request(method, url, list((headers or {}).items()), body, timeout_ms, "{}")
    response = host.send(request)
    return Answer(response.status, dict(response.headers), response.body)
