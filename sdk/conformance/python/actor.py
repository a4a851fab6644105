"""The conformance actors. See ../README.md."""

from windlass import LocalPath, fact, target
from windlass import get as ask
from windlass.actor import Secret, actor


def globals_of(payload):
    return payload.get("globals") or {}


@actor
def run(payload):
    """A command's end and output."""
    ended = target.run(payload["command"], **globals_of(payload))
    return {"status": ended.status, "stdout": ended.text.removesuffix("\n")}


@actor
def put(payload):
    """A file with a secret in it: what the operation was given as its first."""
    if "local" in payload:
        source = LocalPath(payload["local"])
    else:
        source = [payload["content"], *([Secret(0)] if payload.get("secret") else [])]
    target.put(source, payload["dest"], **globals_of(payload))


@actor
def get(payload):
    target.get(payload["src"], payload["dest"], **globals_of(payload))


@actor
def operation(payload):
    given = target.operation(payload["operation"], **payload["args"], **globals_of(payload))
    return {"changed": given.changed, "stdout": given.stdout, "answers": given.answers}


@actor
def result(payload):
    return {"found": target.result_of(payload["id"], payload["pointer"])}


@actor
def look(payload):
    """A fact before and after a command: what runs drops what was known."""
    file = fact("files.File", path=payload["path"])
    before = ask(file)
    target.run(payload["command"]).success()
    return {"before": before is None, "after": ask(file) is None}


@actor
def again(payload):
    return target.operation("caller.act", actor="again").changed


@actor
def several(payload):
    for number in range(3):
        target.run(t"echo {number}").success()
    return "done"
