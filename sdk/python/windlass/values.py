"""Argument types beside Python's own: paths, modes and secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .errors import InvalidType, InvalidValue


class RemotePath(str):
    """A path on the target.

    In a command line `~/` at its start is left to the shell to expand, and a path that begins with `-` cannot be
    taken for an option.
    """

    __slots__ = ()


class LocalPath(str):
    """A path on the controller, which the operation may then read (`windlass.local_files`) or upload."""

    __slots__ = ()


class Mode(int):
    """Permission bits: `Mode(0o644)`. In a deploy 644, "644", "0644" and "0o644" are the same."""

    __slots__ = ()

    def __str__(self) -> str:
        return f"{int(self):o}"

    @classmethod
    def read(cls, value: Any) -> Mode:
        """Reads an argument: the octal digits, as text or number."""
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise wrong_type('a mode such as 644 or "0644"', value)
        text = str(value).removesuffix(".0").removeprefix("0o")
        short = text.lstrip("0")
        if not text or len(short) > 4 or any(digit not in "01234567" for digit in text):
            raise InvalidValue(
                f"{value} is no mode: write the octal digits, as in 644 or \"0644\""
            )
        return cls(int(text, 8))


@dataclass(frozen=True)
class Secret:
    """The handle of a secret. Its value stays with the host, which joins it into content at execution.

    A parameter accepts one when its annotation says so: `password: str | Secret`.
    """

    number: int
    encodings: tuple[str, ...] = ()

    def encoded(self, *encodings: str) -> Secret:
        """The same, encoded by the host before it is joined in: `sh`, `sql-string`, `json`, `base64`, `url`,
        `ere`, `sed`, applied first to last."""
        return Secret(self.number, self.encodings + encodings)

    def __str__(self) -> str:
        raise TypeError(
            "a secret cannot be made text: give it as a piece of content, as in stdin=[name, \":\", password]"
        )


def kind_of(value: Any) -> str:
    """What a value is called in messages."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "an object"


def wrong_type(expected: str, found: Any) -> InvalidType:
    """The error for a value of another type than expected."""
    return InvalidType(f"expected {expected}, found {kind_of(found)}")


def tagged(value: Any, tag: str) -> Any:
    """What stands under the only key of an object such as `{"$set": […]}`; None for anything else."""
    if isinstance(value, dict) and len(value) == 1:
        return value.get(tag)
    return None
