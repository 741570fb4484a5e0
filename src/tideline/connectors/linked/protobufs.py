"""WhatsApp's message definitions, which come with neonize. Found without importing it: that would start its library."""

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


neonize: Any = _module("Neonize_pb2")
e2e: Any = _module("waE2E.WAWebProtobufsE2E_pb2")
common: Any = _module("waCommon.WACommon_pb2")
web: Any = _module("waWeb.WAWebProtobufsWeb_pb2")
history: Any = _module("waHistorySync.WAWebProtobufsHistorySync_pb2")
companion: Any = _module("waCompanionReg.WAWebProtobufsCompanionReg_pb2")
