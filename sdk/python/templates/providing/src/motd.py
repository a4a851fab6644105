"""A source of secrets: the password store."""

from windlass import Error
from windlass.secret_source import Program, secret_source


@secret_source
def store(name):
    ended = Program("pass", "show", "--", name).run()
    if ended.status != 0:
        raise Error(f"the password store has no {name}")
    # Its first line, as `pass` has it.
    return ended.text.partition("\n")[0]
