"""Sending: any number of requests are checked, charged, stored and queued together, each succeeds or fails by itself.

Everything is looked at before anything is written, because a request that fails stores and charges nothing.
"""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from tideline.features import business, chats, files, numbers, templates, workspaces
from tideline.features.chats import Chat, ChatId, SeenPeer
from tideline.features.files import File
from tideline.features.messages import errors
from tideline.features.messages.actions.incoming import newest
from tideline.features.messages.drafts import Draft, attachment_of, shown
from tideline.features.messages.events import Told
from tideline.features.messages.model import TEMPLATE, MessageUid, Outgoing, Status, ToChat, ToChatName
from tideline.features.messages.requests import Desk, Request, media_kind
from tideline.features.messages.store import rows
from tideline.features.numbers import Number, NumberId
from tideline.platform import lanes, once
from tideline.platform.db import Tx
from tideline.platform.ids import uuid7

ROUNDS = 3


async def send_batch(tx: Tx, outgoing: Sequence[Outgoing]) -> list[MessageUid | Exception]:
    """Queue messages, in order. The answer has the uid of each message, or the problem that kept it from being one;
    for one that was sent before under its key `AnsweredBefore`, and `RunAgain` when it only now has a predecessor."""
    requests = [Request(asked, asked.actor or tx.actor) for asked in outgoing]
    await _find_repeated(tx, [request for request in requests if request.asked.once])
    if new := [request for request in requests if request.is_open]:
        await _send(tx, new)
    return [_result(request) for request in requests]


async def _find_repeated(tx: Tx, requests: Sequence[Request]) -> None:
    if not requests:
        return
    known = await once.look(tx, [request.asked.once for request in requests if request.asked.once])
    for request, problem in zip(requests, known, strict=True):
        request.problem = problem


async def _send(tx: Tx, requests: Sequence[Request]) -> None:
    desk = await _look(tx, requests)
    for request in requests:
        request.check(desk.check_content)
    await _find_chats(tx, desk, requests)
    for request in requests:
        request.check(desk.check_chat)
    await _charge(tx, [request for request in requests if request.is_open and request.asked.credits])
    accepted = [request for request in requests if request.is_open]
    if accepted:
        await _open_chats(tx, desk, [request for request in accepted if request.needs_chat])
        await _label(tx, desk, [request for request in accepted if request.label])
        await _name(tx, desk, [request for request in accepted if request.chat_name])
        await _queue(tx, desk, accepted)
        await once.remember(tx, [(request.asked.once, request.message) for request in accepted if request.asked.once])


async def ensure_open(tx: Tx, outgoing: Outgoing) -> None:
    """Raise now what a send would raise later because of the chat; for those who have much to do before they send.
    Nothing is locked: the send looks again."""
    request = Request(outgoing, outgoing.actor or tx.actor)
    desk = await _look(tx, [request])
    request.check(desk.address)
    await _look_ahead(tx, desk, [request])
    if request.problem:
        raise request.problem


async def foresee(tx: Tx, outgoing: Sequence[Outgoing]) -> list[tuple[Chat | None, Exception | None]]:
    """For each the chat it would go into, where there is one, and the problem that would keep it from being queued.
    Nothing is locked, and nobody pays."""
    requests = [Request(asked, asked.actor or tx.actor) for asked in outgoing]
    if not requests:
        return []
    desk = await _look(tx, requests)
    for request in requests:
        request.check(desk.check_content)
    await _look_ahead(tx, desk, requests)
    return [(desk.chats.get(one.chat_id) if one.chat_id else None, one.problem) for one in requests]


async def _look_ahead(tx: Tx, desk: Desk, requests: Sequence[Request]) -> None:
    """The chats there are, unlocked, and whether they can be written to."""
    await _aim(tx, desk, requests)
    ids = {request.chat_id for request in requests if request.chat_id is not None}
    desk.chats = dict(await chats.get_many(tx, ids)) if ids else {}
    for request in requests:
        request.check(desk.check_chat)


