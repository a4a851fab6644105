"""The pack's first module, from which the component is made."""

from __future__ import annotations

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
