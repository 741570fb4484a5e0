"""The simulator: a small WhatsApp inside Tideline, and the connector that links numbers to it.

    world = World(db, wakes, seed="tideline")      the world; every process that hosts a part of it makes one
    connector = SimulatorConnector(world)          for the gateway: `tideline.features.numbers.port.Connector`

What phones do (phones are digits, a conversation is the other phone's digits or a group's address):
    await world.add_phone(phone, name) -> Phone                 the same again changes the name only
    await world.phone(phone) -> Phone / world.phones() -> list[Phone]
    await world.change_phone(phone, PhonePatch(...)) -> Phone
    await world.store_file(kind, filename, mimetype, chunks, sound=None) -> File
    await world.write(Draft(author, to, text=..., file=..., reply_to=...)) -> Written
    await world.write_many([Draft, ...]) -> list[Written | Problem]        one transaction, for tests and benches
    await world.edit(phone, external_id, text) / world.revoke(phone, external_id)
    await world.read(phone, chat) -> int                        how many messages were marked
    await world.react(phone, external_id, emoji or None)
    await world.show_picture(phone, file or None) -> Phone      await world.show_group_picture(jid, file or None)
    await world.call(phone, to, outcome, video=False, seconds=0) -> str
    await world.create_group(subject, members) -> Group         the first member owns it
    await world.change_group(jid, GroupPatch(...)) -> Group / world.group(jid)
    await world.scan(phone, qr) -> LinkId                       await world.enter_code(phone, code) -> LinkId
    await world.unlink_phone(phone) -> int                      ends all links from the phone's side

What the Business Platform does for its numbers (a phone becomes one, and its templates are those of its account):
    await world.open_business(phone, waba_id=None) -> Phone
    await world.add_template(phone, NewTemplate(...)) -> Template
    await world.review_template(phone, name, status, language=None, reason=None) -> Template
    await world.templates(waba_id) -> list[Template]

What a screen shows:
    await world.messages(phone, chat=None, limit=None) -> list[SeenMessage]
    await world.screen(phone) -> Screen                         the whole phone: conversations, messages, calls
    await world.file_of(phone, external_id) -> File             world.file_bytes(file.id) -> AsyncIterator[bytes]
    await world.version() -> int                                grows with every change
    await world.wait_for_change(version, timeout) -> int        for a live page

Each call is one transaction of the world; nothing is reported before it is committed, so the world can testify
after a crash what was really sent.
"""

from tideline.connectors.simulator.connector import SimulatorConnector
from tideline.connectors.simulator.model import (
    LOST_ANSWER,
    NOT_DELIVERED,
    Addressing,
    Business,
    Draft,
    File,
    Group,
    GroupPatch,
    LinkId,
    Member,
    Outcome,
    Phone,
    PhonePatch,
    Role,
    Screen,
    SeenCall,
    SeenChat,
    SeenMessage,
    SeenReaction,
    Status,
    Written,
    media_kind,
)
from tideline.connectors.simulator.templates import NewTemplate, Template
from tideline.connectors.simulator.world import World

__all__ = [
    "LOST_ANSWER",
    "NOT_DELIVERED",
    "Addressing",
    "Business",
    "Draft",
    "File",
    "Group",
    "GroupPatch",
    "LinkId",
    "Member",
    "NewTemplate",
    "Outcome",
    "Phone",
    "PhonePatch",
    "Role",
    "Screen",
    "SeenCall",
    "SeenChat",
    "SeenMessage",
    "SeenReaction",
    "SimulatorConnector",
    "Status",
    "Template",
    "World",
    "Written",
    "media_kind",
]
