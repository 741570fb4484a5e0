"""The demo: a seeded workspace with a simulated number, and `demo.json`, which says how to get in.

Every step looks first at what is there, so a second start adds nothing and an interrupted one is finished.
"""

import asyncio
import json
import os
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import structlog

from tideline.connectors.simulator import Draft, Phone, World
from tideline.connectors.simulator.world import TOPIC as WORLD
from tideline.features import business, chats, numbers, partners, workspaces
from tideline.features.business import NewAccount
from tideline.features.numbers import Number, NumberKind, Pairing, PairingState
from tideline.features.workspaces import Status, Teammate, Workspace
from tideline.platform.db import Database, Tx
from tideline.platform.dispatcher import TOPIC as FACTS
from tideline.platform.errors import Problem
from tideline.platform.wake import Wakes
from tideline.wiring import announce
from tideline.wiring import demo_script as script
from tideline.wiring.parts import Parts

log = structlog.get_logger(__name__)

T = TypeVar("T")

PLAN = "Demo"
LOOK_AGAIN = 0.5


class DemoNotLinked(Problem):
    code = "demo_not_linked"
    message = "The demo's simulated number could not be linked."


@dataclass(frozen=True)
class Seeded:
    """What there is to tell about a demo that is ready."""

    workspace: Workspace
    owner: Teammate


async def offer(parts: Parts, world: World, ready: asyncio.Event) -> None:
    """Make sure that the demo is there, then write `demo.json` and say the same to people."""
    path = demo_file(parts.settings.data_dir)
    known = _read(path)
    seeded = await seed(parts, world)
    password = known.get("owner_password") or secrets.token_urlsafe(12)
    if "owner_password" not in known:
        await parts.sign_in.set_password(seeded.workspace.id, seeded.owner.id, password)
    partner_id = known.get("partner_id") or f"demo-{secrets.token_hex(4)}"
    partner_secret = known.get("partner_secret") or secrets.token_urlsafe(32)
    await _register(parts, partner_id, partner_secret)
    facts = {
        "base_url": parts.settings.base_url,
        "workspace_id": seeded.workspace.slug,
        "api_token": await _token(parts, seeded),
        "partner_id": partner_id,
        "partner_secret": partner_secret,
        "owner_email": seeded.owner.email,
        "owner_password": password,
        "simulator_token": parts.simulator_token,
    }
    _write(path, facts)
    ready.set()
    announce.demo(facts, path, parts.outbox_key if parts.shows_outbox else None)


async def _register(parts: Parts, partner_id: str, secret: str) -> None:
    """The partner of `demo.json`, with the secret that stands there."""
    async with parts.db.system() as tx:
        if await partners.find(tx, partner_id) is None:
            await partners.create(tx, parts.keyring, name=script.PARTNER, partner_id=partner_id, secret=secret)


async def _token(parts: Parts, seeded: Seeded) -> str:
    async with parts.db.read(seeded.workspace.id) as tx:
        return await workspaces.show_token(tx, parts.access, seeded.owner.id)


# Seeding -----------------------------------------------------------------------------------------------------------


async def seed(parts: Parts, world: World) -> Seeded:
    workspace = await find(parts.db) or await _open_workspace(parts)
    async with parts.db.read(workspace.id) as tx:
        owner = await workspaces.get_owner(tx)
    await _seat_colleague(parts, workspace)
    for phone, name in script.PHONES.items():
        await world.add_phone(phone, name)
    number = await _linked_number(parts, world, workspace, owner)
    await _play_conversations(parts, world, workspace, number)
    await _play_business(parts, world, workspace, owner)
    return Seeded(workspace, owner)


async def find(db: Database) -> Workspace | None:
    """The demo's workspace. Its plan tells it from those of people, who may call theirs as they like."""
    async with db.system_read() as tx:
        found = await workspaces.list_workspaces(tx)
    return next((one for one in found if one.plan == PLAN), None)


