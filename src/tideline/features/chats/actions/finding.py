"""Finding chats without making any, and holding them: what a batch of requests needs before it decides."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from tideline.features.chats import names
from tideline.features.chats.model import Chat, ChatId, ContactId
from tideline.features.chats.people import AddressBook
from tideline.features.chats.sight import InSight, Sight
from tideline.features.chats.store import chats as rows
from tideline.features.chats.store import contacts
from tideline.features.chats.store.sight import find_in_sight, list_seers
from tideline.features.numbers import NumberId
from tideline.features.numbers.port import Peer
from tideline.features.workspaces import Teammate, TeammateId
from tideline.platform.db import Tx


async def resolve(tx: Tx, ids: Collection[int]) -> Mapping[int, ChatId]:
    """What chats these ids stand for, also those of chats that were merged into others."""
    return await rows.resolve(tx, ids) if ids else {}


async def all_ids(tx: Tx, chat_id: ChatId) -> list[ChatId]:
    """The ids this chat has had: its own, and those of the chats that were merged into it."""
    return [chat_id, *await rows.list_aliases(tx, chat_id)]


async def find_people(tx: Tx, phones: Collection[str]) -> tuple[list[ChatId], list[ContactId]]:
    """All ids of the direct chats that any number has with these phones (bare digits), and the contacts behind them."""
    return await contacts.find_everywhere(tx, phones) if phones else ([], [])


async def in_sight(tx: Tx, sight: Sight, most: int) -> InSight | None:
    """What somebody sees, by name, or None when more than `most` chats would have to be named."""
    return await find_in_sight(tx, sight, most)


async def who_sees(tx: Tx, sights: Sequence[Sight], chat_ids: Collection[int]) -> frozenset[tuple[ChatId, TeammateId]]:
    """Which of these people, who do not see everything, see which of these chats. One statement for all of them."""
    return frozenset(await list_seers(tx, sights, chat_ids)) if sights and chat_ids else frozenset()


async def seen_among(tx: Tx, chat_ids: Collection[ChatId], teammate: Teammate) -> Collection[ChatId]:
    """Those of these chats that somebody sees; all of them for who sees everything."""
    sight = Sight.of(teammate)
    return chat_ids if sight is None else {chat_id for chat_id, _ in await who_sees(tx, [sight], chat_ids)}


async def find_named(tx: Tx, wanted: Collection[str]) -> dict[str, ChatId]:
    """The chats with these names, letters in any case."""
    keys = {name: names.key(names.tidy(name)) for name in wanted}
    found = await rows.find_by_name(tx, set(keys.values())) if keys else {}
    return {name: found[key] for name, key in keys.items() if key in found}


async def find_met(tx: Tx, wanted: Sequence[tuple[NumberId, Peer]]) -> dict[tuple[NumberId, Peer], ChatId]:
    """The chats that these numbers have with these peers."""
    peers: dict[NumberId, list[Peer]] = defaultdict(list)
    for number_id, peer in wanted:
        peers[number_id].append(peer)
    found = {}
    for number_id, some in peers.items():
        people = [peer for peer in some if not peer.is_group]
        phones, lids = {peer.phone for peer in people if peer.phone}, {peer.lid for peer in people if peer.lid}
        book = AddressBook(await contacts.find(tx, number_id, phones, lids) if people else ())
        for peer in people:
            person = book.find(peer)
            if person and person.chat_id is not None:
                found[number_id, peer] = person.chat_id
    return found


async def find_groups(tx: Tx, jids: Collection[str]) -> dict[tuple[NumberId, str], ChatId]:
    """The chats of these groups, one for each number that is in them."""
    return await rows.find_groups_of_all(tx, jids) if jids else {}


async def hold(tx: Tx, ids: Collection[int]) -> dict[ChatId, Chat]:
    """These chats, locked in the order of their ids; what was merged away meanwhile is missing."""
    return await rows.lock(tx, ids)
