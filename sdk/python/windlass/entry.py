"""The pack's first module, from which the component is made, and what is left behind when it is loaded."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import sys
from types import CodeType

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


# The free memory that calls begin with, in bytes and in one piece. Those that need more of it get it behind.
_ROOM = 1 << 20


def settle() -> None:
    """Leaves the memory so that calls write to as little of it as they can: the host lays it anew after each."""
    # A library that `windlass pack build` puts beside the pack's modules.
    from windlass_snapshot import fill, immortal

    sys.path_importer_cache.clear()
    gc.collect()
    immortal(_alive())
    # What CPython keeps to use again is given back, so that it does not lie where calls should not write.
    gc.collect()
    fill(_ROOM)


def _alive() -> list[object]:
    """All objects that can be reached, but those of this function."""
    found: dict[int, object] = {}
    ahead: list[object] = gc.get_objects()
    own = id(found), id(ahead)
    while ahead:
        at = ahead.pop()
        if id(at) in found or id(at) in own:
            continue
        found[id(at)] = at
        ahead += gc.get_referents(at)
        # What these do not tell the collector of.
        if isinstance(at, CodeType):
            ahead += at.co_consts, at.co_names, at.co_name, at.co_qualname, at.co_filename
        elif isinstance(at, dict):
            ahead += dict.keys(at)
    return list(found.values())
