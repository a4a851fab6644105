"""What a component's module declares with decorators: the one function of its role, or functions by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from .errors import InvalidValue


def answering[F: Callable[..., Any]](function: F, what: str, *, yields: bool = False) -> F:
    """The function, where calling it does what it says.

    Raises:
        TypeError: Calling it would do nothing yet: it is an `async` one or a generator.
    """
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise TypeError(f"{what} cannot be an `async` function: whatever it calls answers at once")
    if not yields and inspect.isgeneratorfunction(function):
        raise TypeError(f"{what} cannot `yield`: only a fact does")
    return function


class Declared[F: Callable[..., Any]]:
    """The one function of a role.

    Args:
        decorator: What declares it, for messages.
        yields: Whether it may be a generator.
    """

    def __init__(self, decorator: str, *, yields: bool = False) -> None:
        self._decorator = decorator
        self._yields = yields
        self._function: F | None = None

    def declare(self, function: F) -> F:
        """Declares it, and gives it back."""
        if self._function is not None:
            raise TypeError(f"a component has one `@{self._decorator}`")
        self._function = answering(function, f"the {self._decorator}", yields=self._yields)
        return function

    def function(self) -> F:
        """The function that was declared."""
        if self._function is None:
            raise TypeError(f"the component's module declares no `@{self._decorator}`")
        return self._function


class Named[F: Callable[..., Any]]:
    """Functions that the host calls by their name.

    Args:
        decorator: What declares one, for messages.
    """

    def __init__(self, decorator: str) -> None:
        self._decorator = decorator
        self._functions: dict[str, F] = {}

    def declare(self, function: F) -> F:
        """Declares one by its own name, and gives it back."""
        if self._functions.setdefault(function.__name__, function) is not function:
            raise TypeError(f"the {self._decorator} `{function.__name__}` is declared twice")
        return answering(function, f"the {self._decorator} `{function.__name__}`")

    def name_of(self, function: F) -> str:
        """The name of one that was declared."""
        name = getattr(function, "__name__", repr(function))
        if self._functions.get(name) is not function:
            raise TypeError(f"`{name}` cannot be called by its name: declare it with `@{self._decorator}`")
        return name

    def find(self, name: str) -> F:
        """The one of a name."""
        if name not in self._functions:
            there = ", ".join(f"`{one}`" for one in self._functions) or "none"
            raise InvalidValue(f"there is no {self._decorator} `{name}`; those there are: {there}")
        return self._functions[name]

    def __len__(self) -> int:
        return len(self._functions)
