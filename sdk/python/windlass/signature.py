"""A function's signature and docstring as what a pack says of it, and the reading of a call's arguments."""

from __future__ import annotations

import inspect
import json
import re
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import Error, InvalidType, InvalidValue
from .schema import Typed, typed
from .wire import text

_KINDS = {
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "either",
    inspect.Parameter.KEYWORD_ONLY: "keyword",
    inspect.Parameter.VAR_POSITIONAL: "rest-list",
    inspect.Parameter.VAR_KEYWORD: "rest-map",
}


@dataclass
class Parameter:
    """One parameter."""

    name: str
    kind: str
    typed: Typed
    schema: dict[str, Any]
    required: bool
    default: Any
    doc: str


@dataclass
class Signature:
    """What a function takes, and what its docstring says."""

    doc: str
    parameters: list[Parameter]

    def read(self, args: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """A call's arguments, as the function takes them.

        Raises:
            Error: `InvalidType` or `InvalidValue` at the argument's name.
        """
        if not isinstance(args, dict):
            raise InvalidType("the arguments are no object")
        left = {name: value for name, value in args.items() if value is not None}
        positional: list[Any] = []
        named: dict[str, Any] = {}
        for parameter in self.parameters:
            value = _read(parameter, left.pop(parameter.name, None))
            match parameter.kind:
                case "either":
                    positional.append(value)
                case "keyword":
                    named[parameter.name] = value
                case "rest-list":
                    positional.extend(value)
                case _:
                    named.update(value)
        for name in left:
            raise InvalidValue("there is no such parameter", at=name)
        return positional, named


def _read(parameter: Parameter, value: Any) -> Any:
    try:
        if value is not None:
            if parameter.kind == "rest-list":
                return [parameter.typed.read(one) for one in value]
            if parameter.kind == "rest-map":
                return {name: parameter.typed.read(one) for name, one in value.items()}
            return parameter.typed.read(value)
        if parameter.required:
            raise InvalidValue("missing: it has no default")
    except Error as error:
        error.at = error.at or parameter.name
        raise
    return parameter.default


def signature_of(function: Callable[..., Any], skip: int) -> Signature:
    """A function's signature without its first `skip` parameters.

    Raises:
        TypeError: A parameter has no type, or one that arguments cannot have.
    """
    hints = typing.get_type_hints(function, include_extras=True)
    doc, docs = _docs(inspect.getdoc(function) or "")
    parameters = []
    for parameter in list(inspect.signature(function).parameters.values())[skip:]:
        where = f"parameter `{parameter.name}` of `{function.__name__}`"
        if parameter.name not in hints:
            raise TypeError(f"{where} has no type")
        if parameter.kind not in _KINDS:
            raise TypeError(f"{where} can be given by position only, which no caller can do")
        try:
            kind = typed(hints[parameter.name])
        except TypeError as error:
            raise TypeError(f"{where}: {error}") from None
        made = _parameter(parameter, kind, docs.pop(parameter.name, ""))
        _check_default(where, made)
        parameters.append(made)
    for name in docs:
        raise TypeError(f"the docstring of `{function.__name__}` describes `{name}`, which it does not take")
    return Signature(doc, parameters)


def _check_default(where: str, parameter: Parameter) -> None:
    """A default stands in a deploy as callers write it, and there is read as what they write."""
    if parameter.kind.startswith("rest") or parameter.default is None:
        return
    try:
        written = json.loads(text(parameter.default))
        same = json.loads(text(parameter.typed.read(written))) == written
    except (Error, TypeError, ValueError) as error:
        raise TypeError(f"{where} has a default that is none of its values: {error}") from None
    if not same:
        raise TypeError(
            f"{where} has the default {parameter.default!r}, which is not of its type; a mode is written `Mode(0o644)`"
        )


def _parameter(parameter: inspect.Parameter, kind: Typed, doc: str) -> Parameter:
    how = _KINDS[parameter.kind]
    schema, default, required = kind.schema, None, False
    match how:
        case "rest-list":
            schema, default = {"type": "array", "items": schema}, []
        case "rest-map":
            schema, default = {"type": "object", "additionalProperties": schema}, {}
        case _ if parameter.default is not inspect.Parameter.empty:
            default = parameter.default
        case _:
            required = not kind.optional
    return Parameter(parameter.name, how, kind, schema, required, default, doc)


_SECTION = re.compile(r"^(Args|Arguments|Parameters):\s*$", re.MULTILINE)
_NEXT_SECTION = re.compile(r"^\S", re.MULTILINE)
_ENTRY = re.compile(r"^ {4}\*{0,2}(\w+)(?: \([^)]*\))?:\s*(.*)$")


def _docs(doc: str) -> tuple[str, dict[str, str]]:
    """A docstring's text without its `Args:`, and what stands there for each parameter."""
    section = _SECTION.search(doc)
    if section is None:
        return doc.strip(), {}
    rest = doc[section.end() :].lstrip("\n")
    end = _NEXT_SECTION.search(rest)
    body, after = (rest, "") if end is None else (rest[: end.start()], rest[end.start() :])
    docs: dict[str, str] = {}
    name = None
    for line in body.splitlines():
        entry = _ENTRY.match(line)
        if entry:
            name = entry[1]
            docs[name] = entry[2].strip()
        elif name and line.strip():
            docs[name] = f"{docs[name]} {line.strip()}".strip()
    before = doc[: section.start()].strip()
    return "\n\n".join(part for part in (before, after.strip()) if part), docs
