"""Finding free names: what WhatsApp brings gives way to the names that are there."""

from collections.abc import Sequence

from tideline.features.chats import names
from tideline.features.chats.store import chats as rows
from tideline.platform.db import Tx


async def free_names(tx: Tx, wanted: Sequence[str]) -> list[str]:
    """For each wanted name itself, or with the first free index; all of them different."""
    chosen: dict[int, str] = {}
    taken: set[str] = set()
    attempt = 0
    while len(chosen) < len(wanted):
        offered = {n: names.candidates(name, attempt) for n, name in enumerate(wanted) if n not in chosen}
        keys = {names.key(name) for some in offered.values() for name in some}
        taken |= (await rows.find_by_name(tx, keys)).keys()
        for n, some in offered.items():
            if name := names.first_free(some, taken):
                chosen[n] = name
                taken.add(names.key(name))
        attempt += 1
    return [chosen[n] for n in range(len(wanted))]