async def _open_workspace(parts: Parts) -> Workspace:
    async with parts.db.system() as tx:
        created = await workspaces.create(
            tx,
            parts.access,
            display_name=script.WORKSPACE,
            owner_email=script.OWNER[0],
            owner_name=script.OWNER[1],
            zone=script.ZONE,
            plan=PLAN,
            messages_quota=script.MESSAGES_QUOTA,
            api_calls_quota=script.API_CALLS_QUOTA,
        )
    async with parts.db.read(created.workspace_id) as tx:
        return await workspaces.get_workspace(tx)


async def _seat_colleague(parts: Parts, workspace: Workspace) -> None:
    email, name = script.COLLEAGUE
    async with parts.db.read(workspace.id) as tx:
        there = await workspaces.find_teammate(tx, email=email)
    if there is None or there.status is Status.INVITED:
        invited = await parts.db.run(
            workspace.id,
            lambda tx: workspaces.invite(tx, parts.access, email=email, display_name=name, is_mailed=False),
        )
        assert invited.link_token
        await parts.sign_in.use_link(invited.link_token, secrets.token_urlsafe(16), address="demo")


async def _linked_number(parts: Parts, world: World, workspace: Workspace, owner: Teammate) -> Number:
    """The demo's number; linked as people do it, by a QR code and a phone that scans it."""
    there = await _number(parts.db, workspace)
    if there and not there.is_gone:
        return there
    begun = await parts.db.run(workspace.id, lambda tx: numbers.begin_link(tx, owner.id, NumberKind.SIMULATOR))
    shown = await _until(parts.wakes, numbers.PAIRINGS_TOPIC, lambda: _pairing(parts.db, begun, "qr"))
    if shown.qr:
        await world.scan(script.NUMBER, shown.qr)
    ended = await _until(parts.wakes, numbers.PAIRINGS_TOPIC, lambda: _pairing(parts.db, begun, "end"))
    linked = await _number(parts.db, workspace)
    if ended.state is not PairingState.LINKED or linked is None:
        raise DemoNotLinked(f"The demo's simulated number could not be linked: {ended.error or ended.state}.")
    return linked


async def _number(db: Database, workspace: Workspace) -> Number | None:
    async with db.read(workspace.id) as tx:
        return await numbers.find_by_phone(tx, script.NUMBER)


async def _pairing(db: Database, begun: Pairing, wanted: str) -> Pairing | None:
    async with db.read(begun.workspace_id) as tx:
        now = await numbers.get_pairing(tx, begun.id)
    return now if not now.is_open or (wanted == "qr" and now.qr) else None


async def _play_conversations(parts: Parts, world: World, workspace: Workspace, number: Number) -> None:
    """Let the phones write what the script says, unless the chat is there; then sort it as a team would."""
    for group in script.GROUPS:
        await _play_group(parts, world, workspace, group)
    for talk in script.TALKS:
        await _play_talk(parts, world, workspace, number, talk)


async def _play_business(parts: Parts, world: World, workspace: Workspace, owner: Teammate) -> None:
    """The business number with its templates, and the customers who wrote to it."""
    await world.add_phone(script.SERVICE, script.SERVICE_NAME)
    opened = await world.open_business(script.SERVICE)
    assert opened.business
    if not await world.templates(opened.business.waba_id):
        for template in script.TEMPLATES:
            await world.add_template(script.SERVICE, template)
    number = await _business_number(parts, workspace, owner, opened)
    await _until(parts.wakes, WORLD, lambda: _open_link(world))
    for talk in script.SERVICE_TALKS:
        await _play_talk(parts, world, workspace, number, talk)


async def _business_number(parts: Parts, workspace: Workspace, owner: Teammate, phone: Phone) -> Number:
    assert phone.business
    new = NewAccount(
        phone.phone, phone.business.phone_number_id, phone.business.waba_id, "simulated", "simulated",
        f"+{phone.phone}", phone.name,
    )  # fmt: skip

    async def account(tx: Tx) -> Number:
        known = await numbers.find_by_phone(tx, phone.phone)
        if known and not known.is_gone:
            return known
        added = await business.add(tx, parts.keyring, new, owner_id=owner.id, kind=NumberKind.SIMULATOR)
        return await numbers.get(tx, added.account.number_id)

    return await parts.db.run(workspace.id, account)