async def _aim(tx: Tx, desk: Desk, requests: Sequence[Request]) -> None:
    """Which number and which chat each goes to, as far as there is one."""
    desk.groups = await chats.find_groups(tx, {r.peer.group for r in requests if r.peer and r.peer.group})
    desk.current = await chats.resolve(tx, {r.asked.to.chat_id for r in requests if isinstance(r.asked.to, ToChat)})
    for request in requests:
        request.check(desk.aim)
    to_people = [(r.number.id, person) for r in requests if r.number and (person := r.person)]
    met = await chats.find_met(tx, to_people)
    for request in requests:
        if request.number and (person := request.person):
            request.chat_id = met.get((request.number.id, person))


def _result(request: Request) -> MessageUid | Exception:
    result = request.problem or request.uid
    assert result is not None
    return result


async def _look(tx: Tx, requests: Sequence[Request]) -> Desk:
    asked = [request.asked for request in requests]
    wanted_names = {one.to.name for one in asked if isinstance(one.to, ToChatName)}
    wanted_names |= {one.chat_name for one in asked if one.chat_name}
    quoted = {one.reply_to for one in asked if one.reply_to}
    wanted_templates = {one.template_id for one in asked if one.template_id is not None}
    found_templates = await templates.get_many(tx, wanted_templates) if wanted_templates else {}
    attached = {one.file_uid for one in asked if one.file_uid}
    attached |= {template.file.uid for template in found_templates.values() if template.file}
    wanted_platform = {one.template.name for one in asked if one.template}
    authors = {author_id for request in requests if (author_id := request.author_id) is not None}
    return Desk(
        numbers={number.id: number for number in await numbers.list_numbers(tx)},
        templates=found_templates,
        files=await files.get_many(tx, attached) if attached else {},
        platform_templates=await business.find_templates(tx, wanted_platform) if wanted_platform else (),
        quotable=await rows.find_quotable(tx, quoted) if quoted else {},
        named=await chats.find_named(tx, wanted_names) if wanted_names else {},
        authors=await workspaces.find_teammates(tx, authors) if authors else {},
        now=tx.now,
    )


async def _find_chats(tx: Tx, desk: Desk, requests: Sequence[Request]) -> None:
    """The chats there are, locked. One may be merged away between the look and the lock; then we look again.

    Numbers that are about to get new chats are locked before any chat is, as everywhere.
    """
    for _ in range(ROUNDS):
        await _aim(tx, desk, requests)
        for number_id in sorted({r.number.id for r in requests if r.needs_chat and r.number}):
            await numbers.lock(tx, number_id)
        ids = {r.chat_id for r in requests if r.is_open and r.chat_id is not None}
        desk.chats = await chats.hold(tx, ids)
        if desk.chats.keys() == ids:
            return
    raise RuntimeError("the chats of a batch went away again and again")


async def _charge(tx: Tx, requests: Sequence[Request]) -> None:
    charges = await workspaces.charge(tx, [request.asked.credits for request in requests])
    for request, charge in zip(requests, charges, strict=True):
        request.charge = charge
        if charge is None:
            request.problem = errors.SendingQuotaExceeded()


async def _open_chats(tx: Tx, desk: Desk, requests: Sequence[Request]) -> None:
    by_number: dict[NumberId, list[Request]] = defaultdict(list)
    for request in requests:
        assert request.number
        by_number[request.number.id].append(request)
    for number_id, some in sorted(by_number.items()):
        peers = [SeenPeer(request.peer, cause="outgoing") for request in some if request.peer]
        opened = await chats.find_or_create(tx, desk.numbers[number_id], peers)
        for request, chat in zip(some, opened, strict=True):
            request.chat_id = chat.id
            desk.chats[chat.id] = chat


