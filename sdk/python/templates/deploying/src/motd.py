"""A deploy: the message of the day, and a look at it once it has changed."""

from windlass import context, target
from windlass.deploy import call, deploy, function, operation


@deploy
def run():
    text = context.host("/data/message") or "Welcome\n"
    message = operation("files.put", name="Message", src={"$content": text}, dest="/etc/motd", mode="644")
    call(check, _if=message.changed)


@function
def check():
    """Runs at execution: how long the message is."""
    return len(target.run("cat /etc/motd").success().text)
