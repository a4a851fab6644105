"""Errors: what went wrong, in the kinds of the contract.

Raise one of these to refuse an operation. Any other exception that leaves an operation or a fact becomes an
error of the kind `operation`, with the exception's name, message and line: a mistake in a pack is a sentence on
the user's terminal, never a crash of the component.
"""

from __future__ import annotations

from typing import Any

from .place import raised


class Error(Exception):
    """The operation cannot be done on this target; also the base of the more precise kinds below.

    Args:
        message: What is wrong and how to put it right; text that fits after "error: ".
        at: The argument or place it is about.
        more: What else there is to say of it, as JSON.
    """

    kind = "operation"
    message: Any = ""
    at: str | None = None
    more: Any = None

    def __init__(self, message: Any = "", *, at: str | None = None, more: Any = None) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.more = {} if more is None else more


class InvalidValue(Error):
    """An argument has a value that is not allowed."""

    kind = "invalid-value"


class InvalidType(Error):
    """An argument has the wrong type."""

    kind = "invalid-type"


class LocalFileError(Error):
    """A file on the controller could not be read."""

    kind = "io"


class MissingFact(Error):
    """A fact could not be had, or its output could not be read."""

    kind = "missing-fact"


class UnknownYet(Error):
    """A fact was predicted to be known at execution only. Let it pass: the plan then says so."""

    kind = "unknown-yet"


class Denied(Error):
    """The host refused."""

    kind = "denied"


class SecretError(Error):
    """A secret stood where none may, or was asked about too often."""

    kind = "secret"


_KINDS: dict[str, type[Error]] = {
    kind.kind: kind
    for kind in (
        Error,
        InvalidValue,
        InvalidType,
        LocalFileError,
        MissingFact,
        UnknownYet,
        Denied,
        SecretError,
    )
}


def error_of(kind: str, message: str, at: str | None, more: Any) -> Error:
    """The exception for an error of the host. A kind of a later host is a plain `Error`."""
    return _KINDS.get(kind, Error)(message, at=at, more=more)


def error_from(exception: BaseException) -> Error:
    """Any exception as an error of the contract, with where it was raised."""
    said = _said(exception.message if isinstance(exception, Error) and exception.message else exception)
    if isinstance(exception, Error):
        # Without `super().__init__(…)` in one of a pack's own, its message is that of any exception.
        exception.message = said or type(exception).__name__
        return exception
    message = ": ".join(part for part in (type(exception).__name__, said) if part)
    place = raised(exception.__traceback__)
    if place is not None:
        message = f"{message} ({place[0]}, line {place[1]})"
    return Error(message)


def _said(said: Any) -> str:
    """The message of an error, whatever it is."""
    try:
        return str(said)
    except Exception as wrong:  # noqa: BLE001 - a pack's own `__str__` may raise anything
        return f"its message cannot be read, for {type(wrong).__name__}"
