"""Brings a workspace into the CRM, and keeps it there up to date."""

import logging
from threading import Lock
from typing import Any

from crm_sync.crm import Crm
from tideline.client import Event, Tideline, UnknownEvent, parse_event, refusals
from tideline.client.events import ChatChangeEvent, ChatEvent, MessageChangeEvent, MessageEvent

log = logging.getLogger(__name__)

WATCHED: tuple[Any, ...] = (
    "message:new",
    "message:edited",
    "message:revoked",
    "message:delivered",
    "message:read",
    "message:failed",
    "chat:new",
    "chat:renamed",
    "chat:responsible:assigned",
    "chat:responsible:unassigned",
)


class Sync:
    """What is read is written before the next is read, so that an older state never replaces a newer one."""

    def __init__(self, client: Tideline, crm: Crm) -> None:
        self._client = client
        self._crm = crm
        self._one_at_a_time = Lock()

    def catch_up(self) -> None:
        """Everything the first time, and what was missed since the last time."""
        cursor = self._crm.cursor
        if cursor is None:
            self._read_everything()
            return
        try:
            self._read_log(cursor)
        except refusals.CursorExpired:
            log.warning("down for too long: everything is read anew")
            self._read_everything()

    def look_at(self, event: Event | UnknownEvent) -> None:
        """Write what the API says now of the thing that an event is about."""
        with self._one_at_a_time:
            match event:
                case MessageEvent(chat=chat, message=message) | MessageChangeEvent(chat=chat, message=message):
                    self._bring_chat(chat.chat_id)
                    self._bring_message(message.message_uid)
                case ChatEvent(chat=changed) | ChatChangeEvent(chat=changed):
                    self._bring_chat(changed.id)

    def _read_everything(self) -> None:
        before = self._client.list_events(after="newest").cursor
        for chat in self._client.iter_chats():
            self._bring_chat_with_history(chat.id)
        self._crm.cursor = before
        self._read_log(before)

    def _read_log(self, cursor: str) -> None:
        for entry in self._client.iter_events(after=cursor, limit=500):
            # an entry has a body for each event type; they are about the same thing
            for body in list(entry.bodies.values())[:1]:
                self.look_at(parse_event(body))
            self._crm.cursor = entry.cursor

    def _bring_chat_with_history(self, chat_id: int) -> None:
        with self._one_at_a_time:
            self._bring_chat(chat_id)
            self._crm.save_messages(*self._client.iter_chat_messages(chat_id, sorting_order="asc"))

    def _bring_chat(self, chat_id: int) -> None:
        try:
            self._crm.save_contact(self._client.get_chat(chat_id))
        except refusals.NotFound:
            log.info("chat %s is gone", chat_id)

    def _bring_message(self, uid: str) -> None:
        try:
            self._crm.save_messages(self._client.get_message(uid))
        except refusals.NotFound:
            log.info("message %s is gone", uid)
