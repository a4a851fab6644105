"""What a pack in Python finds where it asks its system, and what comes of its faults. See ../README.md."""

import dis
import os
import random
import sys
import time
from datetime import datetime, timezone
from typing import Literal

from windlass import Pack, Plan, shell
from windlass.pack import Operation

pack = Pack("system")


@pack.operation()
def look(plan: Plan):
    """Note what the system answers."""
    time.sleep(3600)
    plan.note(f"time {time.time():.0f}, {datetime.now(timezone.utc).year}")
    plan.note(f"environment {os.environ.get('HOME')}, arguments {len(sys.argv)}")
    try:
        open("/etc/passwd", encoding="utf-8")
    except FileNotFoundError as error:
        plan.note(f"reading: {error.strerror}")
    try:
        open("/tmp/new", "w", encoding="utf-8")
    except OSError as error:
        plan.note(f"writing: {error.strerror}")
    os.write(1, b"nobody reads this\n")
    print("printed")
    plan.note(f"random {os.urandom(4).hex()} {random.random()}")
    plan.note("a set: " + " ".join(set("abcdefghijklmnopqrstuvwxyz")))
    plan.note(f"immortal: {sys._is_immortal(pack)}, {sys._is_immortal(look)}, {sys._is_immortal(plan)}")
    plan.note(f"adapted: {_adapted(Operation.plan)}, {_adapted(fail_deeply)}")


def _adapted(function) -> bool:
    """Whether CPython has adapted its code to what it works on."""
    found, written = (dis.get_instructions(function, adaptive=now) for now in (True, False))
    return any(one.opname not in (other.opname, "RESUME_CHECK") for one, other in zip(found, written))


@pack.operation()
def fail(plan: Plan, how: Literal["throw", "recursion", "nested", "exit"]):
    """Fail in one of the ways there are.

    Args:
        how: Which.
    """
    match how:
        case "throw":
            raise KeyError("missing")
        case "recursion":
            fail_deeply(0)
        case "nested":
            nested: list = []
            for _ in range(1_000_000):
                nested = [nested]
            repr(nested)
        case "exit":
            sys.exit(3)


def fail_deeply(depth: int) -> int:
    return fail_deeply(depth + 1) + 1


@pack.fact()
def Broken():
    """A fact whose output cannot be read."""
    output = yield shell(t"true")
    raise IndexError(output.text)
