"""Shell command lines in parts: what is shell text, and what is one argument that the host quotes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, LiteralString, Mapping, Sequence

from .content import Content, Piece, atoms_of
from .values import Mode, RemotePath, Secret


@dataclass(frozen=True)
class Raw:
    """Shell text as it is, spaces included."""

    text: str


@dataclass(frozen=True)
class Word:
    """One argument, or a piece of one, quoted by the host where it needs it."""

    text: str


Part = Raw | Word


class ShellText:
    """A command line in parts. Made by `text`."""

    def __init__(self, parts: Sequence[Part] = ()) -> None:
        self.parts: list[Part] = []
        for part in parts:
            self._push(part)

    def _push(self, part: Part) -> None:
        """Adds a part; no two raw ones stand side by side."""
        last = self.parts[-1] if self.parts else None
        match part, last:
            case Raw(text=""), _:
                return
            case Raw(text=text), Raw(text=before):
                self.parts[-1] = Raw(before + text)
            case _:
                self.parts.append(part)

    def __add__(self, other: ShellText) -> ShellText:
        return ShellText([*self.parts, *other.parts])


Line = Any
"""What a command line may be written as: a template string (`t"cat {path}"`), `ShellText`, or literal text."""


def text(line: Line) -> ShellText:
    """A command line.

    In a template string each `{value}` is quoted as one argument; a list is several. `{value:raw}` is shell text as
    it is, for what is known to be harmless.
    """
    if isinstance(line, ShellText):
        return line
    if isinstance(line, str):
        return ShellText([Raw(line)])
    strings = getattr(line, "strings", None)
    if strings is None:
        raise TypeError(f't"…" or text is a command line, not {type(line).__name__}')
    parts: list[Part] = [Raw(strings[0])]
    for interpolation, after in zip(line.interpolations, strings[1:]):
        if interpolation.conversion is not None:
            raise TypeError(f"{{{interpolation.expression}}} in a command line takes no conversion")
        match interpolation.format_spec:
            case "":
                parts.extend(_words(interpolation.value, interpolation.expression))
            case "raw":
                parts.append(Raw(str(interpolation.value)))
            case other:
                raise TypeError(
                    f"{{{interpolation.expression}:{other}}} in a command line: the only format is `raw`"
                )
        parts.append(Raw(after))
    return ShellText(parts)


def _words(value: Any, name: str) -> list[Part]:
    match value:
        case ShellText():
            return value.parts
        case Secret():
            raise TypeError(
                f"`{name}` is a secret: command lines are seen by every user of the target; "
                "give it to stdin, env or files"
            )
        case RemotePath():
            return _path(value)
        case Mode():
            return [Word(str(value))]
        case bool() | None:
            raise TypeError(f"`{name}` is {value}, which is no argument of a command")
        case str():
            return [Word(value)]
        case float() if value.is_integer():
            return [Word(str(int(value)))]
        case int() | float() if math.isfinite(value):
            return [Word(str(value))]
        case list() | tuple():
            parts: list[Part] = []
            for position, item in enumerate(value):
                if position:
                    parts.append(Raw(" "))
                parts.extend(_words(item, name))
            return parts
        case float():
            raise TypeError(f"`{name}` is {value}, which is no argument of a command")
        case _:
            raise TypeError(f"`{name}` is of type {type(value).__name__}, which is no argument of a command")


def _path(path: RemotePath) -> list[Part]:
    if path == "~":
        return [Raw("~")]
    if path.startswith("~/"):
        below = path[2:]
        return [Raw("~/"), Word(below)] if below else [Raw("~/")]
    return [Word(f"./{path}" if path.startswith("-") else str(path))]


@dataclass(frozen=True)
class Shell:
    """A command for the target's shell: its line, and what may hold secrets. Made by `shell`."""

    text: ShellText
    stdin: Content | None = None
    env: Mapping[str, list[Piece]] = field(default_factory=dict)
    files: Mapping[str, Content] = field(default_factory=dict)


def command(line: Line | Shell, **inputs: Any) -> Shell:
    """A command of a line and the inputs that `shell` takes, or what that gave."""
    if not isinstance(line, Shell):
        return shell(line, **inputs)
    if any(given is not None for given in inputs.values()):
        raise TypeError(f"the command has its inputs: give {', '.join(inputs)} to `shell`, where it is made")
    return line


def shell(
    line: LiteralString | Line,
    *,
    stdin: Any = None,
    env: Mapping[str, Any] | None = None,
    files: Mapping[str, Any] | None = None,
) -> Shell:
    """A command.

    Args:
        line: The command line, as `text` takes it.
        stdin: What it reads on its standard input: text, bytes, a secret, a list of these, or a `LocalPath`.
        env: Environment of this one process: text, bytes, secrets, lists of these.
        files: Private files. Their path stands in `$NAME`; they are removed afterwards.
    """
    return Shell(
        text(line),
        None if stdin is None else Content.of(stdin),
        {name: atoms_of(value) for name, value in (env or {}).items()},
        {name: Content.of(value) for name, value in (files or {}).items()},
    )
