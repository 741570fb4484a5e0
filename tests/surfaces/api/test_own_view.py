"""What stands under /v2 shows the view of the token's teammate, and sends only within it."""

from dataclasses import dataclass
from uuid import uuid4

import pytest

from tests.support.api_client import ApiClient
from tests.support.api_world import Member, Place
from tests.support.asgi import Response
from tideline.features import chats, numbers, workspaces
from tideline.features.chats import Chat
from tideline.features.numbers import Number
from tideline.features.workspaces import Role, TeammateId
from tideline.platform.db import Tx

OWN, TEAM, FAR = "15550100011", "15550100012", "15550100013"
"""Phones of the numbers: of the one who looks, of a colleague, of another team."""

CUSTOMER = "15550100234"
NAMED = ["Assigned", "Mentioned"]
SEEN = {
    Role.OWNER: ["Assigned", "Far", "Mentioned", "Own", "Team"],
    Role.ADMIN: ["Assigned", "Far", "Mentioned", "Own", "Team"],
    Role.TEAM_SUPERVISOR: ["Assigned", "Mentioned", "Own", "Team"],
    Role.TEAMMATE: ["Assigned", "Mentioned", "Own", "Team"],
    Role.AGENT: ["Assigned", "Mentioned", "Own"],
    Role.COLLABORATOR: ["Assigned", "Mentioned"],
}
USABLE = {
    Role.OWNER: {OWN, TEAM, FAR},
    Role.ADMIN: {OWN, TEAM, FAR},
    Role.TEAM_SUPERVISOR: {OWN, TEAM},
    Role.TEAMMATE: {OWN, TEAM},
    Role.AGENT: {OWN},
    Role.COLLABORATOR: set(),
}
each_role = pytest.mark.parametrize("role", Role)


@dataclass
class Scene:
    """Somebody of the sales team, the chats by name, and the numbers by phone."""

    place: Place
    api: ApiClient
    chats: dict[str, Chat]
    numbers: dict[str, Number]

    async def seen(self, query: str = "") -> list[str]:
        found = (await self.api.data(f"/v2/chats{query}"))["chats"]
        return sorted(chat["name"] for chat in found)


async def scene(shop: Place, role: Role) -> Scene:
    await shop.run(workspaces.create_team, "Sales")
    mine = await shop.member(role, "Sales") if role is not Role.OWNER else None
    me = mine.id if mine else shop.owner_id
    colleague, stranger = await shop.member(Role.AGENT, "Sales"), await shop.member(Role.AGENT)
    owners = {OWN: me, TEAM: colleague.id, FAR: stranger.id}
    linked = {phone: await hand_over(shop, await shop.link(phone), owner) for phone, owner in owners.items()}
    where = {"Own": OWN, "Team": TEAM, "Far": FAR, "Assigned": FAR, "Mentioned": FAR}
    made = {
        name: await shop.chat(linked[phone], f"1555010030{n}", name) for n, (name, phone) in enumerate(where.items())
    }
    await shop.run(chats.assign, made["Assigned"].id, mine.me.email if mine else shop.owner_email)
    await shop.run(mention, made["Mentioned"].id, me)
    return Scene(shop, mine.api if mine else shop.api, made, linked)


async def hand_over(shop: Place, number: Number, owner: TeammateId) -> Number:
    async def give(tx: Tx) -> None:
        sql = "UPDATE tenant.number SET owner_id = $3 WHERE workspace = $1 AND id = $2"
        await tx.execute(sql, tx.workspace_id, number.id, owner)

    await shop.run(give)
    return await shop.run(numbers.get, number.id)


async def mention(tx: Tx, chat_id: int, teammate_id: int) -> None:
    sql = "INSERT INTO tenant.chat_mention (workspace, chat_id, teammate_id, first_at) VALUES ($1, $2, $3, $4)"
    await tx.execute(sql, tx.workspace_id, chat_id, teammate_id, tx.now)


def answer(response: Response) -> tuple[int, str]:
    return response.status, response.json["error_code"]


# Reading -----------------------------------------------------------------------------------------------------


@each_role
async def test_the_list_shows_what_the_role_sees(shop: Place, neighbour: Place, role: Role) -> None:
    made = await scene(shop, role)
    assert await made.seen() == SEEN[role]
    assert sorted(one["name"] for one in (await made.api.data("/chats"))["chats"]) == sorted(made.chats)
    assert await made.seen("?name=m") == [name for name in SEEN[role] if "m" in name.lower()]


