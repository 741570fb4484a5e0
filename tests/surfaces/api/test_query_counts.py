"""How many statements an operation takes does not depend on how many rows there are: one or fifty of everything."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest

from tests.support.api_world import ApiWorld, HandClock
from tests.support.full_house import FullHouse
from tests.support.statements_counted import StatementsCounted
from tideline.features.workspaces import Role
from tideline.platform.db import Database
from tideline.surfaces.api.contract import public_api
from tideline.surfaces.api.not_built import NOT_BUILT
from tideline.surfaces.api.operations.paging import PAGE

MANY = 50


@dataclass(frozen=True)
class Houses:
    """Two workspaces on one database that is listened to: one of everything in the first, many in the second."""

    counted: StatementsCounted
    both: tuple[FullHouse, FullHouse]


@pytest.fixture(scope="module")
async def houses(api_dsn: str) -> AsyncIterator[Houses]:
    clock = HandClock()
    db = await Database.connect(api_dsn, clock)
    counted = StatementsCounted(db)
    world = ApiWorld(db, clock)
    yield Houses(counted, (await FullHouse.build(world, 1), await FullHouse.build(world, MANY)))
    await world.close()


class Request(NamedTuple):
    """`path` may name a few things of the house; `role` is whose token asks."""

    method: str
    path: str
    body: Any = None
    role: Role = Role.OWNER


Prepare = Callable[[FullHouse], Awaitable[Request]]


async def ensure_equal(houses: Houses, prepare: Prepare) -> None:
    for_one, for_many = [await statements_of(houses.counted, house, prepare) for house in houses.both]
    assert for_many == for_one


async def statements_of(counted: StatementsCounted, house: FullHouse, prepare: Prepare) -> list[str]:
    """The fewest of three runs: the first one fills caches, and one may run out in the middle of another."""
    runs = []
    for _ in range(3):
        request = await prepare(house)
        async with counted.listening() as statements:
            await answer(house, request)
        runs.append(statements)
    return min(runs, key=lambda statements: (len(statements), statements))


async def answer(house: FullHouse, request: Request) -> Any:
    known = {"responsible": house.responsible, "group": house.group.id, "letter": house.letter, "wall": house.wall}
    known |= {"template": house.templates[0], "webhook": house.webhooks[0], "file": house.uploads[0]}
    known |= {"delivery": house.deliveries[0], **house.waba}
    path = request.path.format_map(known)
    response = await house.api_of(request.role).request(request.method, path, request.body)
    assert response.status < 300, response.body
    return response.json.get("data")


async def test_the_counter_hears_every_connection_and_nothing_from_before(houses: Houses) -> None:
    db = houses.both[0].place.world.db

    async def ask(sql: str) -> None:
        async with db.system_read() as tx:
            await tx.value(sql)

    await ask("SELECT 'before'")
    async with houses.counted.listening() as statements:
        async with db.system() as tx:
            await asyncio.gather(*(ask("SELECT 'beside'") for _ in range(3)))
            await tx.value("SELECT 'inside'")
    await ask("SELECT 'after'")
    assert sorted(statements) == ["BEGIN;", "COMMIT;", *["SELECT 'beside'"] * 3, "SELECT 'inside'"]


# Reading -----------------------------------------------------------------------------------------------------


class Read(NamedTuple):
    """What to ask of a house, and under which keys of `data` the rows of the answer stand. None: it has no rows."""

    path: str
    rows: tuple[str, ...] | None
    role: Role = Role.OWNER

    def count(self, data: Any) -> int:
        for key in self.rows or ():
            data = data[key]
        return len(data)


# Every operation that reads stands here, by its id and whatever else makes it read more.
READS: dict[str, Read] = {
    "listChats": Read("/chats", ("chats",)),
    "listChats with_msg": Read("/chats?with_msg=true", ("chats",)),
    "listChats filtered": Read("/chats?label=wholesale&group=true&name=group&responsible={responsible}", ("chats",)),
    "getChat": Read("/chats/{group}", ("group_members",)),
    "listChatLabels": Read("/chats/{group}/labels", ("labels",)),
    "listLabels": Read("/labels", ("labels",)),
    "listChatMessages": Read("/chats/{group}/messages", ("messages",)),
    "listChatMessages of notes": Read("/chats/{wall}/messages", ("messages",)),
    "getMessage": Read("/messages/{letter}", ("reactions", "users")),
    "getReactions": Read("/messages/{letter}/reactions", ("users",)),
    "getMessageStatusHistory": Read("/messages/{letter}/status_history", None),
    "searchMessages": Read("/search/messages?q=ask", ("messages",)),
    "searchMessages of several words": Read("/search/messages?q=look+beans", ("messages",)),
    "searchMessages in a chat": Read("/search/messages?q=look&chat_id={group}", ("messages",)),
    "searchMessages of the assigned": Read("/search/messages?q=look", ("messages",), Role.COLLABORATOR),
    "listWhatsappAccounts": Read("/whatsapp_accounts", ("whatsapp_accounts",)),
    "getWorkspace": Read("/workspace", None),
    "getWorkspaceQuotas": Read("/workspace/quotas", None),
    "listTeammates": Read("/workspace/teammates", ("teammates",)),
    "getOwnTeammate": Read("/workspace/teammates/me", ("whatsapp_accounts",)),
    "listFiles": Read("/files", ()),
    "listFiles filtered": Read("/files?filename=LIST", ()),
    "getFile": Read("/files/{file}", None),
    "listWebhooks": Read("/webhooks", ()),
    "getWebhook": Read("/webhooks/{webhook}", None),
    "getWebhookSecret": Read("/webhooks/{webhook}/secret", None),
    "listDeliveries": Read("/webhooks/{webhook}/deliveries", ("deliveries",)),
    "listDeliveries filtered": Read(
        "/webhooks/{webhook}/deliveries?outcome=failed&event_type=message:new&after=2020-01-01", ("deliveries",)
    ),
    "getDelivery": Read("/webhooks/{webhook}/deliveries/{delivery}", ("log",)),
    "listEvents": Read(f"/events?limit={PAGE}", ("events",)),
    "listTemplates": Read("/templates", ("templates",)),
    "getTemplate": Read("/templates/{template}", None),
    "listChatsV2": Read("/v2/chats", ("chats",)),
    "listChatsV2 with_msg": Read("/v2/chats?with_msg=true", ("chats",)),
    "listChatsV2 of a team": Read("/v2/chats?with_msg=true", ("chats",), Role.TEAMMATE),
    "listChatsV2 of the assigned": Read("/v2/chats?with_msg=true", ("chats",), Role.COLLABORATOR),
    "listChatMessagesV2": Read("/v2/chats/{group}/messages", ("messages",)),
    "listChatMessagesV2 of the assigned": Read("/v2/chats/{group}/messages", ("messages",), Role.COLLABORATOR),
    "listWhatsappAccountsV2": Read("/v2/whatsapp_accounts", ("whatsapp_accounts",)),
    "listTemplatesV2": Read("/v2/templates", ("templates",)),
    "listWabaChats": Read("/waba/chats", ("chats",)),
    "listWabaChats with_msg": Read("/waba/chats?with_msg=true", ("chats",)),
    "listWabaChats filtered": Read("/waba/chats?waba_account_id={account}&closed=false", ("chats",)),
    "getWabaChat": Read("/waba/chats/{waba_chat}", ("labels",)),
    "listWabaChatLabels": Read("/waba/chats/{waba_chat}/labels", ("labels",)),
    "listWabaChatMessages": Read("/waba/chats/{waba_chat}/messages", ("messages",)),
    "listWabaAccounts": Read("/waba/accounts", ("waba_accounts",)),
    "getWabaAccount": Read("/waba/accounts/{account}", ("waba_profile", "account_ids")),
    "pollWabaAnalytics": Read("/waba/accounts/{account}/analytics/{handle}", None),
    "getWabaMessage": Read("/waba/messages/{waba_letter}", None),
    "getWabaMessageStatusHistory": Read("/waba/messages/{waba_letter}/status_history", None),
    "getWabaReactions": Read("/waba/messages/{waba_letter}/reactions", None),
    "listWabaTemplates": Read("/waba/templates", ("templates",)),
    "getWabaTemplate": Read("/waba/templates/{waba_template}", ("accounts",)),
}


def test_every_operation_that_reads_is_counted() -> None:
    built = {one.id for one in public_api().operations.values() if one.method == "GET"} - NOT_BUILT
    counted = {name.partition(" ")[0] for name in READS}
    assert not built - counted, "give each of them a line in READS, and the houses more than one of what it shows"
    assert not counted - built


@pytest.mark.parametrize("read", READS.values(), ids=READS)
async def test_many_rows_take_as_many_statements_as_one(houses: Houses, read: Read) -> None:
    async def ask(_house: FullHouse) -> Request:
        return Request("GET", read.path, role=read.role)

    if read.rows is not None:
        one, many = [read.count(await answer(house, await ask(house))) for house in houses.both]
        assert many in (one + MANY - 1, PAGE), "the houses do not show what the table says"
    await ensure_equal(houses, ask)


# Writing -----------------------------------------------------------------------------------------------------


def fresh(house: FullHouse) -> str:
    """A name that nothing has yet."""
    return f"new {next(house.serial)}"


async def change_everything_of_a_chat(house: FullHouse) -> Request:
    turn = next(house.serial) % 2 == 0
    body = {"name": f"Called {turn}", "closed": turn, "read": turn, "chatgpt_autoresponse_enabled": turn}
    return Request("PATCH", "/chats/{group}", {**body, "responsible": house.place.owner_email if turn else ""})


async def add_labels(house: FullHouse) -> Request:
    return Request("PUT", "/chats/{group}/labels", {"labels": [fresh(house) for _ in range(house.size)]})


async def replace_labels(house: FullHouse) -> Request:
    return Request("POST", "/chats/{group}/labels", {"labels": [fresh(house) for _ in range(house.size)]})


async def send_everything_to_a_group(house: FullHouse) -> Request:
    body = {
        "text": "Look", "attachment_template_id": house.templates[-1], "reply_to": house.letter,
        "label": fresh(house), "chat_name": fresh(house), "metadata": {"ticket": 7},
    }  # fmt: skip
    return Request("POST", "/chats/{group}/messages", body)


async def send_everything_to_a_stranger(house: FullHouse) -> Request:
    body = {"text": "Look", "file_uid": str(house.uploads[-1]), "label": fresh(house), "chat_name": fresh(house)}
    return Request("POST", "/messages", {"phone": f"+49170{next(house.serial):07d}", **body})


async def note_with_mentions(house: FullHouse) -> Request:
    mentioned = " ".join(f"@teammate{n}@harbour.example" for n in range(house.size))
    return Request("POST", "/chats/{wall}/notes", {"text": f"Ask {mentioned}", "metadata": {"ticket": 7}})


async def send_within_the_own_view(house: FullHouse) -> Request:
    await house.api.patch(f"/chats/{house.group.id}", {"responsible": house.responsible})
    body = {"text": "Look", "attachment_template_id": house.templates[-1], "label": fresh(house)}
    return Request("POST", "/v2/chats/{group}/messages", body, Role.COLLABORATOR)


async def send_to_a_stranger_within_the_own_view(house: FullHouse) -> Request:
    body = {"phone": f"+49171{next(house.serial):07d}", "text": "Look"}
    return Request("POST", "/v2/messages", body, Role.TEAMMATE)


async def change_everything_of_a_waba_chat(house: FullHouse) -> Request:
    turn = next(house.serial) % 2 == 0
    body = {"name": f"Service {turn}", "closed": turn, "read": turn}
    return Request("PATCH", "/waba/chats/{waba_chat}", {**body, "responsible": house.place.owner_email if turn else ""})


async def label_a_waba_chat(house: FullHouse) -> Request:
    return Request("POST", "/waba/chats/{waba_chat}/labels", {"labels": [fresh(house) for _ in range(house.size)]})


async def send_a_file_to_a_waba_chat(house: FullHouse) -> Request:
    return Request("POST", "/waba/chats/{waba_chat}/messages", {"text": "Look", "file_uid": str(house.uploads[-1])})


async def send_a_template_to_a_stranger(house: FullHouse) -> Request:
    template = {"name": "order_update", "language": "en"}
    body = {"waba_account_id": house.waba["account"], "phone": f"+49172{next(house.serial):07d}", "template": template}
    return Request("POST", "/waba/messages", body)


async def ask_for_figures(house: FullHouse) -> Request:
    return Request("POST", "/waba/accounts/{account}/analytics", {"start": next(house.serial) + 10, "end": 1793920000})


async def add_a_business_number(house: FullHouse) -> Request:
    serial = next(house.serial)
    ids = {"meta_phone_id": f"77{serial:06d}", "meta_waba_id": "210000000000001"}
    secrets = {"access_token": "token", "app_secret": "secret"}
    return Request("POST", "/waba/accounts", {"phone": f"+1555023{serial:04d}", **ids, **secrets})


async def invite(house: FullHouse) -> Request:
    return Request("POST", "/workspace/invitations", {"email": "teammate0@harbour.example", "first_name": fresh(house)})


async def change_a_teammate(house: FullHouse) -> Request:
    people = (await house.api.data("/workspace/teammates"))["teammates"]
    role = "agent" if next(house.serial) % 2 else "admin"
    return Request("PATCH", f"/workspace/teammates/{people[1]['user_id']}", {"role": role, "team_title": "Default"})


async def remove_a_team(house: FullHouse) -> Request:
    made = (await house.api.post("/workspace/teams", {"title": fresh(house)})).json["data"]["id"]
    return Request("DELETE", f"/workspace/teams/{made}")


async def react(house: FullHouse) -> Request:
    emoji = "👍" if next(house.serial) % 2 else "🙏"
    return Request("PATCH", "/messages/{letter}/reactions", {"reaction": emoji})


async def write_a_template(house: FullHouse) -> Request:
    body = {"name": "Greeting", "text": "Hello", "file_uid": str(house.uploads[-1]), "team_title": "Default"}
    return Request("POST", "/templates", body)


async def change_a_template(house: FullHouse) -> Request:
    body = {"text": fresh(house), "file_uid": str(house.uploads[-1]), "team_title": "Default"}
    return Request("PATCH", "/templates/{template}", body)


async def delete_a_template(house: FullHouse) -> Request:
    made = (await house.api.post("/templates", {"name": "Soon gone", "text": "Hello"})).json["data"]["id"]
    await house.api.post(f"/templates/{made}/track_usage")
    return Request("DELETE", f"/templates/{made}", None)


async def use_a_template(house: FullHouse) -> Request:
    return Request("POST", "/templates/{template}/track_usage", {"origin": "Chat View"})


WRITES = [
    change_everything_of_a_chat,
    add_labels,
    replace_labels,
    send_everything_to_a_group,
    send_everything_to_a_stranger,
    note_with_mentions,
    send_within_the_own_view,
    send_to_a_stranger_within_the_own_view,
    invite,
    change_a_teammate,
    remove_a_team,
    react,
    change_everything_of_a_waba_chat,
    label_a_waba_chat,
    send_a_file_to_a_waba_chat,
    send_a_template_to_a_stranger,
    ask_for_figures,
    add_a_business_number,
    write_a_template,
    change_a_template,
    delete_a_template,
    use_a_template,
]


@pytest.mark.parametrize("prepare", WRITES, ids=lambda prepare: prepare.__name__)
async def test_writing_takes_no_more_statements_where_there_is_more(houses: Houses, prepare: Prepare) -> None:
    await ensure_equal(houses, prepare)
