"""What the pack's operations have done at execution."""

from windlass import Error, target
from windlass.actor import actor


@actor
def wait(payload):
    command, tries = payload["command"], payload["tries"]
    for number in range(1, tries + 1):
        if number > 1:
            target.run("sleep 1")
        if target.run(command).status == 0:
            return {"tries": number}
    raise Error(f"after {tries} tries it still fails: {command}")