@each_role
async def test_a_history_is_there_for_those_who_see_the_chat(shop: Place, role: Role) -> None:
    made = await scene(shop, role)
    for name, chat in made.chats.items():
        response = await made.api.get(f"/v2/chats/{chat.id}/messages")
        if name in SEEN[role]:
            assert response.json["data"] == {"has_more_pages": False, "messages": []}
        else:
            assert answer(response) == (404, "not_found")
            assert response.json["message"] == f'Whatsapp chat_id "{chat.id}" not found'


@each_role
async def test_numbers_say_whether_they_are_ones_own_to_use(shop: Place, role: Role) -> None:
    made = await scene(shop, role)
    found = (await made.api.data("/v2/whatsapp_accounts"))["whatsapp_accounts"]
    assert {one["phone"].lstrip("+") for one in found if one["is_visible"]} == USABLE[role]
    plain = (await made.api.data("/whatsapp_accounts"))["whatsapp_accounts"]
    assert [{key: value for key, value in one.items() if key != "is_visible"} for one in found] == plain


async def test_the_list_takes_filters_pages_and_last_messages(shop: Place) -> None:
    made = await scene(shop, Role.AGENT)
    await shop.hear(made.numbers[OWN], "Hello", "15550100300")
    await shop.hear(made.numbers[FAR], "Not for you", "15550100302")
    shown = (await made.api.data("/v2/chats?with_msg=true"))["chats"]
    assert [one["last_message"] and one["last_message"]["text"] for one in shown] == ["Hello", None, None]
    assert await made.seen(f"?whatsapp_account_id={made.numbers[FAR].jid}") == NAMED
    assert await made.seen("?whatsapp_phone=15550100302") == []
    first, second = [await made.api.data(f"/v2/chats?limit=2&page={page}") for page in (1, 2)]
    assert [(len(one["chats"]), one["has_more_pages"]) for one in (first, second)] == [(2, True), (1, False)]


async def test_an_unassigned_chat_is_gone_at_once(shop: Place) -> None:
    made = await scene(shop, Role.COLLABORATOR)
    await shop.api.patch(f"/chats/{made.chats['Assigned'].id}", {"responsible": ""})
    assert await made.seen() == ["Mentioned"]
    assert (await made.api.get(f"/v2/chats/{made.chats['Assigned'].id}/messages")).status == 404


async def test_a_message_of_another_chat_is_no_end_of_a_history(shop: Place) -> None:
    """Or else it would tell when something was said there."""
    made = await scene(shop, Role.AGENT)
    hidden = await shop.hear(made.numbers[FAR], "Secret", "15550100302")
    heard = await shop.hear(made.numbers[OWN], "Hello", "15550100300")
    path = f"/v2/chats/{heard.chat_id}/messages"
    for name in ("after_message", "before_message"):
        assert answer(await made.api.get(f"{path}?{name}={hidden.uid}")) == (404, "not_found")
        assert answer(await made.api.get(f"{path}?{name}={uuid4()}")) == (404, "not_found")
    assert (await made.api.data(f"{path}?before_message={heard.uid}"))["messages"] == []


# Sending -----------------------------------------------------------------------------------------------------


@each_role
async def test_messages_go_into_chats_that_are_seen_and_into_no_others(shop: Place, role: Role) -> None:
    made = await scene(shop, role)
    for name, chat in made.chats.items():
        before = await shop.rows()
        response = await made.api.post(f"/v2/chats/{chat.id}/messages", {"text": "Hello"})
        if name in SEEN[role]:
            uid = response.json["data"]["message_uid"]
            assert (await shop.api.data(f"/messages/{uid}"))["chat_id"] == chat.id
        else:
            assert answer(response) == (404, "not_found")
            assert await shop.rows() == before


@each_role
async def test_new_people_are_written_to_from_ones_own_numbers_only(shop: Place, role: Role) -> None:
    made = await scene(shop, role)
    for phone in made.numbers:
        before = await shop.rows()
        body = {"phone": f"+{CUSTOMER}", "text": "Hello", "whatsapp_account_phone": phone}
        response = await made.api.post("/v2/messages", body)
        if phone in USABLE[role]:
            assert response.status == 200, response.body
        else:
            assert answer(response) == (400, "validation_error")
            assert await shop.rows() == before


async def test_without_a_number_named_it_is_ones_own_that_was_connected_last(shop: Place) -> None:
    made = await scene(shop, Role.AGENT)
    assert (await sender(made, await made.api.post("/v2/messages", {"phone": CUSTOMER, "text": "Hi"}))) == OWN
    assert (await sender(made, await made.api.post("/messages", {"phone": CUSTOMER, "text": "Hi"}))) == FAR
    await shop.disconnect(made.numbers[OWN])
    response = await made.api.post("/v2/messages", {"phone": CUSTOMER, "text": "Hi"})
    assert answer(response) == (400, "validation_error")
    assert response.json["message"] == "No connected WhatsApp account"


