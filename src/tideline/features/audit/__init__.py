"""The audit log: who did what, when, and from where. This is the face others may import.

    list_entries(tx, filter, before=, size=) -> Page       the newest first, by keyset
    export(db, workspace_id, filter)                       all of them, in portions
    tell_exported(tx)                                      that somebody took a copy is an entry itself
    forget(db, kept)                                       removes what is older, in small bites

Objects of the program: `AuditReader()` for the dispatcher. The log outlives the facts that it is made of, and nothing
else writes to it; docs/decisions/0041-audit-log.md has the reasons.
"""

from tideline.features.audit.actions import export, forget, list_entries, tell_exported
from tideline.features.audit.model import About, Area, Cursor, Entry, Filter, Page
from tideline.features.audit.reader import AuditReader
from tideline.features.audit.told import KINDS

__all__ = [
    "KINDS",
    "About",
    "Area",
    "AuditReader",
    "Cursor",
    "Entry",
    "Filter",
    "Page",
    "export",
    "forget",
    "list_entries",
    "tell_exported",
]
