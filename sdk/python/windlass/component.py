"""The component's exports. `windlass pack build` makes a module that imports the pack's own and then this one."""

from __future__ import annotations

import json
from typing import Any

from wit_world.exports import fact_source as facts
from wit_world.exports import operations
from wit_world.imports import types as wit

from . import contract, wire
from .errors import Error
from .facts import Probe, Request, asked
from .guard import guarded
from .output import Output
from .pack import Fact, Operation, Pack
from .shell import Shell
from .signature import Parameter


def _pack() -> Pack:
    if Pack.current is None:
        raise TypeError("the component's module makes no `Pack`")
    return Pack.current


class Operations:
    """What the host calls for operations."""

    def describe(self) -> list[operations.OperationInfo]:
        return _OPERATIONS

    def plan(self, operation: str, args: str) -> wit.Planned:
        def plan() -> wit.Planned:
            return contract.plan(_pack().find_operation(operation).plan(json.loads(args)))

        return guarded(plan)


class FactSource:
    """What the host calls for facts."""

    def describe(self) -> list[facts.FactInfo]:
        return _FACTS

    def source(self, fact: str, args: list[str]) -> facts.Origin:
        def source() -> facts.Origin:
            return _origin(_pack().find_fact(fact).origin([json.loads(one) for one in args]))

        return guarded(source)

    def parse(self, fact: str, args: list[str], output: facts.Raw) -> list[str]:
        def parse() -> list[str]:
            values = _pack().find_fact(fact).parse(
                [json.loads(one) for one in args],
                Output(output.status, output.stdout, output.stderr),
                [json.loads(value) for value in output.values],
            )
            return [wire.text(value) for value in values]

        return guarded(parse)


def _origin(origin: Any) -> facts.Origin:
    match origin:
        case Shell():
            return facts.Origin_Shell(contract.shell(origin))
        case Probe():
            kind = wire.string(origin.kind, "a probe's kind")
            return facts.Origin_Probe(facts.Probe(kind, wire.text(origin.args)))
        case Request():
            return facts.Origin_Derived([_derived(origin)])
        case list():
            return facts.Origin_Derived([_derived(request) for request in origin])
        case _:
            raise Error(f"a fact yields a command, a probe or other facts, not {type(origin).__name__}")


def _derived(request: Any) -> facts.Derived:
    name = wire.string(asked(request).fact, "a fact's name")
    return facts.Derived(name, wire.text(request.args), wire.strings(request.parts, "parts of a fact"))


def _more(said: Any, names: tuple[str, ...]) -> str:
    return wire.text({name: said[name] for name in names if said[name]})


def _operation_info(operation: Operation) -> operations.OperationInfo:
    said = operation.said
    return operations.OperationInfo(
        operation.name,
        operation.signature.doc,
        [_parameter(parameter) for parameter in operation.signature.parameters],
        said["idempotent"],
        said["hidden"],
        said["alias_of"],
        _more(said, ("examples", "uses")),
    )


def _fact_info(fact: Fact) -> facts.FactInfo:
    said = fact.said
    if (said["batch"] > 1) != fact.asks_together:
        raise TypeError(
            f"`batch` of the fact `{fact.name}`, how many requests one command serves, and `.together`, the function "
            "that asks for them, need each other"
        )
    return facts.FactInfo(
        fact.name,
        fact.signature.doc,
        [_parameter(parameter) for parameter in fact.signature.parameters],
        wire.text(said["default"]),
        said["stability"],
        said["requires"],
        said["batch"],
        wire.text(said["globals"]),
        _more(said, ("examples", "user_dependent", "takes_command")),
    )


def _parameter(parameter: Parameter) -> wit.Parameter:
    return wit.Parameter(
        parameter.name,
        parameter.kind,
        wire.text(parameter.schema),
        None if parameter.required else wire.text(parameter.default),
        parameter.doc,
        parameter.typed.secret,
        "{}",
    )


# Made when the component is: what cannot be described is a mistake that is told then.
_OPERATIONS = [_operation_info(operation) for operation in _pack().operations.values()]
_FACTS = [_fact_info(fact) for fact in _pack().facts.values()]
