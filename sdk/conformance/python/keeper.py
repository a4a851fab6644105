"""The conformance source of secrets: `keeper:PATH#KEY` is read from a vault, whose address and token are in files."""

from windlass import Error, local_files
from windlass.secret_source import fetch, secret_source

FOLDER = "~/.config/keeper"


@secret_source
def keeper(name):
    path, _, key = name.partition("#")
    token = {"x-vault-token": setting("token")}
    data = fetch(f"{setting('address')}/v1/{path}", headers=token).json()["data"]
    if key not in data:
        raise Error(f"{path} has no `{key}`")
    return data[key]


def setting(name):
    return local_files.read(f"{FOLDER}/{name}").decode().strip()
