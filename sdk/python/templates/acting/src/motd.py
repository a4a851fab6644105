"""An operation that has something done at execution."""

from windlass import Pack, Plan

pack = Pack("motd")


@pack.operation(example='motd.wait(command = "test -e /run/ready", tries = 5)', idempotent=False)
def wait(plan: Plan, command: str, tries: int = 10):
    """Wait until a command succeeds, a second between tries.

    Args:
        command: The command line.
        tries: How often it is tried.
    """
    plan.call("wait", {"command": command, "tries": tries})
