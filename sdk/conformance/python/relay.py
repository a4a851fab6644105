"""The conformance connector: `@relay/WHERE` runs commands by the program `sh`, `@relay/echo` through itself."""

from windlass.connector import Channel, Key, Program, Session, Turn, connector


class Echo(Channel):
    """Gives back its command, then what it reads."""

    def __init__(self, command):
        self.read = command

    def turn(self, stdin, eof, wait_ms):
        self.read += stdin
        if not eof:
            return Turn(len(stdin))
        return Turn(len(stdin), stdout=self.read, status=0)

    def signal(self, name):
        pass


class Relay(Session):
    def __init__(self, way, greeting):
        self.way = way
        self.greeting = greeting

    def exec(self, command, env, pty):
        if self.way == "echo":
            return Echo(command)
        return Program("sh", "-c", command, env={"GREETING": self.greeting})


@connector(Key("relay_greeting", str, "What every command can read as $GREETING.", default="hello"))
def connect(name, argument, data):
    if argument == "nowhere":
        raise ValueError("there is no way to nowhere")
    return Relay(argument, data.get("relay_greeting", "hello"))
