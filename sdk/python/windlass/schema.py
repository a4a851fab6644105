"""Type hints as parameters: their JSON Schema, and how an argument of that type is read."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from typing import Any

from .errors import Error, InvalidValue
from .values import LocalPath, Mode, RemotePath, Secret, kind_of, tagged, wrong_type

Json = dict[str, Any]
Read = Callable[[Any], Any]


class Typed:
    """A type hint, taken apart."""

    def __init__(self, schema: Json, read: Read, *, secret: bool = False, optional: bool = False) -> None:
        self.schema = schema
        self.read = read
        self.secret = secret
        self.optional = optional


def typed(hint: Any) -> Typed:
    """What a type hint says.

    Raises:
        TypeError: A parameter cannot have this type.
    """
    if hint in _SIMPLE:
        return Typed(*_SIMPLE[hint])
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return typed(args[0])
    if origin is typing.Literal:
        return _choice(list(args))
    if origin in (typing.Union, types.UnionType):
        return _union(args)
    if origin is list and args or hint is list:
        return _list(typed(args[0] if args else Any))
    if origin is dict and args or hint is dict:
        return _map(typed(args[1] if args else Any))
    raise TypeError(
        f"{hint!r} is no type of a parameter: use str, bool, int, float, Any, list[…], dict[str, …], Literal[…], "
        "unions of these, RemotePath, LocalPath, Mode or Secret"
    )


def _text(value: Any) -> str:
    value = value if isinstance(value, str) else tagged(value, "$path") or value
    if not isinstance(value, str):
        raise wrong_type("text", value)
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise wrong_type("true or false", value)
    return value


def _whole(value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_type("a whole number", value)
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise wrong_type("a number", value)
    return float(value)


def _path(value: Any) -> RemotePath:
    path = RemotePath(_text(value))
    if not path:
        raise InvalidValue("a path cannot be empty")
    if "\0" in path:
        raise InvalidValue("a path cannot hold a zero byte")
    return path


def _secret(value: Any) -> Secret:
    number = tagged(value, "$secret")
    if not isinstance(number, int):
        raise wrong_type("a secret", value)
    return Secret(number)


_SIMPLE: dict[Any, tuple[Json, Read]] = {
    str: ({"type": "string"}, _text),
    bool: ({"type": "boolean"}, _truth),
    int: ({"type": "integer"}, _whole),
    float: ({"type": "number"}, _number),
    Any: ({}, lambda value: value),
    RemotePath: ({"type": "string", "format": "path"}, _path),
    LocalPath: ({"type": "string", "format": "local-path"}, lambda value: LocalPath(_text(value))),
    Mode: ({"type": ["integer", "string"], "format": "mode"}, Mode.read),
}


def _choice(values: list[Any]) -> Typed:
    def read(value: Any) -> Any:
        if value not in values:
            allowed = ", ".join(str(one) for one in values)
            raise InvalidValue(f"{value} is none of {allowed}")
        return value

    return Typed({"enum": values}, read)


def _list(item: Typed) -> Typed:
    def read(value: Any) -> list[Any]:
        items = value if isinstance(value, list) else tagged(value, "$set")
        if not isinstance(items, list):
            raise wrong_type("a list", value)
        return [_at(f"[{position}]", item.read, one) for position, one in enumerate(items)]

    return Typed({"type": "array", "items": item.schema}, read, secret=item.secret)


def _map(item: Typed) -> Typed:
    def read(value: Any) -> dict[str, Any]:
        # What was written with keys that begin with `$`.
        literal = tagged(value, "$literal")
        entries = value if literal is None else literal
        if not isinstance(entries, dict):
            raise wrong_type("an object", entries)
        return {key: _at(key, item.read, one) for key, one in entries.items()}

    return Typed({"type": "object", "additionalProperties": item.schema}, read, secret=item.secret)


def _at(place: str, read: Read, value: Any) -> Any:
    try:
        return read(value)
    except Error as error:
        error.at = error.at or place
        raise


def _union(hints: tuple[Any, ...]) -> Typed:
    """A union: `None` makes it optional, `Secret` lets it accept a secret, and the others are alternatives."""
    optional, secret = type(None) in hints, Secret in hints
    members = [typed(hint) for hint in hints if hint not in (type(None), Secret)]
    if not members:
        raise TypeError("Secret needs the type of its value beside it: `str | Secret`")
    schema = members[0].schema if len(members) == 1 else {"anyOf": [one.schema for one in members]}

    def read(value: Any) -> Any:
        if optional and value is None:
            return None
        if secret and tagged(value, "$secret") is not None:
            return _secret(value)
        first: Error | None = None
        for member in members:
            try:
                return member.read(value)
            except Error as error:
                first = first or error
        raise first if first is not None and len(members) == 1 else wrong_type("another type", value)

    return Typed(
        _or_null(schema) if optional else schema,
        read,
        secret=secret or any(one.secret for one in members),
        optional=optional,
    )


def _or_null(schema: Json) -> Json:
    """Allows null beside what a schema allows, as shortly as it can be said."""
    if not schema:
        return schema
    if "type" in schema and "enum" not in schema:
        kinds = schema["type"]
        return {**schema, "type": [*(kinds if isinstance(kinds, list) else [kinds]), "null"]}
    if list(schema) == ["anyOf"]:
        return {"anyOf": [*schema["anyOf"], {"type": "null"}]}
    return {"anyOf": [schema, {"type": "null"}]}


__all__ = ["Typed", "kind_of", "typed"]
