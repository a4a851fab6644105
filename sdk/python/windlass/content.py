"""Content of files and standard input: text, bytes, and secrets that the host joins in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .values import LocalPath, Secret

Piece = str | bytes | Secret
"""A piece of content."""


@dataclass(frozen=True)
class Content:
    """What a file will hold or a command will read: pieces, or a file on the controller that is read at execution."""

    pieces: tuple[Piece, ...] = ()
    local: str | None = None

    @classmethod
    def of(cls, value: Any) -> Content:
        """Content of text, bytes, a secret, a list of these, or a `LocalPath`."""
        if isinstance(value, Content):
            return value
        if isinstance(value, LocalPath):
            return cls(local=str(value))
        return cls(pieces=tuple(atoms_of(value)))


def atoms_of(value: Any) -> list[Piece]:
    """The pieces of text, bytes, a secret, or a list of these."""
    several = isinstance(value, (list, tuple))
    pieces = value if several else [value]
    for piece in pieces:
        if several and isinstance(piece, LocalPath):
            raise TypeError("a LocalPath is content by itself: as a piece of it, give what `local_files.read` gives")
        if not isinstance(piece, (str, bytes, Secret)):
            raise TypeError(f"content is made of text, bytes and secrets, not of {type(piece).__name__}")
    return list(pieces)
