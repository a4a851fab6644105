"""Calls that are made while the component is, of an operation and a fact that nobody sees.

CPython adapts code to what it works on in its first few calls, and writes into it to do so. A component's memory is kept
as it is when it is made, and each call begins with that: what these calls adapt, no other one has to.
"""

from __future__ import annotations

import sys

from . import component
from .facts import Request
from .pack import Pack
from .plan import Plan
from .shell import shell
from .values import Mode, Secret

_CALLS = 64


def warm() -> None:
    """Calls all that is behind the exports, often enough for all to be adapted."""
    own, Pack.current = Pack.current, None
    streams = sys.stdout, sys.stderr
    try:
        _declare(Pack("warm"))
        for number in range(_CALLS):
            _call(number)
    finally:
        Pack.current = own
        sys.stdout, sys.stderr = streams


def _declare(pack: Pack) -> None:
    @pack.operation()
    def operation(
        plan: Plan,
        path: str,
        count: int = 1,
        *names: str,
        present: bool = True,
        mode: Mode | None = None,
        groups: str | list[str] | None = None,
        env: dict[str, str] = {},
        password: str | Secret = "",
    ) -> None:
        step = plan.run(t"run {path} {names} {count}", stdin=[path, password], env=env, files={"KEY": password})
        step.predict(Request("warm.fact", {"path": path}), {"present": present})
        plan.run(t"chmod {count} {path}").with_globals(_sudo=True)
        plan.upload([path, password], path, mode=mode)
        plan.nested("warm.operation", path=path, names=names, groups=groups)
        plan.diff(path, "before", "after")
        plan.note(path)

    @pack.fact()
    def fact(path: str):
        output = yield shell(t"cat {path}")
        return {"lines": output.lines, "text": output.text, "status": output.status}


def _call(number: int) -> None:
    operations, facts = component.Operations(), component.FactSource()
    ask = [f'{{"path": "/{number}"}}']
    operations.plan("warm.operation", f'{{"path": "/{number}", "names": ["a", "{number}"], "mode": "644"}}')
    operations.plan(
        "warm.operation",
        f'{{"path": "/{number}", "count": 2, "groups": ["a"], "env": {{"A": "b"}}, "password": {{"$secret": 1}}}}',
    )
    facts.source("warm.fact", ask)
    facts.parse("warm.fact", ask, component.facts.Raw(0, b"a\nb\n", b"", [], "{}"))
