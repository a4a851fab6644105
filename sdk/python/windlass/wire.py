"""What crosses the component's border in small: JSON, errors and pieces of content."""

from __future__ import annotations

import base64
import json
from typing import Any

from .content import Piece
from .errors import Error
from .values import Mode, Secret

try:
    from wit_world.imports import types as wit
except ImportError:  # Outside of a component nothing crosses.
    wit = None  # type: ignore[assignment]


def text(value: Any) -> str:
    """A value as JSON."""
    return json.dumps(value, ensure_ascii=False, default=_tagged)


def _tagged(value: Any) -> Any:
    """What JSON lacks, in the contract's tags."""
    match value:
        case Secret():
            return {"$secret": value.number}
        case bytes():
            return {"$bytes": base64.b64encode(value).decode("ascii")}
        case set() | frozenset():
            return {"$set": sorted(value)}
        case _:
            raise TypeError(f"a value of type {type(value).__name__} is no JSON")


def handles(value: Any) -> Any:
    """A value of the host's with its secrets as `Secret`. What is in `$literal` is as it was written."""
    match value:
        case {"$secret": int(number)} if len(value) == 1:
            return Secret(number)
        case dict() if list(value) != ["$literal"]:
            return {key: handles(one) for key, one in value.items()}
        case list():
            return [handles(one) for one in value]
        case _:
            return value


def plain(value: Any) -> Any:
    """A default as it stands in a deploy: a mode by its octal digits."""
    return str(value) if isinstance(value, Mode) else value


def error(error: Error) -> Any:
    """An error."""
    return wit.Error(error.kind, error.message, error.at, text(error.more or {}))


def atom(piece: Piece) -> Any:
    """A piece of content."""
    match piece:
        case Secret():
            return wit.Atom_Secret(wit.SecretUse(piece.number, list(piece.encodings)))
        case bytes():
            return wit.Atom_Bytes(piece)
        case _:
            return wit.Atom_Text(str(piece))
