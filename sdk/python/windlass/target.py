"""The host that an actor, or a function of a deploy, acts on. While a deploy adds operations all of it is refused.

    from windlass import target

    found = target.run(t"db-migrate next {version}").success().text.strip()
    target.operation("server.service", service="web", running=False)

What is done here is no part of a plan. It is recorded as the steps of plans are, and allowed or refused as they are: a
command as `server.shell`, a file that is put or fetched as `files.put` and `files.get`. Global arguments for one of
them are given by name (`_chdir="/srv"`); those that raise privilege need the capability `privilege`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import contract, host
from .output import Ended
from .plan import Download, Nested, Upload
from .shell import Line, Shell, command
from .values import Mode


@dataclass(frozen=True)
class Outcome:
    """What an operation gave that ran at once."""

    changed: bool
    """It had something to do."""
    stdout: str
    """What its commands printed."""
    stderr: str
    """What they said besides."""
    answers: list[Any]
    """What its actors gave."""


def run(line: Line | Shell, *, stdin: Any = None, env: Any = None, files: Any = None, **globals: Any) -> Ended:
    """Runs a command: a line with the inputs that `windlass.shell` takes, or what that gave. A status other than 0 is
    no error: see `Ended.success`. Values of known secrets are masked in what it printed.

    Raises:
        Error: It may not be run, or did not come to an end.
    """
    whole = command(line, stdin=stdin, env=env, files=files)
    return Ended.of(host.act("run", contract.shell(whole), _globals(globals)))


def put(
    source: Any,
    dest: str,
    *,
    mode: int | Mode | None = None,
    user: str | None = None,
    group: str | None = None,
    **globals: Any,
) -> None:
    """Puts a file, whole and with its owner and mode; arguments as those of `Plan.upload`.

    Raises:
        Error: It may not be put, or could not be.
    """
    upload = Upload.of(source, dest, mode, user, group)
    host.act("put", contract.upload(upload), _globals(globals))


def get(src: str, dest: str, *, create_folder: bool = False, **globals: Any) -> None:
    """Fetches a file to a path of the controller: an actor to one that stands in the operation's arguments, a function
    of a deploy into the deploy's folder; each of them into folders that its pack was granted with `write`.
    `create_folder` makes the folders above it.

    Raises:
        Error: It may not be fetched to there, or could not be.
    """
    host.act("get", contract.download(Download(str(src), str(dest), create_folder)), _globals(globals))


def operation(operation: str, /, **args: Any) -> Outcome:
    """Plans another operation on what now stands, and runs it at once: `target.operation("files.line", path=…, line=…)`.
    Arguments that begin with `_` are global ones.

    Raises:
        Error: A wrong call, one that may not be made, or an operation that failed.
    """
    globals = {name: args.pop(name) for name in list(args) if name.startswith("_")}
    return Outcome(**host.act_at_once(contract.nested(Nested(operation, args)), globals))


def result_of(id: str, pointer: str = "") -> Any:
    """A part of what an earlier operation gave on this host, by JSON pointer: `/stdout`, `/changed`, `/answers/0`; None
    where there is none. `id`: what `Added.id` is, or `result.id` of a deploy file."""
    return host.result_of(id, pointer)


def _globals(given: dict[str, Any]) -> dict[str, Any]:
    for name in given:
        if not name.startswith("_"):
            raise TypeError(f"`{name}` is no global argument: those begin with `_`")
    return given
