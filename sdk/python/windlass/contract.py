"""From what a pack plans to the types of the component's bindings."""

from __future__ import annotations

from typing import Any

from .content import Content
from .plan import Call, Diff, Download, Nested, Plan, Prediction, Reboot, Rsync, Step, Upload
from .shell import Raw, Shell, ShellText
from .wire import atom, text

try:
    from wit_world.imports import types as wit
except ImportError:  # Outside of a component nothing is translated.
    wit = None  # type: ignore[assignment]


def content(content: Content) -> Any:
    """Content of a file or of standard input."""
    if content.local is not None:
        return wit.Content_Local(content.local)
    return wit.Content_Inline([atom(piece) for piece in content.pieces])


def line(line: ShellText) -> list[Any]:
    """A command line."""
    return [
        wit.Part_Raw(part.text) if isinstance(part, Raw) else wit.Part_Word(part.text)
        for part in line.parts
    ]


def shell(command: Shell) -> Any:
    """A command."""
    return wit.Shell(
        line(command.text),
        None if command.stdin is None else content(command.stdin),
        [(name, [atom(piece) for piece in pieces]) for name, pieces in command.env.items()],
        [(name, content(source)) for name, source in command.files.items()],
        "{}",
    )


def upload(file: Upload) -> Any:
    """A file to put."""
    return wit.Upload(content(file.source), file.dest, file.mode, file.user, file.group, "{}")


def download(file: Download) -> Any:
    """A file to fetch."""
    more = {"create_folder": True} if file.create_folder else {}
    return wit.Download(file.src, file.dest, text(more))


def nested(call: Nested) -> Any:
    """Another operation."""
    return wit.Nested(call.operation, text(call.args), "{}")


def plan(plan: Plan) -> Any:
    """All that an operation planned."""
    return wit.Planned(
        [_step(step) for step in plan.steps],
        list(plan.notes),
        [_diff(diff) for diff in plan.diffs],
        "{}",
    )


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
            return wit.Action_Rsync(wit.Rsync(action.src, action.dest, list(action.options), "{}"))
        case Call():
            return wit.Action_Call(wit.Call(action.actor, text(action.payload), "{}"))
        case Reboot():
            return wit.Action_Reboot(
                wit.Reboot(
                    line(action.text), action.delay_ms, action.interval_ms, action.timeout_ms, "{}"
                )
            )
        case Nested():
            return wit.Action_Nested(nested(action))
        case _:
            raise TypeError(f"a step of type {type(action).__name__} is none of the contract's")


def _prediction(prediction: Prediction) -> Any:
    value = text(prediction.value) if prediction.known else None
    return wit.Prediction(
        prediction.fact, text(prediction.args), prediction.partial, prediction.at, value, "{}"
    )


def _diff(diff: Diff) -> Any:
    before, after = ([atom(piece) for piece in side] for side in (diff.before, diff.after))
    return wit.Diff(diff.subject, "text", before, after, "{}")
