"""A pack with one operation and one fact."""

from windlass import Pack, Plan, get, shell

pack = Pack("motd")


@pack.fact(example="motd.Text")
def Text():
    """The message of the day; null when there is none."""
    output = yield shell(t"cat /etc/motd 2> /dev/null || true")
    return output.text or None


@pack.operation(example='motd.set(name = "Greeting", text = "Welcome\\n", _sudo = True)')
def set(plan: Plan, text: str):
    """Set the message of the day.

    Args:
        text: What users see when they log in.
    """
    if get(Text()) == text:
        plan.note("the message is set already")
        return
    plan.upload(text, "/etc/motd", mode=0o644).predict(Text(), text)
