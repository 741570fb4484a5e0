"""Keeping the rosters of groups right when one of their people changes."""

from collections.abc import Iterable

from tideline.features.chats.store import members
from tideline.platform.db import Tx


def refresh_later(tx: Tx, contacts: Iterable[int | None] = (), *, groups: Iterable[int] = ()) -> None:
    """Write the rosters of these groups and of the groups these people are in.

    At the end of the transaction, so that rosters are locked after everything else about chats.
    """
    changed, wanted = {contact_id for contact_id in contacts if contact_id is not None}, set(groups)
    if not changed and not wanted:
        return

    async def refresh(tx: Tx) -> None:
        theirs = await members.groups_of(tx, changed) if changed else set()
        if theirs | wanted:
            await members.write_rosters(tx, theirs | wanted)

    tx.before_commit(refresh)
