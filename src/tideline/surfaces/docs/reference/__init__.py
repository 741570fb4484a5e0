"""Pages that are made from the contracts: one for each operation and each event."""

from tideline.surfaces.docs.reference.events import event_pages
from tideline.surfaces.docs.reference.operations import operation_pages
from tideline.surfaces.docs.reference.volume import Volume

__all__ = ["Volume", "event_pages", "operation_pages"]
