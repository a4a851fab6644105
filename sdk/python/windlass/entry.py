"""The pack's first module, from which the component is made, and what is left behind when it is loaded."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import sys

from .place import PACK


def load(name: str) -> None:
    """Imports it. One that is called as a module of Python's own library is, which no `import` would find, is read from
    its file."""
    if name not in sys.stdlib_module_names:
        importlib.import_module(name)
        return
    spec = importlib.util.spec_from_file_location(f"{name}_of_pack", f"{PACK}{name}.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"{name}.py cannot be read")
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


# What is asked of each size of small objects and of large ones, in bytes: more fills memory that nobody used.
_SMALL = 150_000
_LARGE = 1_000_000


def settle() -> None:
    """Fills what loading left free with zeros, which a component's file does not hold: it is a sixth smaller."""
    sys.path_importer_cache.clear()
    gc.collect()
    header = bytes().__sizeof__()
    for size in range(16, 513, 16):
        small = [bytes(size - header) if size >= header else float(0) for _ in range(_SMALL // size)]
        small.clear()
    for size in (1 << power for power in range(20, 9, -1)):
        large = [bytes(size) for _ in range(_LARGE // size)]
        large.clear()