async def _label(tx: Tx, desk: Desk, requests: Sequence[Request]) -> None:
    wanted: dict[ChatId, list[str]] = defaultdict(list)
    for request in requests:
        if request.chat_id is not None and request.label:
            wanted[request.chat_id].append(request.label)
    labelled = await chats.put(tx, [(desk.chats[one], some) for one, some in sorted(wanted.items())], desk.numbers)
    desk.chats |= {chat.id: chat for chat in labelled}


async def _name(tx: Tx, desk: Desk, requests: Sequence[Request]) -> None:
    """A name that was free a moment ago and is taken now fails the whole batch; alone, the request gets the problem."""
    for request in requests:
        if request.chat_id is not None and request.chat_name:
            await chats.rename(tx, request.chat_id, request.chat_name)
            renamed = msgspec.structs.replace(desk.chats[request.chat_id], name=request.chat_name, is_renamed=True)
            desk.chats[request.chat_id] = renamed


async def _queue(tx: Tx, desk: Desk, requests: Sequence[Request]) -> None:
    drafts = [_draft(tx, desk, request) for request in requests]
    await rows.insert(tx, drafts)
    told = {number_id: Told(number) for number_id, number in desk.numbers.items()}
    moved = {}
    items = []
    for request, draft in zip(requests, drafts, strict=True):
        chat = moved[draft.chat_id] = desk.chats[draft.chat_id] = _moved(desk.chats[draft.chat_id], request, draft)
        author = desk.authors.get(request.author_id) if request.author_id else None
        message = shown(draft, chat, tx.now, sender_phone=None, author=author.display_name if author else None)
        tx.record(told[draft.number_id].fact("MessageSent", chat, message, actor=request.actor))
        items.append(item(desk.numbers[draft.number_id], chat, draft.uid, tx))
        request.uid, request.message = draft.uid, message
    await chats.move(tx, list(moved.values()))
    if uses := [(use, request.actor) for request in requests if (use := request.use)]:
        await templates.count_uses(tx, uses)
    tx.before_commit(lambda last: lanes.enqueue(last, last.workspace_id, items))


def _moved(chat: Chat, request: Request, draft: Draft) -> Chat:
    """An answer attends to the chat; one that a human typed also silences the machine."""
    is_locked = chat.autoresponse_locked or request.actor.kind == "teammate"
    attended = {"unattended": False, "waiting_since": None, "autoresponse_locked": is_locked}
    return msgspec.structs.replace(chat, **attended, **newest(chat, draft))


def item(number: Number, chat: Chat, uid: MessageUid, tx: Tx) -> lanes.NewItem:
    """A message on the lane of its number; on that of its chat for business numbers, where chats wait for nobody. With
    a time, so that trying it again later does not move it behind those that were queued after it."""
    lane = lanes.Lane(numbers.SEND_LANE, number.id, str(chat.id) if number.is_business else "")
    return lanes.NewItem(lane, {"uid": str(uid)}, due_at=tx.now)


def _draft(tx: Tx, desk: Desk, request: Request) -> Draft:
    asked = request.asked
    assert request.number
    assert request.chat_id is not None
    file = desk.files[request.file_uid] if request.file_uid else None
    return Draft(
        uid=MessageUid(uuid7()),
        chat_id=request.chat_id,
        number_id=request.number.id,
        external_id=None,
        from_me=True,
        status=Status.PENDING,
        origin=asked.origin,
        at=tx.now,
        content=_content(request, file),
        text=request.filled.message.text if request.filled else asked.text,
        created_by=request.author_id,
        reply_to=asked.reply_to,
        metadata=asked.metadata,
        attachment=attachment_of(file) if file else None,
        charge=request.charge,
        data=request.filled.data if request.filled else {},
    )


def _content(request: Request, file: File | None) -> str:
    if request.filled:
        return TEMPLATE
    return (request.asked.kind or media_kind(file.mimetype)).value if file else "text"
