"""The plan that an operation writes: steps as data, with what facts will answer once they have run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping, Self, Sequence

from .content import Content, Piece, atoms_of
from .facts import Request, asked
from .shell import Line, Shell, ShellText, command, text
from .values import Mode


@dataclass(frozen=True)
class Prediction:
    """What a fact will answer once a step has run. Made by the methods of `Step`."""

    fact: str
    args: Mapping[str, Any]
    partial: bool
    at: str
    known: bool
    value: Any


@dataclass(frozen=True)
class Upload:
    """A file to put on the target."""

    source: Content
    dest: str
    mode: int | None
    user: str | None
    group: str | None

    @classmethod
    def of(cls, source: Any, dest: str, mode: int | Mode | None, user: str | None, group: str | None) -> Self:
        """A file as `Plan.upload` takes it."""
        bits = mode if mode is None or isinstance(mode, Mode) else Mode(mode)
        return cls(Content.of(source), str(dest), None if bits is None else bits.bits, user, group)


@dataclass(frozen=True)
class Download:
    """A file to fetch from the target."""

    src: str
    dest: str
    create_folder: bool


@dataclass(frozen=True)
class Rsync:
    """A folder to copy to the target."""

    src: str
    dest: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Call:
    """A call of an acting component."""

    actor: str
    payload: Any


@dataclass(frozen=True)
class Reboot:
    """A reboot, then waiting until the target answers again."""

    text: ShellText
    delay_ms: int
    interval_ms: int
    timeout_ms: int


@dataclass(frozen=True)
class Nested:
    """Another operation, which the host plans when its turn comes."""

    operation: str
    args: Mapping[str, Any]


Action = Shell | Upload | Download | Rsync | Call | Reboot | Nested
"""What a step does."""


@dataclass
class Step:
    """One step of a plan; its methods give the step back, so that they can be chained."""

    action: Action
    globals: dict[str, Any] = field(default_factory=dict)
    predictions: list[Prediction] = field(default_factory=list)
    unpredicted: bool = False

    def predict(self, fact: Request, value: Any, *, at: str = "") -> Step:
        """Says what a fact will answer once this step has run.

        Args:
            fact: The fact with exactly these arguments.
            value: Its value.
            at: JSON pointer of the part that is meant; the whole by default.
        """
        return self._predict(fact, False, at, True, value)

    def predict_unknown(self, fact: Request, *, at: str = "") -> Step:
        """Says that a fact, or a part of it, will be known at execution only."""
        return self._predict(fact, False, at, False, None)

    def predict_where(self, fact: Request, value: Any, *, at: str = "") -> Step:
        """As `predict`, for every request whose arguments contain these."""
        return self._predict(fact, True, at, True, value)

    def predict_unknown_where(self, fact: Request, *, at: str = "") -> Step:
        """As `predict_unknown`, for every request whose arguments contain these."""
        return self._predict(fact, True, at, False, None)

    def changes_more(self) -> Step:
        """Says that it changes more than it predicts, as installing a package does. What is planned behind it is marked
        as assumed. Not needed where nothing is predicted."""
        self.unpredicted = True
        return self

    def with_globals(self, **globals: Any) -> Step:
        """Sets global arguments for this step alone: `step.with_globals(_sudo=True)`."""
        self.globals.update(globals)
        return self

    def _predict(self, fact: Request, partial: bool, at: str, known: bool, value: Any) -> Step:
        request = asked(fact)
        self.predictions.append(Prediction(request.fact, request.args, partial, at, known, value))
        return self


@dataclass(frozen=True)
class Diff:
    """A difference that a command will make. The host makes those of uploads."""

    subject: str
    before: list[Piece]
    after: list[Piece]


class Plan:
    """What an operation does on one target: nothing, until steps are added."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.notes: list[str] = []
        self.diffs: list[Diff] = []

    def run(self, line: Line | Shell, **inputs: Any) -> Step:
        """Adds a command: a line with the inputs that `windlass.shell` takes, or what that gave."""
        return self._add(command(line, **inputs))

    def upload(
        self,
        source: Any,
        dest: str,
        *,
        mode: int | Mode | None = None,
        user: str | None = None,
        group: str | None = None,
    ) -> Step:
        """Adds a file to put on the target, whole and with its owner and mode.

        Args:
            source: Text, bytes, a secret, a list of these, or a `LocalPath`.
            dest: Where it goes.
            mode: Permission bits (`0o644`); those of the file it replaces by default.
            user: Its owner; that of the file it replaces by default.
            group: Its group; likewise.
        """
        return self._add(Upload.of(source, dest, mode, user, group))

    def download(self, src: str, dest: str, *, create_folder: bool = False) -> Step:
        """Adds a file to fetch; `create_folder` makes the folders above `dest`."""
        return self._add(Download(str(src), str(dest), create_folder))

    def rsync(self, src: str, dest: str, *, options: Sequence[str] = ()) -> Step:
        """Adds a folder to copy to the target with rsync: `src` with `/` at its end is what is in it. `options`: those
        that shape the copy of this folder (`"--delete"`, `"--exclude=*.pyc"`); others are refused when it is planned."""
        return self._add(Rsync(str(src), str(dest), tuple(options)))

    def call(self, actor: str, payload: Any = None) -> Step:
        """Adds a call of an acting component."""
        return self._add(Call(actor, payload))

    def reboot(self, line: Line, *, delay_ms: int, interval_ms: int, timeout_ms: int) -> Step:
        """Adds a reboot: the command, the time before the first try to connect again, between tries, and in all."""
        return self._add(Reboot(text(line), delay_ms, interval_ms, timeout_ms))

    def nested(self, operation: str, /, **args: Any) -> Step:
        """Adds another operation with its arguments by name: `plan.nested("files.put", src=…, dest=…)`."""
        return self._add(Nested(operation, args))

    def note(self, note: Any) -> None:
        """Remarks on what is done, or why nothing is."""
        self.notes.append(str(note))

    def diff(self, subject: str, before: Any, after: Any) -> None:
        """Shows a difference of text that a command will make."""
        self.diffs.append(Diff(str(subject), atoms_of(before), atoms_of(after)))

    def _add(self, action: Action) -> Step:
        step = Step(action)
        self.steps.append(step)
        return step
