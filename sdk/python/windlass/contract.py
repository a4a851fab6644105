"""From what a pack plans to the types of the component's bindings."""

from __future__ import annotations

from typing import Any

from .content import Content
from .errors import Error
from .plan import Call, Diff, Download, Nested, Plan, Prediction, Reboot, Rsync, Step, Upload
from .shell import Raw, Shell, ShellText
from .wire import atom, natural, or_none, readable, string, strings, text

try:
    from wit_world.imports import types as wit
except ImportError:  # Outside of a component nothing is translated.
    wit = None  # type: ignore[assignment]


def content(content: Content) -> Any:
    """Content of a file or of standard input."""
    if content.local is not None:
        return wit.Content_Local(string(content.local, "a path"))
    return wit.Content_Inline([atom(piece) for piece in content.pieces])


def line(line: ShellText) -> list[Any]:
    """A command line."""
    return [
        (wit.Part_Raw if isinstance(part, Raw) else wit.Part_Word)(string(part.text, "a command line"))
        for part in line.parts
    ]


def shell(command: Shell) -> Any:
    """A command."""
    return wit.Shell(
        line(command.text),
        None if command.stdin is None else content(command.stdin),
        [(_name(name), [atom(piece) for piece in pieces]) for name, pieces in command.env.items()],
        [(_name(name), content(source)) for name, source in command.files.items()],
        "{}",
    )


def _name(name: Any) -> str:
    return string(name, "a variable's name")


def upload(file: Upload) -> Any:
    """A file to put."""
    user, group = or_none(file.user, "a file's owner"), or_none(file.group, "a file's group")
    return wit.Upload(content(file.source), string(file.dest, "a path"), file.mode, user, group, "{}")


def download(file: Download) -> Any:
    """A file to fetch."""
    more = {"create_folder": True} if file.create_folder else {}
    return wit.Download(string(file.src, "a path"), string(file.dest, "a path"), text(more))


def nested(call: Nested) -> Any:
    """Another operation."""
    return wit.Nested(string(call.operation, "an operation's name"), text(call.args), "{}")


def plan(plan: Plan) -> Any:
    """All that an operation planned."""
    return wit.Planned(
        [_numbered(number, step) for number, step in enumerate(plan.steps, 1)],
        [readable(note) for note in plan.notes],
        [_diff(diff) for diff in plan.diffs],
        "{}",
    )


def _numbered(number: int, step: Step) -> Any:
    try:
        return _step(step)
    except (TypeError, ValueError) as error:
        raise Error(f"step {number} of the plan cannot be told to the host: {error}") from error


def _step(step: Step) -> Any:
    predictions = [_prediction(prediction) for prediction in step.predictions]
    more = {"unpredicted": True} if step.unpredicted else {}
    return wit.Step(_action(step.action), text(step.globals), predictions, text(more))


def _action(action: Any) -> Any:
    match action:
        case Shell():
            return wit.Action_Shell(shell(action))
        case Upload():
            return wit.Action_Upload(upload(action))
        case Download():
            return wit.Action_Download(download(action))
        case Rsync():
            paths = string(action.src, "a path"), string(action.dest, "a path")
            return wit.Action_Rsync(wit.Rsync(*paths, strings(action.options, "options"), "{}"))
        case Call():
            return wit.Action_Call(wit.Call(string(action.actor, "an actor's name"), text(action.payload), "{}"))
        case Reboot():
            times = action.delay_ms, action.interval_ms, action.timeout_ms
            return wit.Action_Reboot(
                wit.Reboot(line(action.text), *(natural(time, "a time in milliseconds") for time in times), "{}")
            )
        case Nested():
            return wit.Action_Nested(nested(action))
        case _:
            raise TypeError(f"a step of type {type(action).__name__} is none of the contract's")


def _prediction(prediction: Prediction) -> Any:
    value = text(prediction.value) if prediction.known else None
    fact, at = string(prediction.fact, "a fact's name"), string(prediction.at, "a pointer")
    return wit.Prediction(fact, text(prediction.args), prediction.partial, at, value, "{}")


def _diff(diff: Diff) -> Any:
    before, after = ([atom(piece) for piece in side] for side in (diff.before, diff.after))
    return wit.Diff(string(diff.subject, "what a difference is of"), "text", before, after, "{}")
