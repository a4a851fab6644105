"""What an operation may know of its surroundings. Only what is asked for is remembered with its plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import host as _host
from .content import atoms_of
from .values import Secret

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Entry:
    """What stands at a path on the controller."""

    kind: str
    """`file`, `dir`, `link` or `other`."""
    mode: int
    """Permission bits."""
    size: int
    """In bytes."""
    target: str | None
    """Where a link points."""


class context:
    """The host, the inventory, and the operation's global arguments."""

    @staticmethod
    def host(pointer: str = "") -> Any:
        """What a JSON pointer names in `{name, groups, data}` of the host; None when it names nothing."""
        return _host.lookup("host", pointer)

    @staticmethod
    def inventory(pointer: str = "") -> Any:
        """What a JSON pointer names in `{groups: {NAME: [host…]}, hosts: {NAME: {groups, data}}}`."""
        return _host.lookup("inventory", pointer)

    @staticmethod
    def global_argument(name: str) -> Any:
        """The operation's value of a global argument, by public name (`_sudo_user`)."""
        return _host.lookup("global_", name)

    @staticmethod
    def timestamp() -> str:
        """The start of the run, for the names of backups: the same all through a run."""
        return _host.lookup("global_", "_timestamp") or "windlass-backup"

    @staticmethod
    def temp_path(key: str) -> str:
        """A path on the target for a temporary file, in a folder that nobody else can read or write. The same key
        gives the same path."""
        return _host.temp_path(key)


class local_files:
    """Files on the controller: those that stand in this call's arguments as `LocalPath`, the pack's own assets
    (`pack:PATH`), and granted folders. Other paths raise `Denied`; what the system refuses, `LocalFileError`."""

    @staticmethod
    def stat(path: str) -> Entry | None:
        """What stands at a path, links followed; None when there is nothing."""
        entry = _host.local("stat", path)
        return None if entry is None else Entry(entry.kind, entry.mode, entry.size, entry.target)

    @staticmethod
    def times(path: str) -> tuple[int, int]:
        """Access and modification time, in microseconds since 1970-01-01 UTC."""
        accessed, modified = _host.local("times", path)
        return accessed, modified

    @staticmethod
    def digest(path: str, algorithm: str = "sha256") -> str:
        """A file's digest in lower-case hexadecimal; `md5`, `sha1`, `sha256` or `sha384`."""
        return _host.local("digest", path, algorithm)

    @staticmethod
    def walk(path: str) -> list[tuple[str, Entry]]:
        """All that lies below a folder: relative paths, sorted, links not followed."""
        return [
            (below, Entry(entry.kind, entry.mode, entry.size, entry.target))
            for below, entry in _host.local("walk", path)
        ]

    @staticmethod
    def read(path: str) -> bytes:
        """A file's content."""
        content = b""
        while True:
            part = _host.local("read", path, len(content), _CHUNK)
            content += part
            if len(part) < _CHUNK:
                return content


class secrets:
    """Questions about secrets, whose values stay with the host."""

    @staticmethod
    def matches(content: Any, digest: str, algorithm: str = "sha256") -> bool:
        """Whether content (text, bytes, secrets, a list of these) has a digest."""
        return _host.matches(atoms_of(content), algorithm, digest)

    @staticmethod
    def is_empty(secret: Secret) -> bool:
        """Whether a secret's value is empty."""
        return _host.is_empty(secret)


class log:
    """Remarks for whoever runs the deploy."""

    @staticmethod
    def debug(message: Any) -> None:
        """For those who look for a fault."""
        _host.write_log("debug", message)

    @staticmethod
    def info(message: Any) -> None:
        """For everybody."""
        _host.write_log("info", message)

    @staticmethod
    def warning(message: Any) -> None:
        """For everybody, counted and marked."""
        _host.write_log("warning", message)