async def test_a_collaborator_answers_through_the_number_of_a_chat_that_is_seen(shop: Place) -> None:
    made = await scene(shop, Role.COLLABORATOR)
    assigned, hidden = made.chats["Assigned"].international, made.chats["Far"].international
    for more in ({}, {"whatsapp_account_phone": FAR}, {"whatsapp_account_id": made.numbers[FAR].jid}):
        response = await made.api.post("/v2/messages", {"phone": assigned, "text": "Hello", **more})
        assert await sender(made, response) == FAR
        response = await made.api.post("/v2/messages", {"phone": hidden, "text": "Hello", **more})
        assert answer(response) == (400, "validation_error")
    response = await made.api.post("/v2/messages", {"phone": assigned, "text": "Hello", "whatsapp_account_phone": OWN})
    assert answer(response) == (400, "validation_error")


async def sender(made: Scene, response: Response) -> str:
    assert response.status == 200, response.body
    message = await made.place.api.data(f"/messages/{response.json['data']['message_uid']}")
    return str(message["sender_phone"]).lstrip("+")


async def test_who_sends_is_who_holds_the_token(shop: Place) -> None:
    made = await scene(shop, Role.AGENT)
    response = await made.api.post(f"/v2/chats/{made.chats['Own'].id}/messages", {"text": "Hello"})
    message = await shop.api.data(f"/messages/{response.json['data']['message_uid']}")
    assert message["created_by"] == (await made.api.data("/workspace/teammates/me"))["display_name"]


async def test_a_reply_is_no_part_of_v2_and_is_ignored(shop: Place) -> None:
    made = await scene(shop, Role.AGENT)
    heard = await shop.hear(made.numbers[OWN], "Hello", "15550100300")
    body = {"text": "Hi", "reply_to": str(heard.uid), "label": "answered", "metadata": {"ticket": 7}}
    response = await made.api.post(f"/v2/chats/{heard.chat_id}/messages", body)
    assert response.status == 200
    newest = (await shop.api.data(f"/chats/{heard.chat_id}/messages"))["messages"][0]
    assert (newest["uid"], newest["metadata"]) == (response.json["data"]["message_uid"], {"ticket": 7})
    assert (await shop.api.data(f"/chats/{heard.chat_id}"))["labels"] == ["answered"]


async def test_the_same_key_sends_once(shop: Place) -> None:
    made = await scene(shop, Role.AGENT)
    path, key = f"/v2/chats/{made.chats['Own'].id}/messages", {"Idempotency-Key": "order-4711"}
    answers = [await made.api.post(path, {"text": "Hello"}, headers=key) for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert len((await shop.api.data(f"/chats/{made.chats['Own'].id}/messages"))["messages"]) == 1


BAD = [
    {},
    {"text": ""},
    {"text": "x" * 2001},
    {"text": 7},
    {"text": "Hi", "phone": ""},
    {"phone": "+1 555 no", "text": "Hi"},
]


@pytest.mark.parametrize("body", BAD)
async def test_what_is_wrong_is_wrong_under_v2_too(shop: Place, body: dict[str, object]) -> None:
    made = await scene(shop, Role.AGENT)
    before = await shop.rows()
    assert (await made.api.post("/v2/messages", {"phone": CUSTOMER, **body})).status == 400
    assert await shop.rows() == before


@pytest.mark.parametrize("chat_id", ["0", "-1", "x", "99999999", "2147483648"])
async def test_what_is_no_chat_is_not_found(shop: Place, chat_id: str) -> None:
    made = await scene(shop, Role.AGENT)
    assert answer(await made.api.get(f"/v2/chats/{chat_id}/messages")) == (404, "not_found")
    assert answer(await made.api.post(f"/v2/chats/{chat_id}/messages", {"text": "Hi"})) == (404, "not_found")


@each_role
async def test_a_neighbour_sees_and_sends_nothing(shop: Place, neighbour: Place, role: Role) -> None:
    made = await scene(shop, role)
    theirs = (await neighbour.api.data("/chats"))["chats"][0]
    before = await neighbour.rows()
    assert answer(await made.api.get(f"/v2/chats/{theirs['id']}/messages")) == (404, "not_found")
    assert answer(await made.api.post(f"/v2/chats/{theirs['id']}/messages", {"text": "Hi"})) == (404, "not_found")
    for their_member in (await neighbour.member(role),) if role is not Role.OWNER else ():
        assert isinstance(their_member, Member)
        for chat in made.chats.values():
            assert (await their_member.api.get(f"/v2/chats/{chat.id}/messages")).status == 404
        before = await neighbour.rows()
    assert await neighbour.rows() == before
