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


@dataclass(frozen=True, slots=True, eq=False)
class Mode:
    """Permission bits: `Mode(0o644)`. In a deploy 644, "644", "0644" and "0o644" are the same. As text, and in arguments
    of other operations, it is its octal digits."""

    bits: int

    def __post_init__(self) -> None:
        if isinstance(self.bits, bool) or not isinstance(self.bits, int):
            raise TypeError(f"a mode is made of its bits, as in Mode(0o644), not of {self.bits!r}")
        if self.bits < 0:
            raise ValueError(f"a mode is made of its bits, as in Mode(0o644), not of {self.bits}")
        object.__setattr__(self, "bits", self.bits & 0o7777)

    def __index__(self) -> int:
        return self.bits

    def __eq__(self, other: object) -> bool:
        return self.bits == (other.bits if isinstance(other, Mode) else other)

    def __hash__(self) -> int:
        return hash(self.bits)

    def __str__(self) -> str:
        return f"{self.bits:o}"

    def __format__(self, spec: str) -> str:
        return format(self.bits, spec or "o")

    @classmethod
    def read(cls, value: Any) -> Mode:
        """Reads an argument: the octal digits, as text or number."""
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise wrong_type('a mode such as 644 or "0644"', value)
        text = str(value).removesuffix(".0")
        digits = text.removeprefix("0o")
        if not digits or len(digits.lstrip("0")) > 4 or any(digit not in "01234567" for digit in digits):
            raise InvalidValue(f"{text} is no mode: each digit is from 0 to 7; {_meant(text)}")
        return cls(int(digits, 8))


def _meant(text: str) -> str:
    """How to write a mode. 493 is what a language makes of 0o755."""
    if text.isascii() and text.isdecimal() and len(text) < 10 and (bits := int(text)) <= 0o7777:
        return f'if it is the number of 0o{bits:o}, write {bits:o} or "{bits:o}"'
    return 'write the octal digits, as in 644 or "0644"'


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
