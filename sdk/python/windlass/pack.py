"""A pack's operations and facts: how they are declared, and how the host's calls reach them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, Literal, Mapping

from .declared import answering
from .errors import Error, InvalidValue, MissingFact
from .facts import Probe, Request
from .output import Output
from .plan import Plan
from .shell import Shell
from .signature import Signature, signature_of

Stability = Literal["immutable", "state", "volatile"]
"""How long a fact's value holds: for the whole run, until operations change it, or it changes by itself."""

Origin = Shell | Probe | Request | list[Request]
"""What a fact may `yield`."""


class Operation:
    """An operation of a pack."""

    def __init__(
        self, name: str, function: Callable[..., None], signature: Signature, said: Mapping[str, Any]
    ) -> None:
        self.name = name
        self.signature = signature
        self.said = said
        self._function = function

    def plan(self, args: Any) -> Plan:
        """Plans it."""
        positional, named = self.signature.read(args)
        plan = Plan()
        self._function(plan, *positional, **named)
        return plan


class Fact:
    """A fact of a pack. Calling it gives a question: `get(Text())`, or `yield Text()` in another fact."""

    def __init__(
        self, name: str, function: Callable[..., Any], signature: Signature, said: Mapping[str, Any]
    ) -> None:
        self.name = name
        self.signature = signature
        self.said = said
        self.__doc__ = function.__doc__
        self._function = function
        self._together: Callable[..., Any] | None = None

    def __call__(self, **args: Any) -> Request:
        names = {parameter.name for parameter in self.signature.parameters}
        for name in args:
            if name not in names:
                raise TypeError(f"{self.name} has no parameter `{name}`")
        return Request(self.name, args)

    def together(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Declares how several requests are asked with one command: a generator that takes the requests, each an
        object of arguments, yields one command, and returns their values in order. What it raises makes the host
        ask one by one."""
        if not inspect.isgeneratorfunction(function):
            raise TypeError(f"what asks for several of `{self.name}` yields nothing: `output = yield shell(t\"…\")`")
        self._together = function
        return function

    @property
    def asks_together(self) -> bool:
        """Whether it has a function for several requests."""
        return self._together is not None

    def origin(self, args: Sequence[Any]) -> Origin:
        """Where its values come from."""
        return self._begin(args)[1]

    def parse(self, args: Sequence[Any], output: Output, values: list[Any]) -> list[Any]:
        """Its values, read from what came back."""
        asking, origin = self._begin(args)
        answer: Any = output
        if isinstance(origin, list):
            answer = values
        elif not isinstance(origin, Shell):
            answer = values[0] if values else None
        try:
            asking.send(answer)
        except StopIteration as end:
            if len(args) == 1:
                return [end.value]
            if isinstance(end.value, (list, tuple)):
                return list(end.value)
            raise TypeError(f"{self.name} gives a list of values for several requests") from None
        raise Error(f"{self.name} asks twice: a fact yields one command, or one list of facts")

    def _begin(self, args: Sequence[Any]) -> tuple[Any, Origin]:
        asking = self._ask(args)
        try:
            return asking, next(asking)
        except StopIteration:
            how = 'whatever its arguments, a fact yields once, as in `yield shell(t"…")`'
            raise Error(f"{self.name} asks nothing: {how}") from None

    def _ask(self, args: Sequence[Any]) -> Any:
        if len(args) == 1:
            positional, named = self.signature.read(args[0])
            return self._function(*positional, **named)
        if self._together is None:
            raise InvalidValue(f"{self.name} answers one request at a time, not {len(args)}")
        names = [parameter.name for parameter in self.signature.parameters]
        requests = []
        for one in args:
            positional, named = self.signature.read(one)
            requests.append({**dict(zip(names, positional)), **named})
        return self._together(requests)


class Pack:
    """A component's operations and facts. A component has one namespace, and so one pack.

    Args:
        namespace: What stands before the dot in the names of its operations and facts.
    """

    current: Pack | None = None

    def __init__(self, namespace: str) -> None:
        if Pack.current is not None:
            raise TypeError(f"a component has one pack, and this one has `{Pack.current.namespace}` already")
        Pack.current = self
        self.namespace = namespace
        self.operations: dict[str, Operation] = {}
        self.facts: dict[str, Fact] = {}

    def operation(
        self,
        *,
        name: str | None = None,
        example: str | Sequence[str] = (),
        uses: Sequence[str] = (),
        idempotent: bool = True,
        hidden: bool = False,
        alias_of: str | None = None,
    ) -> Callable[[Callable[..., None]], Operation]:
        """Declares an operation: a function whose first parameter is the plan that it writes. The others are the
        operation's, with their types, defaults and what the docstring's `Args:` says of them.

        Args:
            name: Its name; the function's by default.
            example: How it is used in a deploy; one or several.
            uses: Operations that it may nest.
            idempotent: Planned again after it ran, there is nothing to do.
            hidden: Only for use by other operations.
            alias_of: The operation that this is another name of.
        """

        def declare(function: Callable[..., None]) -> Operation:
            answering(function, f"the operation `{function.__name__}`")
            full = self._name(name or function.__name__, self.operations)
            said = {
                "examples": _list(example),
                "uses": list(uses),
                "idempotent": idempotent,
                "hidden": hidden,
                "alias_of": alias_of,
            }
            operation = Operation(full, function, signature_of(function, 1), said)
            self.operations[full] = operation
            return operation

        return declare

    def fact(
        self,
        *,
        name: str | None = None,
        example: str | Sequence[str] = (),
        stability: Stability = "state",
        default: Any = None,
        requires: str | None = None,
        batch: int = 1,
        globals: Mapping[str, Any] | None = None,
        user_dependent: bool = False,
        takes_command: bool = False,
    ) -> Callable[[Callable[..., Any]], Fact]:
        """Declares a fact: a generator that yields where its value comes from, and returns the value read from
        what comes back. `yield shell(t"…")` gives an `Output`; `yield Other(…)` the value of another fact;
        `yield probe("stat", path=…)` what the host found.

        Args:
            name: Its name; the function's by default.
            example: How it is asked for; one or several.
            stability: How long its value holds.
            default: Its value where the required program is missing.
            requires: A program without which it has its default.
            batch: How many requests one command serves; see `Fact.together`.
            globals: Global arguments that its command is run with, by public name.
            user_dependent: Whether its value depends on who asks.
            takes_command: Whether an argument of it is run as a command.
        """

        def declare(function: Callable[..., Any]) -> Fact:
            if not inspect.isgeneratorfunction(function):
                raise TypeError(f"the fact `{function.__name__}` yields nothing: `output = yield shell(t\"…\")`")
            full = self._name(name or function.__name__, self.facts)
            said = {
                "examples": _list(example),
                "stability": stability,
                "default": default,
                "requires": requires,
                "batch": batch,
                "globals": dict(globals or {}),
                "user_dependent": user_dependent,
                "takes_command": takes_command,
            }
            fact = Fact(full, function, signature_of(function, 0), said)
            self.facts[full] = fact
            return fact

        return declare

    def find_operation(self, name: str) -> Operation:
        """An operation by its full name."""
        try:
            return self.operations[name]
        except KeyError:
            raise InvalidValue(f"the namespace {self.namespace} has no operation `{name}`") from None

    def find_fact(self, name: str) -> Fact:
        """A fact by its full name."""
        try:
            return self.facts[name]
        except KeyError:
            raise MissingFact(f"the namespace {self.namespace} has no fact `{name}`") from None

    def _name(self, name: str, there: Mapping[str, Any]) -> str:
        full = f"{self.namespace}.{name}"
        if full in there:
            raise TypeError(f"`{full}` is declared twice")
        return full


def _list(texts: str | Sequence[str]) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts)
