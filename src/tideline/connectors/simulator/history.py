"""What a phone hands over to a new linked device: everything it shows, in chunks, the oldest first."""

from collections.abc import Iterator, Sequence

from tideline.connectors.simulator.delivering import media_ref
from tideline.connectors.simulator.model import Link, Phone, SeenMessage
from tideline.connectors.simulator.seeing import read_messages
from tideline.connectors.simulator.step import Step
from tideline.connectors.simulator.writing import is_group
from tideline.features.numbers.port import HISTORY_CHUNK, HistoryChunk, MessageReceived, Named, Peer, Via

MOST = 5000  # a real phone hands over some months; the newest are enough


async def hand_over(step: Step, link: Link, phone: Phone) -> None:
    """Put what was said before the link on its queue."""
    seen = await read_messages(step.tx, phone.id, None, MOST)
    chats = {message.chat for message in seen}
    await step.load(
        phones_={message.author for message in seen} | {chat for chat in chats if not is_group(chat)},
        groups_={chat for chat in chats if is_group(chat)},
    )
    for start in range(0, len(seen), HISTORY_CHUNK):
        some = seen[start : start + HISTORY_CHUNK]
        step.tell(link, HistoryChunk([_message(step, link, one) for one in some], list(_names(step, link, some))))


def _message(step: Step, link: Link, seen: SeenMessage) -> MessageReceived:
    """A message as it is now: one that was taken back is here without what it held."""
    by = None if seen.is_own else step.name(link, step.known_phone(seen.author))
    return MessageReceived(
        chat=_chat(step, link, seen.chat),
        external_id=seen.external_id,
        at=seen.at,
        from_me=seen.is_own,
        via=Via.HISTORY,
        text=seen.text,
        media=media_ref(seen.file),
        sender=by,
        push_name=None if seen.is_own else seen.author_name,
        reply_to=seen.reply_to,
        unsupported="revoked" if seen.is_revoked else None,
        group_subject=step.cast.groups[seen.chat].subject if is_group(seen.chat) else None,
        status=seen.status.value if seen.is_own else None,
    )


def _chat(step: Step, link: Link, chat: str) -> Peer:
    return Peer(group=chat) if is_group(chat) else step.name(link, step.known_phone(chat))


def _names(step: Step, link: Link, seen: Sequence[SeenMessage]) -> Iterator[Named]:
    for chat in dict.fromkeys(message.chat for message in seen):
        name = step.cast.groups[chat].subject if is_group(chat) else step.known_phone(chat).name
        yield Named(_chat(step, link, chat), name, is_sure=False)
