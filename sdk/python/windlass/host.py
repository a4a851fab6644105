"""What the host does and answers for a guest. The only module that calls the component's imports."""

from __future__ import annotations

import importlib
import json
from typing import Any, Mapping, Sequence

from . import wire
from .errors import Error, error_of
from .place import Place
from .values import Secret

try:
    from componentize_py_types import Err, Ok
except ImportError:  # Outside of a component the pack can be imported and described, and asks nothing.
    Err = Ok = None  # type: ignore[assignment, misc]


class _Absent:
    """An interface that this role does not have."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, _: str) -> Any:
        raise Error(f"a component of this role has no `{self._name}`; outside of one nothing can be asked")


def _interface(name: str) -> Any:
    """An interface of the contract."""
    try:
        return importlib.import_module(f"wit_world.imports.{name}")
    except ImportError:
        return _Absent(name.replace("_", "-"))


context, facts, local_files, log, secrets = map(
    _interface, ("context", "facts", "local_files", "log", "secrets")
)
process, http, target, deploying = map(_interface, ("process", "http", "target", "deploying"))

Question = tuple[str, Mapping[str, Any], Sequence[str], Mapping[str, Any]]
"""A fact's name, its arguments, the parts that are wanted, and global arguments."""


def fact(question: Question) -> Any:
    """One fact's value."""
    return json.loads(_ask(facts, "get", _request(question)))


def facts_of(questions: Sequence[Question]) -> list[Any]:
    """Values of several facts, in order; the first error is raised."""
    values = []
    for answer in _ask(facts, "get_all", [_request(question) for question in questions]):
        if isinstance(answer, Err):
            raise _error(answer)
        values.append(json.loads(answer.value))
    return values


def lookup(what: str, key: str) -> Any:
    """A part of the host or the inventory by JSON pointer, or a global argument; None when there is none."""
    text = _ask(context, what, wire.string(key, "what is looked up"))
    return None if text is None else json.loads(text)


def temp_path(key: str) -> str:
    """A path on the target for a temporary file."""
    return _ask(context, "temp_path", wire.string(key, "the key of a temporary path"))


def local(what: str, path: Any, *args: Any) -> Any:
    """A question about a file on the controller."""
    return _ask(local_files, what, wire.string(str(path), "a path"), *args)


def matches(pieces: Sequence[Any], algorithm: str, digest: str) -> bool:
    """Whether content has a digest."""
    atoms = [wire.atom(piece) for piece in pieces]
    return _ask(secrets, "matches", atoms, wire.string(algorithm, "an algorithm"), wire.string(digest, "a digest"))


def is_empty(secret: Secret) -> bool:
    """Whether a secret's value is empty."""
    return _ask(secrets, "is_empty", wire.natural(secret.number, "a secret's number"))


def write_log(level: str, message: Any) -> None:
    """A remark for whoever runs the deploy."""
    _ask(log, "write", level, wire.readable(message))


def _request(question: Question) -> Any:
    name, args, parts, globals = question
    pointers = wire.strings(parts, "parts of a fact")
    return facts.Request(wire.string(name, "a fact's name"), wire.text(args), pointers, wire.text(globals))


def _ask(interface: Any, function: str, *args: Any) -> Any:
    try:
        return getattr(interface, function)(*args)
    except Err as error:
        raise _error(error) from None


def _error(error: Any) -> Error:
    value = error.value
    return error_of(value.kind, value.message, value.at, json.loads(value.more or "{}"))


def run_program(spec: Any) -> Any:
    """Runs a program of the controller to its end."""
    return _ask(process, "run", spec)


def send(request: Any) -> Any:
    """Sends a request to a web address."""
    return _ask(http, "send", request)


def act(what: str, on: Any, globals: Mapping[str, Any]) -> Any:
    """Does something on the target: `run`, `put` or `get`."""
    return _ask(target, what, on, wire.text(globals))


def act_at_once(nested: Any, globals: Mapping[str, Any]) -> Mapping[str, Any]:
    """Runs another operation on the target."""
    return json.loads(_ask(target, "operation", nested, wire.text(globals)))


def result_of(id: str, pointer: str) -> Any:
    """A part of what an earlier operation gave; None when there is none."""
    text = _ask(target, "result_of", wire.string(id, "an operation's id"), wire.string(pointer, "a pointer"))
    return None if text is None else json.loads(text)


def add(operation: str, args: Any, globals: Mapping[str, Any], places: Sequence[Place]) -> str:
    """Adds an operation to a deploy; its id."""
    name = wire.string(operation, "an operation's name")
    return _ask(deploying, "add", name, wire.text(args), wire.text(globals), _places(places))


def condition(kind: str, operands: Sequence[str]) -> str:
    """The id of a condition, of those of operations or of conditions."""
    return _ask(deploying, "condition", kind, list(operands))


def enter(name: str, defaults: Mapping[str, Any], places: Sequence[Place]) -> None:
    """Begins a part of a deploy."""
    _ask(deploying, "enter", wire.string(name, "a part's name"), wire.text(defaults), _places(places))


def leave() -> None:
    """Ends the part that was begun last."""
    _ask(deploying, "leave")


def _places(places: Sequence[Place]) -> list[Any]:
    return [deploying.Place(place.file, place.line, wire.string(place.key, "a key")) for place in places]
