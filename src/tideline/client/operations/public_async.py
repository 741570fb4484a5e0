"""The operations as methods to await. Made from the contract by `python -m generate`."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Literal

from tideline.client.async_connection import AsyncConnection
from tideline.client.calls import UNSET, Call, Unset, given, json_text, key_or_new, segment
from tideline.client.models import (
    Chat,
    ChatPage,
    Delivery,
    DeliveryDetails,
    DeliveryPage,
    DeliveryRef,
    EventLogEntry,
    EventPage,
    File,
    FileShort,
    FoundMessage,
    FoundMessagePage,
    LabelPage,
    LabelPageLabel,
    LabelSet,
    ListTemplatesV2Answer,
    ListWabaAccountsAnswer,
    ListWabaChatsAnswer,
    ListWabaTemplatesAnswer,
    ListWhatsappAccountsAnswer,
    ListWhatsappAccountsV2Answer,
    Message,
    MessagePage,
    MessageRef,
    QuotaSet,
    Reactions,
    RedeliveredCount,
    StatusEntry,
    Team,
    Teammate,
    TeammateList,
    Template,
    TemplateList,
    TemplateVisibility,
    TrackTemplateUsageV2Answer,
    WabaAccountDetail,
    WabaAccountOpened,
    WabaAnalytics,
    WabaChat,
    WabaSendTemplate,
    WabaTemplate,
    WabaTemplateDetail,
    Webhook,
    WebhookEvent,
    WebhookSchedule,
    WebhookSecret,
    Workspace,
)
from tideline.client.paging import by_cursor_async, by_number_async
from tideline.client.uploads import Upload

PREFIX = "/integrations/api"


class AsyncPublicApi(AsyncConnection):
    """Every operation of the contract."""

    async def list_chats(
        self,
        *,
        label: str | None = None,
        whatsapp_account_id: str | None = None,
        group: bool | None = None,
        responsible: str | None = None,
        name: str | None = None,
        phone: str | None = None,
        read: bool | None = None,
        closed: bool | None = None,
        chatgpt_autoresponse_enabled: bool | None = None,
        page: int | None = None,
        created_after: datetime | str | None = None,
        created_before: datetime | str | None = None,
        whatsapp_phone: str | None = None,
        with_msg: bool | None = None,
        updated_after: datetime | str | None = None,
        updated_before: datetime | str | None = None,
    ) -> ChatPage:
        """List chats.

        All chats of the workspace, filters joined with AND, fifty per page. Documented order: newest
        last message first, then name ascending.

        * label: Comma list; keeps chats having any of these labels. Exact names.
        * whatsapp_account_id: Comma list of account JIDs owning the chat.
        * group: true groups only, false direct chats only.
        * responsible: Comma list of assignee emails.
        * name: Comma list of substrings, any match, case-insensitive. A part with a space inside is one
          substring.
        * phone: One number, direct chats only (groups drop out). Cleaned like a recipient; with a
          leading plus the match is exact, without it leading zeros go and the rest may match anywhere
          in the stored phone.
        * read: true read, false unread.
        * closed: true closed, false open.
        * chatgpt_autoresponse_enabled: Filter on the AI auto-reply switch.
        * page: Page number from 1, fifty items each. Continue while has_more_pages is true.
        * created_after: Created later than this moment.
        * created_before: Created earlier than this moment.
        * whatsapp_phone: Comma list of contact phones, matched on direct chats (also with a leading
          zero instead of the country code) and on group membership.
        * with_msg: true adds last_message to every chat.
        * updated_after: Changed at this moment or later, see updated_at. Ask with the largest
          updated_at you have, less a minute: a change that was long in the making may carry a time that
          you have passed already.
        * updated_before: Changed at this moment or earlier.

        GET /chats
        """
        return await self.send(
            Call(
                "GET",
                "/chats",
                ChatPage,
                under="data",
                query=given(
                    {
                        "label": label,
                        "whatsapp_account_id": whatsapp_account_id,
                        "group": group,
                        "responsible": responsible,
                        "name": name,
                        "phone": phone,
                        "read": read,
                        "closed": closed,
                        "chatgpt_autoresponse_enabled": chatgpt_autoresponse_enabled,
                        "page": page,
                        "created_after": created_after,
                        "created_before": created_before,
                        "whatsapp_phone": whatsapp_phone,
                        "with_msg": with_msg,
                        "updated_after": updated_after,
                        "updated_before": updated_before,
                    }
                ),
            )
        )

    def iter_chats(
        self,
        *,
        label: str | None = None,
        whatsapp_account_id: str | None = None,
        group: bool | None = None,
        responsible: str | None = None,
        name: str | None = None,
        phone: str | None = None,
        read: bool | None = None,
        closed: bool | None = None,
        chatgpt_autoresponse_enabled: bool | None = None,
        page: int = 1,
        created_after: datetime | str | None = None,
        created_before: datetime | str | None = None,
        whatsapp_phone: str | None = None,
        with_msg: bool | None = None,
        updated_after: datetime | str | None = None,
        updated_before: datetime | str | None = None,
    ) -> AsyncIterator[Chat]:
        """Everything that `list_chats` lists, page after page as it is come to."""
        return by_number_async(
            page,
            lambda at: self.list_chats(
                label=label,
                whatsapp_account_id=whatsapp_account_id,
                group=group,
                responsible=responsible,
                name=name,
                phone=phone,
                read=read,
                closed=closed,
                chatgpt_autoresponse_enabled=chatgpt_autoresponse_enabled,
                page=at,
                created_after=created_after,
                created_before=created_before,
                whatsapp_phone=whatsapp_phone,
                with_msg=with_msg,
                updated_after=updated_after,
                updated_before=updated_before,
            ),
            lambda found: found.chats,
        )

    async def get_chat(self, chat_id: int) -> Chat:
        """Read one chat.

        * chat_id: Chat id as in the chat address and in webhooks. Groups included.

        GET /chats/{chat_id}
        """
        return await self.send(Call("GET", f"/chats/{segment(chat_id)}", Chat, under="data"))

    async def update_chat(
        self,
        chat_id: int,
        *,
        name: str | None = None,
        responsible: str | None = None,
        closed: bool | None = None,
        read: bool | None = None,
        chatgpt_autoresponse_enabled: bool | None = None,
        metadata: Mapping[str, Any] | Unset | None = UNSET,
    ) -> Chat:
        """Rename, assign, close, reopen, mark read, switch AI.

        Answers the chat after the change.

        * chat_id: Chat id as in the chat address and in webhooks. Groups included.
        * name: New display name, unique in the workspace.
        * responsible: Email of the teammate to assign; an empty string removes the assignment.
        * closed: true closes, false reopens.
        * read: true marks read, false marks unread.
        * chatgpt_autoresponse_enabled: Turns the AI auto-reply on (also lifting a block caused by a
          manual reply) or off.
        * metadata: Takes the place of what is kept there, as a whole; null or {} takes it away.

        PATCH /chats/{chat_id}
        """
        return await self.send(
            Call(
                "PATCH",
                f"/chats/{segment(chat_id)}",
                Chat,
                under="data",
                body=given(
                    {
                        "name": name,
                        "responsible": responsible,
                        "closed": closed,
                        "read": read,
                        "chatgpt_autoresponse_enabled": chatgpt_autoresponse_enabled,
                    },
                    {"metadata": metadata},
                ),
            )
        )

    async def list_chat_messages(
        self,
        chat_id: int,
        *,
        from_me: bool | None = None,
        after: datetime | str | None = None,
        before: datetime | str | None = None,
        after_message: str | None = None,
        before_message: str | None = None,
        sorting_order: Literal["asc", "desc"] | None = None,
        page: int | None = None,
    ) -> MessagePage:
        """Read the history of a chat.

        Fifty per page, newest first unless sorting_order=asc. Filters joined with AND. Notes are in the
        list (message_type note).

        * chat_id: Chat id as in the chat address and in webhooks. Groups included.
        * from_me: true sent by the connected number, false received.
        * after: Date or date-time, inclusive lower bound.
        * before: Date or date-time, inclusive upper bound.
        * after_message: Only messages later than this UID, itself excluded.
        * before_message: Only messages earlier than this UID, itself excluded.
        * sorting_order: Order by timestamp.
        * page: Page number from 1, fifty items each.

        GET /chats/{chat_id}/messages
        """
        return await self.send(
            Call(
                "GET",
                f"/chats/{segment(chat_id)}/messages",
                MessagePage,
                under="data",
                query=given(
                    {
                        "from_me": from_me,
                        "after": after,
                        "before": before,
                        "after_message": after_message,
                        "before_message": before_message,
                        "sorting_order": sorting_order,
                        "page": page,
                    }
                ),
            )
        )

    def iter_chat_messages(
        self,
        chat_id: int,
        *,
        from_me: bool | None = None,
        after: datetime | str | None = None,
        before: datetime | str | None = None,
        after_message: str | None = None,
        before_message: str | None = None,
        sorting_order: Literal["asc", "desc"] | None = None,
        page: int = 1,
    ) -> AsyncIterator[Message]:
        """Everything that `list_chat_messages` lists, page after page as it is come to."""
        return by_number_async(
            page,
            lambda at: self.list_chat_messages(
                chat_id=chat_id,
                from_me=from_me,
                after=after,
                before=before,
                after_message=after_message,
                before_message=before_message,
                sorting_order=sorting_order,
                page=at,
            ),
            lambda found: found.messages,
        )

    async def send_message_to_chat(
        self,
        chat_id: int,
        *,
        text: str | None = None,
        file_uid: str | None = None,
        label: str | None = None,
        chat_name: str | None = None,
        attachment_template_id: int | None = None,
        metadata: Mapping[str, Any] | Unset | None = UNSET,
        reply_to: str | Unset | None = UNSET,
        idempotency_key: str | None = None,
    ) -> MessageRef:
        """Send into a chat.

        Queues a text, a file, or both. Leaves from the number that owns the chat.

        * chat_id: Chat id as in the chat address and in webhooks. Groups included.
        * text: Plain text, line breaks as \\n.
        * file_uid: UID of one uploaded file to attach. One attachment per message.
        * label: Label added to the chat as part of the send.
        * chat_name: Appears in the vendor base schema of every send.
        * attachment_template_id: Id of a stored attachment template to send.
        * metadata: Kept with the message and given back with it.
        * reply_to: UID of the message being quoted. Same workspace and same connected number. Null or
          empty is ignored.

        POST /chats/{chat_id}/messages
        """
        return await self.send(
            Call(
                "POST",
                f"/chats/{segment(chat_id)}/messages",
                MessageRef,
                under="data",
                body=given(
                    {
                        "text": text,
                        "file_uid": file_uid,
                        "label": label,
                        "chat_name": chat_name,
                        "attachment_template_id": attachment_template_id,
                    },
                    {"metadata": metadata, "reply_to": reply_to},
                ),
                key=key_or_new(idempotency_key),
            )
        )

    async def send_voice_message(
        self,
        chat_id: int,
        *,
        file: Upload,
        metadata: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> MessageRef:
        """Send a voice note into a chat.

        ogg, oga or mp3, delivered as a push-to-talk note.

        * chat_id: Chat id as in the chat address and in webhooks. Groups included.
        * file: Audio part: ogg, oga or mp3.
        * metadata: The metadata of the message as JSON text, within the limits of Metadata.

        POST /chats/{chat_id}/voice_message
        """
        return await self.send(
            Call(
                "POST",
                f"/chats/{segment(chat_id)}/voice_message",
                MessageRef,
                under="data",
                form=given({"metadata": json_text(metadata)}),
                file=file,
                key=key_or_new(idempotency_key),
            )
        )

    async def send_file_message(
        self,
        chat_id: int,
        *,
        file: Upload,
        filename: str | None = None,
        content_type: str | None = None,
        caption: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> MessageRef:
        """Send a document into a chat in one request.

        * chat_id: Chat id as in the chat address and in webhooks. Groups included.
        * file: Binary part.
        * filename: Name to store instead of the one in the part header.
        * content_type: MIME type to store instead of the detected one.
        * caption: Text under the document.
        * metadata: The metadata of the message as JSON text, within the limits of Metadata.

        POST /chats/{chat_id}/file_message
        """
        return await self.send(
            Call(
                "POST",
                f"/chats/{segment(chat_id)}/file_message",
                MessageRef,
                under="data",
                form=given(
                    {
                        "filename": filename,
                        "content_type": content_type,
                        "caption": caption,
                        "metadata": json_text(metadata),
                    }
                ),
                file=file,
                key=key_or_new(idempotency_key),
            )
        )

    async def list_chat_labels(self, chat_id: int) -> LabelSet:
        """Labels of a chat.

        * chat_id: Chat id as in the chat address and in webhooks. Groups included.

        GET /chats/{chat_id}/labels
        """
        return await self.send(Call("GET", f"/chats/{segment(chat_id)}/labels", LabelSet, under="data"))

    async def add_chat_labels(self, chat_id: int, *, labels: list[str] | tuple[str, ...]) -> LabelSet:
        """Add labels.

        Keeps the labels already there. Answers the full resulting set.

        * chat_id: Chat id as in the chat address and in webhooks. Groups included.
        * labels: Plain label names.

        PUT /chats/{chat_id}/labels
        """
        return await self.send(
            Call("PUT", f"/chats/{segment(chat_id)}/labels", LabelSet, under="data", body=given({"labels": labels}))
        )

    async def replace_chat_labels(self, chat_id: int, *, labels: list[str] | tuple[str, ...]) -> LabelSet:
        """Replace all labels.

        The given list becomes the whole set; an empty list clears it.

        * chat_id: Chat id as in the chat address and in webhooks. Groups included.
        * labels: Plain label names.

        POST /chats/{chat_id}/labels
        """
        return await self.send(
            Call("POST", f"/chats/{segment(chat_id)}/labels", LabelSet, under="data", body=given({"labels": labels}))
        )

    async def list_labels(self, *, page: int | None = None) -> LabelPage:
        """All labels of the workspace.

        By name, each with the number of chats that have it; labels that no chat has any more are there
        too. A thousand per page.

        * page: Page number from 1, fifty items each. Continue while has_more_pages is true.

        GET /labels
        """
        return await self.send(Call("GET", "/labels", LabelPage, under="data", query=given({"page": page})))

    def iter_labels(self, *, page: int = 1) -> AsyncIterator[LabelPageLabel]:
        """Everything that `list_labels` lists, page after page as it is come to."""
        return by_number_async(page, lambda at: self.list_labels(page=at), lambda found: found.labels)

    async def add_chat_note(
        self,
        chat_id: int,
        *,
        text: str,
        is_private: bool | None = None,
        metadata: Mapping[str, Any] | Unset | None = UNSET,
        idempotency_key: str | None = None,
    ) -> MessageRef:
        """Add an internal note.

        Never leaves to WhatsApp. Appears in the history with message_type note.

        * chat_id: Chat id as in the chat address and in webhooks. Groups included.
        * text: Shown as typed, no formatting.
        * is_private: Private note when true.
        * metadata: Kept with the note and given back with it.

        POST /chats/{chat_id}/notes
        """
        return await self.send(
            Call(
                "POST",
                f"/chats/{segment(chat_id)}/notes",
                MessageRef,
                under="data",
                body=given({"text": text, "is_private": is_private}, {"metadata": metadata}),
                key=key_or_new(idempotency_key),
            )
        )

    async def send_message_to_phone(
        self,
        *,
        phone: str,
        whatsapp_account_phone: str | None = None,
        whatsapp_account_id: str | None = None,
        text: str | None = None,
        file_uid: str | None = None,
        label: str | None = None,
        chat_name: str | None = None,
        attachment_template_id: int | None = None,
        metadata: Mapping[str, Any] | Unset | None = UNSET,
        idempotency_key: str | None = None,
    ) -> MessageRef:
        """Send to a phone number.

        Creates the chat when there is none.

        * phone: Recipient, [+]country code, area, number.
        * whatsapp_account_phone: Connected number to send from, international form. Default: the number
          connected last.
        * whatsapp_account_id: Same choice by account JID.
        * text: Plain text, line breaks as \\n.
        * file_uid: UID of one uploaded file to attach. One attachment per message.
        * label: Label added to the chat as part of the send.
        * chat_name: Appears in the vendor base schema of every send.
        * attachment_template_id: Id of a stored attachment template to send.
        * metadata: Kept with the message and given back with it.

        POST /messages
        """
        return await self.send(
            Call(
                "POST",
                "/messages",
                MessageRef,
                under="data",
                body=given(
                    {
                        "phone": phone,
                        "whatsapp_account_phone": whatsapp_account_phone,
                        "whatsapp_account_id": whatsapp_account_id,
                        "text": text,
                        "file_uid": file_uid,
                        "label": label,
                        "chat_name": chat_name,
                        "attachment_template_id": attachment_template_id,
                    },
                    {"metadata": metadata},
                ),
                key=key_or_new(idempotency_key),
            )
        )

    async def send_message_to_jid(
        self,
        *,
        jid: str,
        whatsapp_account_phone: str | None = None,
        whatsapp_account_id: str | None = None,
        text: str | None = None,
        file_uid: str | None = None,
        label: str | None = None,
        chat_name: str | None = None,
        attachment_template_id: int | None = None,
        metadata: Mapping[str, Any] | Unset | None = UNSET,
        reply_to: str | Unset | None = UNSET,
        idempotency_key: str | None = None,
    ) -> MessageRef:
        """Send to a contact or group address.

        * jid: Contact or group address.
        * whatsapp_account_phone: Connected number to send from, international form. Default: the number
          connected last.
        * whatsapp_account_id: Same choice by account JID.
        * text: Plain text, line breaks as \\n.
        * file_uid: UID of one uploaded file to attach. One attachment per message.
        * label: Label added to the chat as part of the send.
        * chat_name: Appears in the vendor base schema of every send.
        * attachment_template_id: Id of a stored attachment template to send.
        * metadata: Kept with the message and given back with it.
        * reply_to: UID of the message being quoted. Same workspace and same connected number. Null or
          empty is ignored.

        POST /messages/to_jid
        """
        return await self.send(
            Call(
                "POST",
                "/messages/to_jid",
                MessageRef,
                under="data",
                body=given(
                    {
                        "jid": jid,
                        "whatsapp_account_phone": whatsapp_account_phone,
                        "whatsapp_account_id": whatsapp_account_id,
                        "text": text,
                        "file_uid": file_uid,
                        "label": label,
                        "chat_name": chat_name,
                        "attachment_template_id": attachment_template_id,
                    },
                    {"metadata": metadata, "reply_to": reply_to},
                ),
                key=key_or_new(idempotency_key),
            )
        )

    async def send_message_to_chat_name(
        self,
        *,
        chat_name: str,
        whatsapp_account_phone: str | None = None,
        text: str | None = None,
        file_uid: str | None = None,
        label: str | None = None,
        attachment_template_id: int | None = None,
        metadata: Mapping[str, Any] | Unset | None = UNSET,
        reply_to: str | Unset | None = UNSET,
        idempotency_key: str | None = None,
    ) -> MessageRef:
        """Send to a chat by its exact name.

        * chat_name: Appears in the vendor base schema of every send.
        * whatsapp_account_phone: Connected number to send from, international form. Default: the number
          connected last.
        * text: Plain text, line breaks as \\n.
        * file_uid: UID of one uploaded file to attach. One attachment per message.
        * label: Label added to the chat as part of the send.
        * attachment_template_id: Id of a stored attachment template to send.
        * metadata: Kept with the message and given back with it.
        * reply_to: UID of the message being quoted. Same workspace and same connected number. Null or
          empty is ignored.

        POST /messages/to_chat_name
        """
        return await self.send(
            Call(
                "POST",
                "/messages/to_chat_name",
                MessageRef,
                under="data",
                body=given(
                    {
                        "chat_name": chat_name,
                        "whatsapp_account_phone": whatsapp_account_phone,
                        "text": text,
                        "file_uid": file_uid,
                        "label": label,
                        "attachment_template_id": attachment_template_id,
                    },
                    {"metadata": metadata, "reply_to": reply_to},
                ),
                key=key_or_new(idempotency_key),
            )
        )

    async def get_message(self, message_uid: str) -> Message:
        """Read one message.

        * message_uid: Message UID, unique in the workspace.

        GET /messages/{message_uid}
        """
        return await self.send(Call("GET", f"/messages/{segment(message_uid)}", Message, under="data"))

    async def get_message_status_history(self, message_uid: str) -> list[StatusEntry]:
        """Delivery history of a message.

        Flat list, oldest first. Empty until the first transition.

        * message_uid: Message UID, unique in the workspace.

        GET /messages/{message_uid}/status_history
        """
        return await self.send(
            Call("GET", f"/messages/{segment(message_uid)}/status_history", list[StatusEntry], under="data")
        )

    async def get_reactions(self, message_uid: str) -> Reactions:
        """Reactions on a message.

        * message_uid: Message UID, unique in the workspace.

        GET /messages/{message_uid}/reactions
        """
        return await self.send(Call("GET", f"/messages/{segment(message_uid)}/reactions", Reactions, under="data"))

    async def set_reaction(self, message_uid: str, *, reaction: str) -> MessageRef:
        """Set or clear the own reaction.

        One reaction per own number; a new emoji takes the place of the old one.

        * message_uid: Message UID, unique in the workspace.
        * reaction: One emoji, or its JSON escape. Empty text takes the own reaction away.

        PATCH /messages/{message_uid}/reactions
        """
        return await self.send(
            Call(
                "PATCH",
                f"/messages/{segment(message_uid)}/reactions",
                MessageRef,
                under="data",
                body=given({"reaction": reaction}),
            )
        )

    async def search_messages(
        self,
        *,
        q: str,
        chat_id: int | None = None,
        whatsapp_account_id: str | None = None,
        sender: str | None = None,
        from_me: bool | None = None,
        message_type: Literal["whatsapp", "note", "email", "summary"] | None = None,
        after: datetime | str | None = None,
        before: datetime | str | None = None,
        page: int | None = None,
    ) -> FoundMessagePage:
        """Search messages by their words.

        The messages that have all the words and phrases of `q` in their text or in the name of their
        file, notes included, as far as the token's teammate sees their chats. Fifty per page, the
        newest 10,000 at most. With one word or phrase the newest comes first. With several, the newest
        200 that have them all are put in order: first where they stand side by side as written, then
        where at most ten words stand between them, then the others, the newer ones first each time; the
        200 before those follow in the same way.

        * q: Words, all of which must be there; "words in quotes" stand side by side; wor* is the
          beginning of a word. Case and accents do not matter.
        * chat_id: Only this chat. 404 when there is none, or the token's teammate does not see it.
        * whatsapp_account_id: Comma list of WhatsApp account ids; only what these numbers sent and
          received.
        * sender: Comma list of phones of contacts and e-mail addresses of teammates; only what any of
          them wrote, contacts in groups too.
        * from_me: true sent by the connected number, and notes; false received.
        * message_type: Only messages of this type.
        * after: Date or date-time, inclusive lower bound.
        * before: Date or date-time, inclusive upper bound; a date is meant to its end.
        * page: Page number from 1, fifty items each. Continue while has_more_pages is true.

        GET /search/messages
        """
        return await self.send(
            Call(
                "GET",
                "/search/messages",
                FoundMessagePage,
                under="data",
                query=given(
                    {
                        "q": q,
                        "chat_id": chat_id,
                        "whatsapp_account_id": whatsapp_account_id,
                        "sender": sender,
                        "from_me": from_me,
                        "message_type": message_type,
                        "after": after,
                        "before": before,
                        "page": page,
                    }
                ),
            )
        )

    def iter_search_messages(
        self,
        *,
        q: str,
        chat_id: int | None = None,
        whatsapp_account_id: str | None = None,
        sender: str | None = None,
        from_me: bool | None = None,
        message_type: Literal["whatsapp", "note", "email", "summary"] | None = None,
        after: datetime | str | None = None,
        before: datetime | str | None = None,
        page: int = 1,
    ) -> AsyncIterator[FoundMessage]:
        """Everything that `search_messages` lists, page after page as it is come to."""
        return by_number_async(
            page,
            lambda at: self.search_messages(
                q=q,
                chat_id=chat_id,
                whatsapp_account_id=whatsapp_account_id,
                sender=sender,
                from_me=from_me,
                message_type=message_type,
                after=after,
                before=before,
                page=at,
            ),
            lambda found: found.messages,
        )

    async def list_files(self, *, filename: str | None = None) -> list[FileShort]:
        """List uploaded files.

        Flat list, not paged.

        * filename: Part of the file name, case-insensitive; an extension works.

        GET /files
        """
        return await self.send(
            Call("GET", "/files", list[FileShort], under="data", query=given({"filename": filename}))
        )

    async def upload_file_by_url(
        self,
        *,
        download_url: str,
        filename: str | None = None,
        content_type: str | None = None,
        idempotency_key: str | None = None,
    ) -> File:
        """Upload from a public address.

        Name and type are detected unless given.

        * download_url: Public address of the file itself; sharing pages of cloud drives do not work.
        * filename: Overrides the name taken from the address.
        * content_type: Overrides the detected MIME type.

        POST /files
        """
        return await self.send(
            Call(
                "POST",
                "/files",
                File,
                under="data",
                body=given({"download_url": download_url, "filename": filename, "content_type": content_type}),
                key=key_or_new(idempotency_key),
                takes=180,
            )
        )

    async def get_file(self, file_uid: str) -> File:
        """File details with a fresh download link.

        * file_uid: Uploaded file UID.

        GET /files/{file_uid}
        """
        return await self.send(Call("GET", f"/files/{segment(file_uid)}", File, under="data"))

    async def delete_file(self, file_uid: str) -> None:
        """Delete an uploaded file.

        * file_uid: Uploaded file UID.

        DELETE /files/{file_uid}
        """
        await self.send(Call("DELETE", f"/files/{segment(file_uid)}", type(None)))

    async def upload_file_by_form(
        self,
        *,
        file: Upload,
        filename: str | None = None,
        content_type: str | None = None,
        idempotency_key: str | None = None,
    ) -> File:
        """Upload as multipart form.

        * file: Binary part.
        * filename: Name to store instead of the one in the part header.
        * content_type: MIME type to store instead of the detected one.

        POST /files_upload
        """
        return await self.send(
            Call(
                "POST",
                "/files_upload",
                File,
                under="data",
                form=given({"filename": filename, "content_type": content_type}),
                file=file,
                key=key_or_new(idempotency_key),
            )
        )

    async def list_whatsapp_accounts(self) -> ListWhatsappAccountsAnswer:
        """Connected WhatsApp numbers.

        GET /whatsapp_accounts
        """
        return await self.send(Call("GET", "/whatsapp_accounts", ListWhatsappAccountsAnswer, under="data"))

    async def get_workspace(self) -> Workspace:
        """Workspace identity, plan and quotas.

        GET /workspace
        """
        return await self.send(Call("GET", "/workspace", Workspace, under="data"))

    async def get_workspace_quotas(self) -> QuotaSet:
        """Quotas only.

        GET /workspace/quotas
        """
        return await self.send(Call("GET", "/workspace/quotas", QuotaSet, under="data"))

    async def list_teammates(self) -> TeammateList:
        """People and teams.

        GET /workspace/teammates
        """
        return await self.send(Call("GET", "/workspace/teammates", TeammateList, under="data"))

    async def get_own_teammate(self) -> Teammate:
        """The person behind the token.

        GET /workspace/teammates/me
        """
        return await self.send(Call("GET", "/workspace/teammates/me", Teammate, under="data"))

    async def update_teammate(
        self,
        user_id: int | str,
        *,
        role: Literal["admin", "team_supervisor", "teammate", "agent", "collaborator"] | None = None,
        team_title: str | None = None,
        suspended: bool | None = None,
    ) -> Teammate:
        """Change role or team, suspend, restore.

        Only members present change anything. Another role ends the person's sessions; a suspended
        person frees the seat, and sessions and token end. Restoring needs a free seat.

        * user_id: user_id from the teammates list. Typed string by the vendor.
        * role: Compared without regard to case.
        * team_title: Existing team.
        * suspended: true closes the workspace to the person, false opens it again.

        PATCH /workspace/teammates/{user_id}
        """
        return await self.send(
            Call(
                "PATCH",
                f"/workspace/teammates/{segment(user_id)}",
                Teammate,
                under="data",
                body=given({"role": role, "team_title": team_title, "suspended": suspended}),
            )
        )

    async def remove_teammate(self, user_id: int | str) -> None:
        """Remove somebody from the workspace.

        The seat is free, sessions and token end. What the person wrote keeps the name; chats stay
        assigned until somebody assigns them anew.

        * user_id: user_id from the teammates list. Typed string by the vendor.

        DELETE /workspace/teammates/{user_id}
        """
        await self.send(Call("DELETE", f"/workspace/teammates/{segment(user_id)}", type(None)))

    async def invite_teammate(
        self,
        *,
        email: str,
        first_name: str | None = None,
        last_name: str | None = None,
        team_title: str | None = None,
        role: Literal["admin", "team_supervisor", "teammate", "agent", "collaborator"] | None = None,
        idempotency_key: str | None = None,
    ) -> Teammate:
        """Invite by email.

        An address already in the workspace gets the requested role and team instead. Approved at once;
        a set-up email goes out.

        * team_title: Existing team; left out means the default team.
        * role: Compared without regard to case.

        POST /workspace/invitations
        """
        return await self.send(
            Call(
                "POST",
                "/workspace/invitations",
                Teammate,
                under="data",
                body=given(
                    {
                        "email": email,
                        "first_name": first_name,
                        "last_name": last_name,
                        "team_title": team_title,
                        "role": role,
                    }
                ),
                key=key_or_new(idempotency_key),
            )
        )

    async def revoke_invitation(self, user_id: int | str) -> None:
        """Take back an open invitation.

        Removes the invitation and its placeholder person.

        * user_id: user_id from the teammates list. Typed string by the vendor.

        DELETE /workspace/invitations/{user_id}
        """
        await self.send(Call("DELETE", f"/workspace/invitations/{segment(user_id)}", type(None)))

    async def create_team(self, *, title: str) -> Team:
        """Create a team.

        Titles are unique without regard to case.

        POST /workspace/teams
        """
        return await self.send(Call("POST", "/workspace/teams", Team, under="data", body=given({"title": title})))

    async def rename_team(self, team_id: int, *, title: str) -> Team:
        """Give a team another title.

        The default team keeps its title.

        * team_id: id from the teams of the teammates list.

        PATCH /workspace/teams/{team_id}
        """
        return await self.send(
            Call("PATCH", f"/workspace/teams/{segment(team_id)}", Team, under="data", body=given({"title": title}))
        )

    async def remove_team(self, team_id: int) -> None:
        """Remove an empty team.

        409 while people or templates belong to it, and for the default team.

        * team_id: id from the teams of the teammates list.

        DELETE /workspace/teams/{team_id}
        """
        await self.send(Call("DELETE", f"/workspace/teams/{segment(team_id)}", type(None)))

    async def list_webhooks(self) -> list[Webhook]:
        """List subscriptions.

        Flat list by id ascending, not paged.

        GET /webhooks
        """
        return await self.send(Call("GET", "/webhooks", list[Webhook], under="data"))

    async def create_webhook(
        self,
        *,
        event_type: WebhookEvent,
        url: str,
        enabled: bool | None = None,
        strict_order: bool | None = None,
        retry_schedule: WebhookSchedule | None = None,
    ) -> Webhook:
        """Subscribe a URL to one event.

        Safe to repeat: one subscription per event_type and url. An existing active one comes back
        unchanged, a paused one is switched on, a deleted one returns with its old id and switched on.

        * event_type: Subscribable event. The first twelve are in the seed index; calls and reactions
          came in May 2026, waba in August 2026. Those under x-extension are this project's own.
        * url: http or https address, publicly reachable.
        * enabled: false stores the subscription paused.
        * strict_order: One event at a time, in the order in which things happened; an event that fails
          holds up those behind it until it is delivered or given up. Otherwise the order is that of
          each chat, for first attempts.
        * retry_schedule: How often an event that failed is tried. Standard is three times in all;
          extended goes on for three days.

        POST /webhooks
        """
        return await self.send(
            Call(
                "POST",
                "/webhooks",
                Webhook,
                under="data",
                body=given(
                    {
                        "event_type": event_type,
                        "url": url,
                        "enabled": enabled,
                        "strict_order": strict_order,
                        "retry_schedule": retry_schedule,
                    }
                ),
            )
        )

    async def get_webhook(self, webhook_id: int | str) -> Webhook:
        """Read a subscription.

        * webhook_id: Subscription id. Typed string by the vendor, numeric in practice.

        GET /webhooks/{webhook_id}
        """
        return await self.send(Call("GET", f"/webhooks/{segment(webhook_id)}", Webhook, under="data"))

    async def update_webhook(
        self,
        webhook_id: int | str,
        *,
        event_type: WebhookEvent | None = None,
        url: str | None = None,
        enabled: bool | None = None,
        strict_order: bool | None = None,
        retry_schedule: WebhookSchedule | None = None,
    ) -> Webhook:
        """Change a subscription.

        Partial update.

        * webhook_id: Subscription id. Typed string by the vendor, numeric in practice.
        * event_type: Subscribable event. The first twelve are in the seed index; calls and reactions
          came in May 2026, waba in August 2026. Those under x-extension are this project's own.
        * strict_order: One event at a time, in the order in which things happened; an event that fails
          holds up those behind it until it is delivered or given up. Otherwise the order is that of
          each chat, for first attempts.
        * retry_schedule: How often an event that failed is tried. Standard is three times in all;
          extended goes on for three days.

        PUT /webhooks/{webhook_id}
        """
        return await self.send(
            Call(
                "PUT",
                f"/webhooks/{segment(webhook_id)}",
                Webhook,
                under="data",
                body=given(
                    {
                        "event_type": event_type,
                        "url": url,
                        "enabled": enabled,
                        "strict_order": strict_order,
                        "retry_schedule": retry_schedule,
                    }
                ),
            )
        )

    async def delete_webhook(self, webhook_id: int | str) -> None:
        """Delete a subscription.

        Deliveries stop at once.

        * webhook_id: Subscription id. Typed string by the vendor, numeric in practice.

        DELETE /webhooks/{webhook_id}
        """
        await self.send(Call("DELETE", f"/webhooks/{segment(webhook_id)}", type(None)))

    async def get_webhook_secret(self, webhook_id: int | str) -> WebhookSecret:
        """Show the secret that deliveries are signed with.

        In the form of Standard Webhooks; null while deliveries are not signed. former_secret_until says
        until when the secret before it is good too.

        * webhook_id: Subscription id. Typed string by the vendor, numeric in practice.

        GET /webhooks/{webhook_id}/secret
        """
        return await self.send(Call("GET", f"/webhooks/{segment(webhook_id)}/secret", WebhookSecret, under="data"))

    async def rotate_webhook_secret(self, webhook_id: int | str) -> WebhookSecret:
        """Make a new secret.

        For a day each delivery has a signature of the former secret as well. Switches signing on when
        it was off.

        * webhook_id: Subscription id. Typed string by the vendor, numeric in practice.

        POST /webhooks/{webhook_id}/secret
        """
        return await self.send(Call("POST", f"/webhooks/{segment(webhook_id)}/secret", WebhookSecret, under="data"))

    async def remove_webhook_secret(self, webhook_id: int | str) -> None:
        """Stop signing.

        Deliveries keep their webhook-id and webhook-timestamp.

        * webhook_id: Subscription id. Typed string by the vendor, numeric in practice.

        DELETE /webhooks/{webhook_id}/secret
        """
        await self.send(Call("DELETE", f"/webhooks/{segment(webhook_id)}/secret", type(None)))

    async def test_webhook(self, webhook_id: int | str) -> DeliveryRef:
        """Send a test event.

        An event that never happened, once, also while the subscription is paused: then it waits. It
        does not count as a failure. What came of it is in the log under the answered uid.

        * webhook_id: Subscription id. Typed string by the vendor, numeric in practice.

        POST /webhooks/{webhook_id}/test
        """
        return await self.send(Call("POST", f"/webhooks/{segment(webhook_id)}/test", DeliveryRef, under="data"))

    async def list_deliveries(
        self,
        webhook_id: int | str,
        *,
        event_type: WebhookEvent | None = None,
        outcome: Literal["delivered", "retrying", "failed"] | None = None,
        after: datetime | str | None = None,
        before: datetime | str | None = None,
        page: int | None = None,
    ) -> DeliveryPage:
        """List deliveries.

        Deliveries that were tried at least once, by their last attempts, the newest first, fifty per
        page. Kept for ten days unless the server says otherwise.

        * webhook_id: Subscription id. Typed string by the vendor, numeric in practice.
        * event_type: Only deliveries of this event.
        * outcome: Only deliveries that were delivered, are tried again (retrying), or were given up
          (failed).
        * after: Only deliveries whose last attempt was then or later.
        * before: Only deliveries whose last attempt was then or earlier.
        * page: Page number from 1, fifty items each. Continue while has_more_pages is true.

        GET /webhooks/{webhook_id}/deliveries
        """
        return await self.send(
            Call(
                "GET",
                f"/webhooks/{segment(webhook_id)}/deliveries",
                DeliveryPage,
                under="data",
                query=given(
                    {"event_type": event_type, "outcome": outcome, "after": after, "before": before, "page": page}
                ),
            )
        )

    def iter_deliveries(
        self,
        webhook_id: int | str,
        *,
        event_type: WebhookEvent | None = None,
        outcome: Literal["delivered", "retrying", "failed"] | None = None,
        after: datetime | str | None = None,
        before: datetime | str | None = None,
        page: int = 1,
    ) -> AsyncIterator[Delivery]:
        """Everything that `list_deliveries` lists, page after page as it is come to."""
        return by_number_async(
            page,
            lambda at: self.list_deliveries(
                webhook_id=webhook_id, event_type=event_type, outcome=outcome, after=after, before=before, page=at
            ),
            lambda found: found.deliveries,
        )

    async def get_delivery(self, webhook_id: int | str, delivery_uid: str) -> DeliveryDetails:
        """Read a delivery.

        With every attempt, what was sent and how the answer began (its first kilobyte).

        * webhook_id: Subscription id. Typed string by the vendor, numeric in practice.
        * delivery_uid: The webhook-id header of a delivery.

        GET /webhooks/{webhook_id}/deliveries/{delivery_uid}
        """
        return await self.send(
            Call(
                "GET",
                f"/webhooks/{segment(webhook_id)}/deliveries/{segment(delivery_uid)}",
                DeliveryDetails,
                under="data",
            )
        )

    async def redeliver(self, webhook_id: int | str, delivery_uid: str) -> DeliveryRef:
        """Deliver an event again.

        Under the same webhook-id, with as many attempts as a new one, whatever became of it before. 409
        while it is still being tried.

        * webhook_id: Subscription id. Typed string by the vendor, numeric in practice.
        * delivery_uid: The webhook-id header of a delivery.

        POST /webhooks/{webhook_id}/deliveries/{delivery_uid}/redeliver
        """
        return await self.send(
            Call(
                "POST",
                f"/webhooks/{segment(webhook_id)}/deliveries/{segment(delivery_uid)}/redeliver",
                DeliveryRef,
                under="data",
            )
        )

    async def redeliver_failed(self, webhook_id: int | str, *, since: datetime | str) -> RedeliveredCount:
        """Deliver again what was given up.

        All deliveries that were given up since then, in the order in which the events happened; 10,000
        at once, then has_more is true and the same call goes on.

        * webhook_id: Subscription id. Typed string by the vendor, numeric in practice.
        * since: A date or a date-time.

        POST /webhooks/{webhook_id}/redeliver
        """
        return await self.send(
            Call(
                "POST",
                f"/webhooks/{segment(webhook_id)}/redeliver",
                RedeliveredCount,
                under="data",
                body=given({"since": since}),
            )
        )

    async def list_events(
        self, *, after: str | None = None, limit: int | None = None, wait: int | None = None
    ) -> EventPage:
        """Read the event log.

        Everything that happened in the workspace, in order and without gaps, for thirty days unless the
        server says otherwise. An entry has the bodies that webhooks get, one per event type; none where
        something happened that is no event. A cursor ends with a restore of the server and when its
        place is no longer kept: 410 cursor_expired, begin again without one.

        * after: Where the last answer ended (its cursor). Left out: from the oldest event that is kept.
          `newest`: no events, only the cursor behind all there are.
        * limit: How many at most, up to 500.
        * wait: When there is nothing new, wait for at most so many seconds, up to 30, until there is.

        GET /events
        """
        return await self.send(
            Call(
                "GET",
                "/events",
                EventPage,
                under="data",
                query=given({"after": after, "limit": limit, "wait": wait}),
                takes=wait or 0,
            )
        )

    def iter_events(
        self, *, after: str | None = None, limit: int | None = None, wait: int | None = None
    ) -> AsyncIterator[EventLogEntry]:
        """Everything that `list_events` lists, page after page as it is come to. With `wait` it goes on
        for ever, and waits for what happens.
        """
        return by_cursor_async(
            after,
            lambda at: self.list_events(after=at, limit=limit, wait=wait),
            lambda found: found.events,
            endless=bool(wait),
        )

    async def list_templates(self) -> TemplateList:
        """Text templates visible to the caller.

        Newest change first, not paged.

        GET /templates
        """
        return await self.send(Call("GET", "/templates", TemplateList, under="data"))

    async def create_template(
        self,
        *,
        name: str,
        text: str,
        visibility: TemplateVisibility | None = None,
        team_title: str | Unset | None = UNSET,
        file_uid: str | Unset | None = UNSET,
    ) -> Template:
        """Create a text template.

        Names may repeat. Without the right to manage all templates the caller's own team is used.

        * team_title: Team that may use it; Default for the built-in team; null or absent for all teams.
        * file_uid: UID of one uploaded file that goes along; null takes it away.

        POST /templates
        """
        return await self.send(
            Call(
                "POST",
                "/templates",
                Template,
                under="data",
                body=given(
                    {"name": name, "text": text, "visibility": visibility},
                    {"team_title": team_title, "file_uid": file_uid},
                ),
            )
        )

    async def get_template(self, template_id: int) -> Template:
        """Read a template.

        Templates out of sight are 404.

        * template_id: Template id.

        GET /templates/{template_id}
        """
        return await self.send(Call("GET", f"/templates/{segment(template_id)}", Template, under="data"))

    async def update_template(
        self,
        template_id: int,
        *,
        name: str | None = None,
        text: str | None = None,
        visibility: TemplateVisibility | None = None,
        team_title: str | Unset | None = UNSET,
        file_uid: str | Unset | None = UNSET,
    ) -> Template:
        """Change a template.

        team_title null means all teams.

        * template_id: Template id.
        * team_title: Team that may use it; Default for the built-in team; null or absent for all teams.
        * file_uid: UID of one uploaded file that goes along; null takes it away.

        PATCH /templates/{template_id}
        """
        return await self.send(
            Call(
                "PATCH",
                f"/templates/{segment(template_id)}",
                Template,
                under="data",
                body=given(
                    {"name": name, "text": text, "visibility": visibility},
                    {"team_title": team_title, "file_uid": file_uid},
                ),
            )
        )

    async def delete_template(self, template_id: int) -> None:
        """Delete a template.

        * template_id: Template id.

        DELETE /templates/{template_id}
        """
        await self.send(Call("DELETE", f"/templates/{segment(template_id)}", type(None)))

    async def track_template_usage(self, template_id: int, *, origin: str | None = None) -> None:
        """Count one use.

        Every call counts.

        * template_id: Template id.

        POST /templates/{template_id}/track_usage
        """
        await self.send(
            Call("POST", f"/templates/{segment(template_id)}/track_usage", type(None), body=given({"origin": origin}))
        )

    async def list_chats_v2(
        self,
        *,
        label: str | None = None,
        whatsapp_account_id: str | None = None,
        group: bool | None = None,
        responsible: str | None = None,
        name: str | None = None,
        read: bool | None = None,
        closed: bool | None = None,
        chatgpt_autoresponse_enabled: bool | None = None,
        page: int | None = None,
        created_after: datetime | str | None = None,
        created_before: datetime | str | None = None,
        whatsapp_phone: str | None = None,
        with_msg: bool | None = None,
        updated_after: datetime | str | None = None,
        updated_before: datetime | str | None = None,
    ) -> ChatPage:
        """Chats the token holder may see.

        As listChats, limited to the holder's own access.

        * label: Comma list; keeps chats having any of these labels. Exact names.
        * whatsapp_account_id: Comma list of account JIDs owning the chat.
        * group: true groups only, false direct chats only.
        * responsible: Comma list of assignee emails.
        * name: Comma list of substrings, any match, case-insensitive. A part with a space inside is one
          substring.
        * read: true read, false unread.
        * closed: true closed, false open.
        * chatgpt_autoresponse_enabled: Filter on the AI auto-reply switch.
        * page: Page number from 1, fifty items each. Continue while has_more_pages is true.
        * created_after: Created later than this moment.
        * created_before: Created earlier than this moment.
        * whatsapp_phone: Comma list of contact phones, matched on direct chats (also with a leading
          zero instead of the country code) and on group membership.
        * with_msg: true adds last_message to every chat.
        * updated_after: Changed at this moment or later, see updated_at. Ask with the largest
          updated_at you have, less a minute: a change that was long in the making may carry a time that
          you have passed already.
        * updated_before: Changed at this moment or earlier.

        GET /v2/chats
        """
        return await self.send(
            Call(
                "GET",
                "/v2/chats",
                ChatPage,
                under="data",
                query=given(
                    {
                        "label": label,
                        "whatsapp_account_id": whatsapp_account_id,
                        "group": group,
                        "responsible": responsible,
                        "name": name,
                        "read": read,
                        "closed": closed,
                        "chatgpt_autoresponse_enabled": chatgpt_autoresponse_enabled,
                        "page": page,
                        "created_after": created_after,
                        "created_before": created_before,
                        "whatsapp_phone": whatsapp_phone,
                        "with_msg": with_msg,
                        "updated_after": updated_after,
                        "updated_before": updated_before,
                    }
                ),
            )
        )

    def iter_chats_v2(
        self,
        *,
        label: str | None = None,
        whatsapp_account_id: str | None = None,
        group: bool | None = None,
        responsible: str | None = None,
        name: str | None = None,
        read: bool | None = None,
        closed: bool | None = None,
        chatgpt_autoresponse_enabled: bool | None = None,
        page: int = 1,
        created_after: datetime | str | None = None,
        created_before: datetime | str | None = None,
        whatsapp_phone: str | None = None,
        with_msg: bool | None = None,
        updated_after: datetime | str | None = None,
        updated_before: datetime | str | None = None,
    ) -> AsyncIterator[Chat]:
        """Everything that `list_chats_v2` lists, page after page as it is come to."""
        return by_number_async(
            page,
            lambda at: self.list_chats_v2(
                label=label,
                whatsapp_account_id=whatsapp_account_id,
                group=group,
                responsible=responsible,
                name=name,
                read=read,
                closed=closed,
                chatgpt_autoresponse_enabled=chatgpt_autoresponse_enabled,
                page=at,
                created_after=created_after,
                created_before=created_before,
                whatsapp_phone=whatsapp_phone,
                with_msg=with_msg,
                updated_after=updated_after,
                updated_before=updated_before,
            ),
            lambda found: found.chats,
        )

    async def list_chat_messages_v2(
        self,
        chat_id: int,
        *,
        from_me: bool | None = None,
        after: datetime | str | None = None,
        before: datetime | str | None = None,
        after_message: str | None = None,
        before_message: str | None = None,
        sorting_order: Literal["asc", "desc"] | None = None,
        page: int | None = None,
    ) -> MessagePage:
        """As listChatMessages.

        * chat_id: Chat id as in the chat address and in webhooks. Groups included.
        * from_me: true sent by the connected number, false received.
        * after: Date or date-time, inclusive lower bound.
        * before: Date or date-time, inclusive upper bound.
        * after_message: Only messages later than this UID, itself excluded.
        * before_message: Only messages earlier than this UID, itself excluded.
        * sorting_order: Order by timestamp.
        * page: Page number from 1, fifty items each.

        GET /v2/chats/{chat_id}/messages
        """
        return await self.send(
            Call(
                "GET",
                f"/v2/chats/{segment(chat_id)}/messages",
                MessagePage,
                under="data",
                query=given(
                    {
                        "from_me": from_me,
                        "after": after,
                        "before": before,
                        "after_message": after_message,
                        "before_message": before_message,
                        "sorting_order": sorting_order,
                        "page": page,
                    }
                ),
            )
        )

    def iter_chat_messages_v2(
        self,
        chat_id: int,
        *,
        from_me: bool | None = None,
        after: datetime | str | None = None,
        before: datetime | str | None = None,
        after_message: str | None = None,
        before_message: str | None = None,
        sorting_order: Literal["asc", "desc"] | None = None,
        page: int = 1,
    ) -> AsyncIterator[Message]:
        """Everything that `list_chat_messages_v2` lists, page after page as it is come to."""
        return by_number_async(
            page,
            lambda at: self.list_chat_messages_v2(
                chat_id=chat_id,
                from_me=from_me,
                after=after,
                before=before,
                after_message=after_message,
                before_message=before_message,
                sorting_order=sorting_order,
                page=at,
            ),
            lambda found: found.messages,
        )

    async def send_message_to_chat_v2(
        self,
        chat_id: int,
        *,
        text: str | None = None,
        file_uid: str | None = None,
        label: str | None = None,
        chat_name: str | None = None,
        attachment_template_id: int | None = None,
        metadata: Mapping[str, Any] | Unset | None = UNSET,
        idempotency_key: str | None = None,
    ) -> MessageRef:
        """As sendMessageToChat without reply_to.

        * chat_id: Chat id as in the chat address and in webhooks. Groups included.
        * text: Plain text, line breaks as \\n.
        * file_uid: UID of one uploaded file to attach. One attachment per message.
        * label: Label added to the chat as part of the send.
        * chat_name: Appears in the vendor base schema of every send.
        * attachment_template_id: Id of a stored attachment template to send.
        * metadata: Kept with the message and given back with it.

        POST /v2/chats/{chat_id}/messages
        """
        return await self.send(
            Call(
                "POST",
                f"/v2/chats/{segment(chat_id)}/messages",
                MessageRef,
                under="data",
                body=given(
                    {
                        "text": text,
                        "file_uid": file_uid,
                        "label": label,
                        "chat_name": chat_name,
                        "attachment_template_id": attachment_template_id,
                    },
                    {"metadata": metadata},
                ),
                key=key_or_new(idempotency_key),
            )
        )

    async def send_message_to_phone_v2(
        self,
        *,
        phone: str,
        whatsapp_account_phone: str | None = None,
        whatsapp_account_id: str | None = None,
        text: str | None = None,
        file_uid: str | None = None,
        label: str | None = None,
        chat_name: str | None = None,
        attachment_template_id: int | None = None,
        metadata: Mapping[str, Any] | Unset | None = UNSET,
        idempotency_key: str | None = None,
    ) -> MessageRef:
        """As sendMessageToPhone.

        * phone: Recipient, [+]country code, area, number.
        * whatsapp_account_phone: Connected number to send from, international form. Default: the number
          connected last.
        * whatsapp_account_id: Same choice by account JID.
        * text: Plain text, line breaks as \\n.
        * file_uid: UID of one uploaded file to attach. One attachment per message.
        * label: Label added to the chat as part of the send.
        * chat_name: Appears in the vendor base schema of every send.
        * attachment_template_id: Id of a stored attachment template to send.
        * metadata: Kept with the message and given back with it.

        POST /v2/messages
        """
        return await self.send(
            Call(
                "POST",
                "/v2/messages",
                MessageRef,
                under="data",
                body=given(
                    {
                        "phone": phone,
                        "whatsapp_account_phone": whatsapp_account_phone,
                        "whatsapp_account_id": whatsapp_account_id,
                        "text": text,
                        "file_uid": file_uid,
                        "label": label,
                        "chat_name": chat_name,
                        "attachment_template_id": attachment_template_id,
                    },
                    {"metadata": metadata},
                ),
                key=key_or_new(idempotency_key),
            )
        )

    async def list_whatsapp_accounts_v2(self) -> ListWhatsappAccountsV2Answer:
        """Accounts with is_visible.

        GET /v2/whatsapp_accounts
        """
        return await self.send(Call("GET", "/v2/whatsapp_accounts", ListWhatsappAccountsV2Answer, under="data"))

    async def list_templates_v2(self) -> ListTemplatesV2Answer:
        """Old template listing.

        GET /v2/templates
        """
        return await self.send(Call("GET", "/v2/templates", ListTemplatesV2Answer, under="data"))

    async def track_template_usage_v2(self, *, template_id: int, origin: str) -> TrackTemplateUsageV2Answer:
        """Old usage counter.

        Answers a bare success object without the envelope.

        POST /v2/templates
        """
        return await self.send(
            Call(
                "POST",
                "/v2/templates",
                TrackTemplateUsageV2Answer,
                body=given({"template_id": template_id, "origin": origin}),
            )
        )

    async def list_waba_chats(
        self,
        *,
        waba_account_id: str | None = None,
        responsible: str | None = None,
        closed: bool | None = None,
        whatsapp_phone: str | None = None,
        page: int | None = None,
        with_msg: bool | None = None,
    ) -> ListWabaChatsAnswer:
        """List WABA chats.

        * waba_account_id: Comma list of account ids.
        * responsible: Comma list of emails.
        * closed: true closed, false open.
        * whatsapp_phone: Contact phone.
        * page: Page number from 1, fifty items each. Continue while has_more_pages is true.
        * with_msg: true adds last_message.

        GET /waba/chats
        """
        return await self.send(
            Call(
                "GET",
                "/waba/chats",
                ListWabaChatsAnswer,
                under="data",
                query=given(
                    {
                        "waba_account_id": waba_account_id,
                        "responsible": responsible,
                        "closed": closed,
                        "whatsapp_phone": whatsapp_phone,
                        "page": page,
                        "with_msg": with_msg,
                    }
                ),
            )
        )

    def iter_waba_chats(
        self,
        *,
        waba_account_id: str | None = None,
        responsible: str | None = None,
        closed: bool | None = None,
        whatsapp_phone: str | None = None,
        page: int = 1,
        with_msg: bool | None = None,
    ) -> AsyncIterator[WabaChat]:
        """Everything that `list_waba_chats` lists, page after page as it is come to."""
        return by_number_async(
            page,
            lambda at: self.list_waba_chats(
                waba_account_id=waba_account_id,
                responsible=responsible,
                closed=closed,
                whatsapp_phone=whatsapp_phone,
                page=at,
                with_msg=with_msg,
            ),
            lambda found: found.chats,
        )

    async def get_waba_chat(self, chat_id: int) -> WabaChat:
        """Read a WABA chat.

        * chat_id: Chat id as in the chat address and in webhooks. Groups included.

        GET /waba/chats/{chat_id}
        """
        return await self.send(Call("GET", f"/waba/chats/{segment(chat_id)}", WabaChat, under="data"))

    async def update_waba_chat(
        self,
        chat_id: int,
        *,
        name: str | None = None,
        responsible: str | None = None,
        closed: bool | None = None,
        read: bool | None = None,
    ) -> WabaChat:
        """Change a WABA chat.

        Unknown keys are refused here, unlike updateChat.

        * chat_id: Chat id as in the chat address and in webhooks. Groups included.
        * name: New display name, unique in the workspace.
        * responsible: Email of the teammate to assign; an empty string removes the assignment.
        * closed: true closes, false reopens.
        * read: true marks read, false marks unread.

        PATCH /waba/chats/{chat_id}
        """
        return await self.send(
            Call(
                "PATCH",
                f"/waba/chats/{segment(chat_id)}",
                WabaChat,
                under="data",
                body=given({"name": name, "responsible": responsible, "closed": closed, "read": read}),
            )
        )

    async def list_waba_chat_labels(self, chat_id: int) -> LabelSet:
        """Labels.

        * chat_id: Chat id as in the chat address and in webhooks. Groups included.

        GET /waba/chats/{chat_id}/labels
        """
        return await self.send(Call("GET", f"/waba/chats/{segment(chat_id)}/labels", LabelSet, under="data"))

    async def add_waba_chat_labels(self, chat_id: int, *, labels: list[str] | tuple[str, ...]) -> LabelSet:
        """Add labels.

        * chat_id: Chat id as in the chat address and in webhooks. Groups included.
        * labels: Plain label names.

        PUT /waba/chats/{chat_id}/labels
        """
        return await self.send(
            Call(
                "PUT", f"/waba/chats/{segment(chat_id)}/labels", LabelSet, under="data", body=given({"labels": labels})
            )
        )

    async def replace_waba_chat_labels(self, chat_id: int, *, labels: list[str] | tuple[str, ...]) -> LabelSet:
        """Replace labels.

        * chat_id: Chat id as in the chat address and in webhooks. Groups included.
        * labels: Plain label names.

        POST /waba/chats/{chat_id}/labels
        """
        return await self.send(
            Call(
                "POST", f"/waba/chats/{segment(chat_id)}/labels", LabelSet, under="data", body=given({"labels": labels})
            )
        )

    async def list_waba_chat_messages(
        self,
        chat_id: int,
        *,
        from_me: bool | None = None,
        after: datetime | str | None = None,
        before: datetime | str | None = None,
        after_message: str | None = None,
        before_message: str | None = None,
        sorting_order: Literal["asc", "desc"] | None = None,
        page: int | None = None,
        size: int | None = None,
    ) -> MessagePage:
        """History.

        * chat_id: Chat id as in the chat address and in webhooks. Groups included.
        * from_me: true sent by the connected number, false received.
        * after: Date or date-time, inclusive lower bound.
        * before: Date or date-time, inclusive upper bound.
        * after_message: Only messages later than this UID, itself excluded.
        * before_message: Only messages earlier than this UID, itself excluded.
        * sorting_order: Order by timestamp.
        * page: Page number from 1, fifty items each. Continue while has_more_pages is true.
        * size: Page size instead of 50.

        GET /waba/chats/{chat_id}/messages
        """
        return await self.send(
            Call(
                "GET",
                f"/waba/chats/{segment(chat_id)}/messages",
                MessagePage,
                under="data",
                query=given(
                    {
                        "from_me": from_me,
                        "after": after,
                        "before": before,
                        "after_message": after_message,
                        "before_message": before_message,
                        "sorting_order": sorting_order,
                        "page": page,
                        "size": size,
                    }
                ),
            )
        )

    def iter_waba_chat_messages(
        self,
        chat_id: int,
        *,
        from_me: bool | None = None,
        after: datetime | str | None = None,
        before: datetime | str | None = None,
        after_message: str | None = None,
        before_message: str | None = None,
        sorting_order: Literal["asc", "desc"] | None = None,
        page: int = 1,
        size: int | None = None,
    ) -> AsyncIterator[Message]:
        """Everything that `list_waba_chat_messages` lists, page after page as it is come to."""
        return by_number_async(
            page,
            lambda at: self.list_waba_chat_messages(
                chat_id=chat_id,
                from_me=from_me,
                after=after,
                before=before,
                after_message=after_message,
                before_message=before_message,
                sorting_order=sorting_order,
                page=at,
                size=size,
            ),
            lambda found: found.messages,
        )

    async def send_waba_message_to_chat(
        self,
        chat_id: int,
        *,
        text: str | None = None,
        file_uid: str | None = None,
        template: WabaSendTemplate | None = None,
        waba_account_id: int | None = None,
        phone: str | None = None,
        idempotency_key: str | None = None,
    ) -> Message:
        """Send into a WABA chat.

        Outside the 24 hour window only templates pass (409 service_window_closed).

        * chat_id: Chat id as in the chat address and in webhooks. Groups included.
        * text: Free text, or caption of file_uid.
        * waba_account_id: Needed without a chat id.
        * phone: Needed without a chat id.

        POST /waba/chats/{chat_id}/messages
        """
        return await self.send(
            Call(
                "POST",
                f"/waba/chats/{segment(chat_id)}/messages",
                Message,
                under="data",
                body=given(
                    {
                        "text": text,
                        "file_uid": file_uid,
                        "template": template,
                        "waba_account_id": waba_account_id,
                        "phone": phone,
                    }
                ),
                key=key_or_new(idempotency_key),
            )
        )

    async def send_waba_message_to_chat_with_file(
        self,
        chat_id: int,
        *,
        file: Upload,
        text: str | None = None,
        filename: str | None = None,
        waba_account_id: int | None = None,
        phone: str | None = None,
        idempotency_key: str | None = None,
    ) -> Message:
        """Send into a WABA chat.

        Outside the 24 hour window only templates pass (409 service_window_closed).

        * chat_id: Chat id as in the chat address and in webhooks. Groups included.

        POST /waba/chats/{chat_id}/messages
        """
        return await self.send(
            Call(
                "POST",
                f"/waba/chats/{segment(chat_id)}/messages",
                Message,
                under="data",
                form=given({"text": text, "filename": filename, "waba_account_id": waba_account_id, "phone": phone}),
                file=file,
                key=key_or_new(idempotency_key),
            )
        )

    async def list_waba_accounts(self) -> ListWabaAccountsAnswer:
        """WABA accounts.

        GET /waba/accounts
        """
        return await self.send(Call("GET", "/waba/accounts", ListWabaAccountsAnswer, under="data"))

    async def add_waba_account(
        self,
        *,
        phone: str,
        meta_phone_id: str,
        meta_waba_id: str,
        access_token: str,
        app_secret: str,
        name: str | None = None,
        display_phone_number: str | None = None,
    ) -> WabaAccountOpened:
        """Add a WABA account.

        Owners and admins only. Takes what Meta shows of the number in WhatsApp Manager and the secrets
        of the app that speaks for it; the secrets are stored encrypted and never shown again. The
        answer says what to enter at Meta as callback URL and verify token of the webhook.

        * phone: The number with its country code.
        * meta_phone_id: Phone number ID in WhatsApp Manager.
        * meta_waba_id: ID of the WhatsApp business account that the number is in.
        * access_token: A permanent token of a system user, with whatsapp_business_messaging and
          _management.
        * app_secret: The secret of the app, with which Meta signs what it posts.
        * name: How the number is called here.
        * display_phone_number: How the number is shown.

        POST /waba/accounts
        """
        return await self.send(
            Call(
                "POST",
                "/waba/accounts",
                WabaAccountOpened,
                under="data",
                body=given(
                    {
                        "phone": phone,
                        "meta_phone_id": meta_phone_id,
                        "meta_waba_id": meta_waba_id,
                        "access_token": access_token,
                        "app_secret": app_secret,
                        "name": name,
                        "display_phone_number": display_phone_number,
                    }
                ),
            )
        )

    async def get_waba_account(self, account_id: int) -> WabaAccountDetail:
        """Read a WABA account.

        * account_id: Internal WABA account id.

        GET /waba/accounts/{account_id}
        """
        return await self.send(Call("GET", f"/waba/accounts/{segment(account_id)}", WabaAccountDetail, under="data"))

    async def update_waba_account(
        self, account_id: int, *, access_token: str | None = None, app_secret: str | None = None
    ) -> WabaAccountOpened:
        """Change the secrets of a WABA account.

        Owners and admins only. Exchanges the access token, the app secret or both; what is left out
        stays. The answer shows once more what to enter at Meta.

        * account_id: Internal WABA account id.

        PATCH /waba/accounts/{account_id}
        """
        return await self.send(
            Call(
                "PATCH",
                f"/waba/accounts/{segment(account_id)}",
                WabaAccountOpened,
                under="data",
                body=given({"access_token": access_token, "app_secret": app_secret}),
            )
        )

    async def remove_waba_account(self, account_id: int) -> None:
        """Take a WABA account out.

        Owners and admins only. The secrets are forgotten and the webhook address answers no more; chats
        and messages stay. Adding the number again brings them back.

        * account_id: Internal WABA account id.

        DELETE /waba/accounts/{account_id}
        """
        await self.send(Call("DELETE", f"/waba/accounts/{segment(account_id)}", type(None)))

    async def request_waba_analytics(
        self, account_id: int, *, start: int, end: int, dimensions: str | None = None
    ) -> WabaAnalytics:
        """Ask for analytics.

        Runs in the background; the same request again returns the same handle or its result.

        * account_id: Internal WABA account id.
        * start: Unix seconds; older than 365 days is moved up.
        * end: Unix seconds; the future is moved to now.
        * dimensions: Comma list out of COUNTRY, PRICING_CATEGORY, PRICING_TYPE.

        POST /waba/accounts/{account_id}/analytics
        """
        return await self.send(
            Call(
                "POST",
                f"/waba/accounts/{segment(account_id)}/analytics",
                WabaAnalytics,
                under="data",
                body=given({"start": start, "end": end, "dimensions": dimensions}),
            )
        )

    async def poll_waba_analytics(self, account_id: int, handle_id: str) -> WabaAnalytics:
        """Poll analytics.

        account_id is not checked against the handle.

        * account_id: Internal WABA account id.
        * handle_id: Handle from the analytics request.

        GET /waba/accounts/{account_id}/analytics/{handle_id}
        """
        return await self.send(
            Call(
                "GET",
                f"/waba/accounts/{segment(account_id)}/analytics/{segment(handle_id)}",
                WabaAnalytics,
                under="data",
            )
        )

    async def send_waba_message_to_phone(
        self,
        *,
        text: str | None = None,
        file_uid: str | None = None,
        template: WabaSendTemplate | None = None,
        waba_account_id: int | None = None,
        phone: str | None = None,
        idempotency_key: str | None = None,
    ) -> Message:
        """Send by phone.

        waba_account_id and phone needed.

        * text: Free text, or caption of file_uid.
        * waba_account_id: Needed without a chat id.
        * phone: Needed without a chat id.

        POST /waba/messages
        """
        return await self.send(
            Call(
                "POST",
                "/waba/messages",
                Message,
                under="data",
                body=given(
                    {
                        "text": text,
                        "file_uid": file_uid,
                        "template": template,
                        "waba_account_id": waba_account_id,
                        "phone": phone,
                    }
                ),
                key=key_or_new(idempotency_key),
            )
        )

    async def send_waba_message_to_phone_with_file(
        self,
        *,
        file: Upload,
        text: str | None = None,
        filename: str | None = None,
        waba_account_id: int | None = None,
        phone: str | None = None,
        idempotency_key: str | None = None,
    ) -> Message:
        """Send by phone.

        waba_account_id and phone needed.

        POST /waba/messages
        """
        return await self.send(
            Call(
                "POST",
                "/waba/messages",
                Message,
                under="data",
                form=given({"text": text, "filename": filename, "waba_account_id": waba_account_id, "phone": phone}),
                file=file,
                key=key_or_new(idempotency_key),
            )
        )

    async def get_waba_message(self, message_uid: str) -> Message:
        """Read a WABA message.

        * message_uid: Message UID, unique in the workspace.

        GET /waba/messages/{message_uid}
        """
        return await self.send(Call("GET", f"/waba/messages/{segment(message_uid)}", Message, under="data"))

    async def get_waba_message_status_history(self, message_uid: str) -> list[StatusEntry]:
        """Delivery history.

        * message_uid: Message UID, unique in the workspace.

        GET /waba/messages/{message_uid}/status_history
        """
        return await self.send(
            Call("GET", f"/waba/messages/{segment(message_uid)}/status_history", list[StatusEntry], under="data")
        )

    async def get_waba_reactions(self, message_uid: str) -> Reactions:
        """Reactions.

        * message_uid: Message UID, unique in the workspace.

        GET /waba/messages/{message_uid}/reactions
        """
        return await self.send(Call("GET", f"/waba/messages/{segment(message_uid)}/reactions", Reactions, under="data"))

    async def set_waba_reaction(self, message_uid: str, *, reaction: str) -> MessageRef:
        """Set or clear the reaction.

        * message_uid: Message UID, unique in the workspace.
        * reaction: One emoji, or its JSON escape. Empty text takes the own reaction away.

        PATCH /waba/messages/{message_uid}/reactions
        """
        return await self.send(
            Call(
                "PATCH",
                f"/waba/messages/{segment(message_uid)}/reactions",
                MessageRef,
                under="data",
                body=given({"reaction": reaction}),
            )
        )

    async def list_waba_templates(self, *, page: int | None = None) -> ListWabaTemplatesAnswer:
        """WABA templates.

        Newest first, fifty per page.

        * page: Page number from 1, fifty items each. Continue while has_more_pages is true.

        GET /waba/templates
        """
        return await self.send(
            Call("GET", "/waba/templates", ListWabaTemplatesAnswer, under="data", query=given({"page": page}))
        )

    def iter_waba_templates(self, *, page: int = 1) -> AsyncIterator[WabaTemplate]:
        """Everything that `list_waba_templates` lists, page after page as it is come to."""
        return by_number_async(page, lambda at: self.list_waba_templates(page=at), lambda found: found.templates)

    async def get_waba_template(self, template_id: int) -> WabaTemplateDetail:
        """Read a WABA template.

        * template_id: Template id.

        GET /waba/templates/{template_id}
        """
        return await self.send(Call("GET", f"/waba/templates/{segment(template_id)}", WabaTemplateDetail, under="data"))
