"""What crosses the component's border in small: JSON, errors and pieces of content."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any

from .content import Piece
from .errors import Error
from .values import Mode, Secret

try:
    from wit_world.imports import types as wit
except ImportError:  # Outside of a component nothing crosses.
    wit = None  # type: ignore[assignment]


def text(value: Any) -> str:
    """A value as JSON.

    Raises:
        TypeError, ValueError: There is no JSON for it.
    """
    return string(_ENCODER.encode(value), "JSON")


def string(value: Any, what: str) -> str:
    """Text that can cross: the bindings end the component for what is none.

    Args:
        value: The text.
        what: What it is to be, for messages.

    Raises:
        TypeError, ValueError: It is none.
    """
    if not isinstance(value, str):
        raise TypeError(f"{what} is text, not {type(value).__name__}")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            half = f"{ascii(value[error.start])} in it, which is half of a character"
            raise ValueError(f"{what} has {half}: give what is no text as bytes") from None
    return value


def strings(values: Iterable[Any], what: str) -> list[str]:
    """Texts that can cross, of a list.

    Raises:
        TypeError, ValueError: As `string`.
    """
    if isinstance(values, str):
        raise TypeError(f"{what} stand in a list, not in one text")
    return [string(value, f"each of {what}") for value in values]


def or_none(value: Any, what: str) -> str | None:
    """Text that can cross, or None."""
    return None if value is None else string(value, what)


def natural(value: Any, what: str) -> int:
    """A number that can cross: whole, and from 0 to 2^32 - 1.

    Raises:
        TypeError, ValueError: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{what} is a whole number, not {value!r}")
    if not 0 <= value < 1 << 32:
        raise ValueError(f"{what} is from 0 to 4294967295, not {value}")
    return value


def readable(value: Any) -> str:
    """Text for people, of anything; half of a character is replaced."""
    said = str(value)
    return said if said.isascii() else said.encode("utf-8", "replace").decode()


def _tagged(value: Any) -> Any:
    """What JSON lacks, in the contract's tags."""
    match value:
        case Secret(encodings=()):
            return {"$secret": value.number}
        case Secret():
            raise TypeError("an encoded secret is a piece of content; as an argument it is given as it is")
        case Mode():
            return str(value)
        case bytes():
            return {"$bytes": base64.b64encode(value).decode("ascii")}
        case set() | frozenset():
            return {"$set": sorted(value, key=text)}
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


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_tagged)


def error(error: Error) -> Any:
    """An error."""
    at = None if error.at is None else readable(error.at)
    try:
        more = text(error.more or {})
    except (TypeError, ValueError) as wrong:
        more = text({"unreadable": readable(wrong)})
    return wit.Error(readable(error.kind), readable(error.message), at, more)


def atom(piece: Piece) -> Any:
    """A piece of content."""
    match piece:
        case Secret():
            return wit.Atom_Secret(_use(piece))
        case bytes():
            return wit.Atom_Bytes(piece)
        case _:
            return wit.Atom_Text(string(piece, "content"))


def _use(secret: Secret) -> Any:
    number = natural(secret.number, "a secret's number")
    return wit.SecretUse(number, strings(secret.encodings, "encodings"))