async def _open_link(world: World) -> bool | None:
    """What is written before the gateway has opened the number would be heard by nobody."""
    return (await world.screen(script.SERVICE)).links > 0 or None


async def _play_group(parts: Parts, world: World, workspace: Workspace, group: script.Group) -> None:
    """A group of an earlier demo is there for ever, as on WhatsApp, and comes back with the number."""
    wanted = chats.ChatFilter(is_group=True, number_jids=[numbers.jid_of(script.NUMBER)])
    if group.subject in await world.subjects_of(script.NUMBER):
        await _until(parts.wakes, FACTS, lambda: _chat(parts.db, workspace, wanted))
        return
    made = await world.create_group(group.subject, [*group.members, script.NUMBER])
    for line in group.lines:
        await world.write(Draft(line.author, made.jid, text=line.text))


async def _play_talk(parts: Parts, world: World, workspace: Workspace, number: Number, talk: script.Talk) -> None:
    wanted = chats.ChatFilter(phone=f"+{talk.contact}", number_jids=[number.jid])
    if await _chat(parts.db, workspace, wanted) is not None:
        return
    for line in talk.lines:
        to = number.phone if line.author == talk.contact else talk.contact
        await world.write(Draft(line.author, to, text=line.text))
    chat = await _until(parts.wakes, FACTS, lambda: _chat(parts.db, workspace, wanted))
    await parts.db.run(workspace.id, lambda tx: _sort(tx, talk, chat))


async def _chat(db: Database, workspace: Workspace, wanted: chats.ChatFilter) -> chats.Chat | None:
    async with db.read(workspace.id) as tx:
        found = await chats.list_chats(tx, wanted)
    return found.items[0] if found.items else None


async def _sort(tx: Tx, talk: script.Talk, chat: chats.Chat) -> None:
    if talk.labels:
        await chats.add_labels(tx, chat.id, talk.labels)
    if talk.responsible:
        await chats.assign(tx, chat.id, talk.responsible)
    if talk.is_closed:
        await chats.close(tx, chat.id)


async def _until(wakes: Wakes, topic: str, look: Callable[[], Awaitable[T | None]]) -> T:
    """Look each time the topic is woken, and now and then."""
    bell = wakes.bell(topic)
    while (found := await look()) is None:
        await bell.wait(LOOK_AGAIN)
    return found


# Telling -----------------------------------------------------------------------------------------------------------


def demo_file(data_dir: Path) -> Path:
    return data_dir / "demo.json"


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, facts: dict[str, Any]) -> None:
    """Readable by its owner alone from the first byte on, and never half-written."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(facts, file, indent=2)
        file.write("\n")
    fresh.replace(path)


# Removing ------------------------------------------------------------------------------------------------------------


async def remove(parts: Parts, world: World) -> str | None:
    """Unlink the demo's number, then remove the workspace with all that is in it, and `demo.json`."""
    workspace = await find(parts.db)
    if workspace is None:
        return None
    async with parts.db.read(workspace.id) as tx:
        linked = await numbers.list_numbers(tx)
    for number in linked:
        if number.kind is NumberKind.SIMULATOR:
            await world.unlink_phone(number.phone)
    await parts.db.run(workspace.id, workspaces.remove_workspace)
    await _switch_off_partner(parts)
    demo_file(parts.settings.data_dir).unlink(missing_ok=True)
    log.info("demo.removed", workspace=workspace.id)
    return workspace.slug


async def _switch_off_partner(parts: Parts) -> None:
    """What the demo's partner made stays; nobody knows its secret any more."""
    partner_id = _read(demo_file(parts.settings.data_dir)).get("partner_id")
    async with parts.db.system() as tx:
        if partner_id and await partners.find(tx, partner_id):
            await partners.set_active(tx, partner_id, False)
