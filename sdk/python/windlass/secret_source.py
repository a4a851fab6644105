"""A source of secrets: what stands behind `secret("KIND:name")`.

    from windlass.secret_source import fetch, secret_source


    @secret_source
    def vault(name):
        return fetch(f"https://vault.example.org/v1/{name}").json()["value"]
"""

from __future__ import annotations

from collections.abc import Callable

from .declared import Declared
from .process import Answer, Ended, Program, fetch

Source = Callable[[str], str]

declared = Declared[Source]("secret_source")


def secret_source(function: Source) -> Source:
    """Declares the source: a function from what stands behind the kind and its colon to the value. It is asked once a
    run for each name. What it logs is shown once there is a value, with the value masked; what it raises is shown to
    whoever runs the deploy, and has no secret in it."""
    return declared.declare(function)


__all__ = ["Answer", "Ended", "Program", "fetch", "secret_source"]
