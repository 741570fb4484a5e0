"""The message definitions that come with neonize, found without importing it: that would start its library."""

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any


def _module(name: str) -> Any:
    found = importlib.util.find_spec("neonize")
    if found is None or not found.submodule_search_locations:
        raise ImportError("neonize is not installed")
    folder = str(Path(found.submodule_search_locations[0]) / "proto")
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module(name)


adv = _module("waAdv.WAAdv_pb2")
cert = _module("waCert.WACert_pb2")
wa6 = _module("waWa6.WAWebProtobufsWa6_pb2")
