"""A deploy: a function that adds operations for each host, as a deploy file does.

    from windlass import context, target
    from windlass.deploy import call, deploy, function, operation, part


    @function
    def check(url):
        page = target.run(t"curl -fsS {url}").success()
        return len(page.stdout)


    @deploy
    def web():
        with part("Web", _sudo=True):
            operation("apt.packages", packages=["nginx"])
            site = operation(
                "files.template",
                name="Site",
                src="site.conf.j2",
                dest="/etc/nginx/conf.d/site.conf",
                port=context.host("/data/port") or 80,
            )
        operation("server.service", service="nginx", reloaded=True, _if=site.changed)
        call(check, "http://localhost/")

Facts, the host's data and the deploy's files can be looked at; to act is refused until execution, when functions run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from . import host
from .declared import Declared, Named
from .place import here

Run = Callable[[], None]
Function = Callable[..., Any]

declared = Declared[Run]("deploy")
functions = Named[Function]("function")


def deploy(function: Run) -> Run:
    """Declares the deploy: a function that adds the operations of the current host."""
    return declared.declare(function)


def function(function: Function) -> Function:
    """Declares a function that runs at execution: what `call` and `_retry_until` name. What it gives is JSON."""
    return functions.declare(function)


@dataclass(frozen=True)
class Condition:
    """What is known of operations at execution: for `_if`. Conditions are joined with `&`, `|` and `~`."""

    id: str

    def __and__(self, other: Condition) -> Condition:
        return _condition("all", self, other)

    def __or__(self, other: Condition) -> Condition:
        return _condition("any", self, other)

    def __invert__(self) -> Condition:
        return _condition("not", self)

    def __bool__(self) -> bool:
        raise TypeError("a condition is known at execution only: give it to `_if`; `&`, `|` and `~` join conditions")


@dataclass(frozen=True)
class Added:
    """An operation that was added."""

    id: str
    """By which its result is found at execution: `target.result_of(id, "/stdout")`."""

    @property
    def changed(self) -> Condition:
        """It succeeded, and had something to do."""
        return _condition("changed", self)

    @property
    def unchanged(self) -> Condition:
        """It succeeded, and had nothing to do."""
        return _condition("unchanged", self)

    @property
    def succeeded(self) -> Condition:
        """It succeeded, with or without change."""
        return _condition("succeeded", self)

    @property
    def failed(self) -> Condition:
        """It failed, and `_ignore_errors` let the host go on."""
        return _condition("failed", self)


def operation(operation: str, /, **named: Any) -> Added:
    """Adds an operation with its arguments by name: `operation("files.line", path=…, line=…)`.

    Where it is called, in the pack's source, is what it is known by over hosts. In a loop over a list that hosts do not
    share, `_key` says which round it is.

    Args:
        operation: `namespace.operation`.
        named: Its arguments; and those that begin with `_`, which are global ones; and `name`, what it is called.
            `_if` is a condition or a list of them, which all have to hold. `_retry_until` is a function of the deploy
            that is asked after each try, while `_retries` are left, whether it was good enough: it takes the attempt
            (`stdout_lines`, `stderr_lines`, `commands`, `executed_commands`, `host`, `operation`), and more where it is
            a `functools.partial`. `_key` tells it apart from others in the same place.

    Raises:
        Error: An unknown operation, wrong arguments, or what may not be done.
    """
    return _add(operation, *_apart(named))


def call(function: Function, /, *args: Any, **named: Any) -> Added:
    """Adds a function of the deploy that runs at execution, with these arguments, which are JSON. Those that begin with
    `_`, and `name`, are as those of `operation`."""
    named, given = _apart(named)
    return _add("call", _callback(function, args, named), given)


class part:
    """A named part of the deploy, for `with part("Web", _sudo=True):`. Its name stands in front of those of its
    operations, and these global arguments are theirs where they say nothing else."""

    def __init__(self, name: str, /, **defaults: Any) -> None:
        self._name = name
        self._defaults = defaults

    def __enter__(self) -> None:
        host.enter(self._name, self._defaults, here())

    def __exit__(self, *raised: object) -> None:
        host.leave()


def _apart(named: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Arguments, and what the deploy says besides."""
    besides = {name for name in named if name == "name" or name.startswith("_")}
    return (
        {name: value for name, value in named.items() if name not in besides},
        {name: value for name, value in named.items() if name in besides},
    )


def _add(operation: str, args: dict[str, Any], given: dict[str, Any]) -> Added:
    key = given.pop("_key", None)
    if (conditions := given.get("_if")) is not None:
        given["_if"] = _ids(conditions)
    if (until := given.get("_retry_until")) is not None:
        asked = until if isinstance(until, partial) else partial(until)
        given["_retry_until"] = _callback(asked.func, asked.args, asked.keywords)
    return Added(host.add(operation, args, given, here(None if key is None else str(key))))


def _ids(conditions: Condition | Sequence[Condition]) -> list[str]:
    several = conditions if isinstance(conditions, (list, tuple)) else [conditions]
    for one in several:
        if not isinstance(one, Condition):
            raise TypeError(f"`_if` takes conditions, such as `first.changed`, not {type(one).__name__}")
    return [one.id for one in several]


def _callback(function: Function, args: Sequence[Any], named: dict[str, Any]) -> dict[str, Any]:
    """A function and its arguments, as `called` takes them."""
    return {"callback": functions.name_of(function), "payload": [args, named]}


def called(name: str, payload: Any) -> Any:
    """Calls a function of the deploy by its name."""
    function = functions.find(name)
    match payload:
        case {"attempt": attempt, "payload": [args, named]}:
            return function(attempt, *args, **named)
        case [args, named]:
            return function(*args, **named)


def _condition(kind: str, *of: Added | Condition) -> Condition:
    return Condition(host.condition(kind, [one.id for one in of]))


__all__ = ["Added", "Condition", "call", "deploy", "function", "operation", "part"]
