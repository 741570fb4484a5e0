"""Deals with what customers write."""

from dataclasses import dataclass

from auto_reply_bot.memory import Memory
from auto_reply_bot.rules import HandOver, LeaveAlone, Rules
from tideline.client import Tideline
from tideline.client.events import MessageReceived


@dataclass
class Bot:
    """`human` is the address of the teammate who gets the chats that ask for a person."""

    client: Tideline
    rules: Rules
    memory: Memory
    human: str

    def hear(self, event: MessageReceived) -> None:
        """Deal with a message once, however often it is told of."""
        uid = event.message.message_uid
        if not self.memory.has(uid):
            self._deal_with(event)
            self.memory.add(uid)

    def _deal_with(self, event: MessageReceived) -> None:
        chat_id, message = event.chat.chat_id, event.message
        if event.chat.is_group or self.client.get_chat(chat_id).responsible_email:
            return
        reaction = self.rules.react(message.text, message.timestamp)
        if isinstance(reaction, LeaveAlone):
            return
        # should we die before this is remembered, the same message is sent under the same key, and thus once
        self.client.send_message_to_chat(
            chat_id, text=reaction.text, idempotency_key=f"auto-reply-{message.message_uid}"
        )
        if isinstance(reaction, HandOver):
            self.client.update_chat(chat_id, responsible=self.human)
        else:
            self.client.update_chat(chat_id, read=True)
