"""Reads facts as the dispatcher numbers them, and writes down those that people ask about later."""

from collections.abc import Sequence

from tideline.features.audit import store
from tideline.features.audit.model import Entry
from tideline.features.audit.told import told
from tideline.platform.db import SystemTx
from tideline.platform.facts import Fact


class AuditReader:
    """A `dispatcher.Reader`: one statement for all facts, none where nothing is to be written down."""

    async def read(self, tx: SystemTx, facts: Sequence[Fact]) -> None:
        entries = [(fact.workspace_id, entry) for fact in facts if (entry := _entry(fact))]
        if entries:
            await store.insert(tx, entries)


def _entry(fact: Fact) -> Entry | None:
    found = told(fact)
    if found is None:
        return None
    return Entry(fact.seq, fact.at, fact.kind, found.area, fact.actor, found.about, found.changes)
