"""What comes of a pack's own mistakes, in Python. See ../README.md."""

from typing import Literal

from windlass import Error, Mode, Pack, Plan, Secret, context, get, log, shell

pack = Pack("faults")


@pack.fact()
def Lines(silent: bool = False):
    """Lines; asked for silently, nothing is."""
    if silent:
        return []
    output = yield shell(t"true")
    return output.lines


@pack.operation()
def fine(plan: Plan, number: int = 0):
    """What looks like a mistake and is none."""
    plan.nested("files.file", mode=Mode(0o644), groups={"a"}, key=b"\0\xff")
    plan.note(5)
    plan.run(t"echo {number} {1e21}")
    log.info(5)
    log.info("half \udc80")
    print("one", 2, end=" ")
    print("three")
    print()
    print("four", end="")


class Unspeakable(Exception):
    def __str__(self):
        raise RuntimeError("no")


class OwnInit(Error):
    def __init__(self, name):
        self.name = name


class Own(Error):
    pass


How = Literal[
    "unspeakable", "own", "cause", "more", "half", "half-content", "half-json", "mode", "owner", "number",
    "encoded", "inputs", "question", "time", "pointer", "word",
]  # fmt: skip


@pack.operation()
def fail(plan: Plan, how: How):
    """Fail in one of the ways there are."""
    match how:
        case "unspeakable":
            raise Unspeakable()
        case "own":
            raise OwnInit("its name")
        case "cause":
            raise Own(ValueError("the cause"), at=5)
        case "more":
            raise Own("more", more={"a": object()})
        case "half":
            raise Error("half \udc80")
        case "half-content":
            plan.upload("\udc80", "/x")
        case "half-json":
            plan.call("x", {"\udc80": 1})
        case "mode":
            plan.upload("x", "/x", mode="644")
        case "owner":
            plan.upload("x", "/x", user=5)
        case "number":
            plan.call("x", {"a": float("nan")})
        case "encoded":
            plan.nested("x.y", password=Secret(0).encoded("base64"))
        case "inputs":
            plan.run(shell(t"cat", stdin="a"), stdin="b")
        case "question":
            get(Lines)
        case "time":
            plan.reboot(t"reboot", delay_ms=1.5, interval_ms=1, timeout_ms=1)
        case "pointer":
            context.host(5)
        case "word":
            plan.run(t"echo {float('nan')}")
