"""Write operations and facts for Windlass in Python.

    from windlass import Pack, Plan, get, shell

    pack = Pack("motd")


    @pack.fact(example="motd.Text")
    def Text():
        \"\"\"The message of the day; null when there is none.\"\"\"
        output = yield shell(t"cat /etc/motd 2> /dev/null || true")
        return output.text or None


    @pack.operation(example='motd.set(text = "Welcome\\n", _sudo = True)')
    def set(plan: Plan, text: str):
        \"\"\"Set the message of the day.

        Args:
            text: What users see when they log in.
        \"\"\"
        if get(Text()) == text:
            plan.note("the message is set already")
            return
        plan.upload(text, "/etc/motd", mode=0o644).predict(Text(), text)

An operation never acts. It asks facts, compares, and puts steps into the plan.
"""

from .content import Content
from .errors import (
    Denied,
    Error,
    InvalidType,
    InvalidValue,
    LocalFileError,
    MissingFact,
    SecretError,
    UnknownYet,
)
from .facts import Request, fact, get, get_all, probe
from .output import Output
from .pack import Fact, Operation, Pack
from .plan import Plan, Step
from .shell import Shell, ShellText, shell, text
from .surroundings import context, local_files, log, secrets
from .values import LocalPath, Mode, RemotePath, Secret

__all__ = [
    "Content",
    "Denied",
    "Error",
    "Fact",
    "InvalidType",
    "InvalidValue",
    "LocalFileError",
    "LocalPath",
    "MissingFact",
    "Mode",
    "Operation",
    "Output",
    "Pack",
    "Plan",
    "RemotePath",
    "Request",
    "Secret",
    "SecretError",
    "Shell",
    "ShellText",
    "Step",
    "UnknownYet",
    "context",
    "fact",
    "get",
    "get_all",
    "local_files",
    "log",
    "probe",
    "secrets",
    "shell",
    "text",
]
