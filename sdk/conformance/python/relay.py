"""The conformance connector: `@relay/WHERE` runs commands by the program `sh`."""

from windlass.connector import Key, Program, Session, connector


class Relay(Session):
    def __init__(self, greeting):
        self.greeting = greeting

    def exec(self, command, env, pty):
        return Program("sh", "-c", command, env={"GREETING": self.greeting})


@connector(Key("relay_greeting", str, "What every command can read as $GREETING.", default="hello"))
def connect(name, argument, data):
    if argument == "nowhere":
        raise ValueError("there is no way to nowhere")
    return Relay(data.get("relay_greeting", "hello"))
