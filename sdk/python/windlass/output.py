"""What commands and programs gave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from .errors import Error


class _Text:
    """Standard output as text."""

    stdout: bytes

    @property
    def text(self) -> str:
        """Standard output as text; bytes that are no UTF-8 are replaced."""
        return self.stdout.decode("utf-8", "replace")

    @property
    def lines(self) -> list[str]:
        """The lines of standard output, without their ends."""
        *lines, rest = self.text.split("\n")
        return [line.removesuffix("\r") for line in lines] + ([rest] if rest else [])


@dataclass(frozen=True)
class Output(_Text):
    """What a fact's command gave."""

    status: int
    stdout: bytes
    stderr: bytes


@dataclass(frozen=True)
class Ended(_Text):
    """What a program of the controller, or a command on the target, gave."""

    status: int | None
    """Its exit status; None when a signal ended it."""
    signal: str | None
    """That signal's name without `SIG`."""
    stdout: bytes
    stderr: bytes

    @classmethod
    def of(cls, output: Any) -> Self:
        """From the contract's form."""
        return cls(output.exit.status, output.exit.signal, output.stdout, output.stderr)

    def success(self) -> Self:
        """The same, where it succeeded.

        Raises:
            Error: It ended with a status other than 0 or by a signal; with the last line of standard error.
        """
        if self.status == 0:
            return self
        how = f"was ended by {self.signal}" if self.status is None else f"ended with status {self.status}"
        said = self.stderr.decode("utf-8", "replace").rstrip().rpartition("\n")[2]
        raise Error(f"the command {how}: {said}" if said else f"the command {how}")
