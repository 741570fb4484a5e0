"""From what features know to what the Public API shows: ids and times in its forms.

Lists of fifty rows are the hot path, so rows are built by position, and what looks the same in most rows (no
reactions, no metadata but the direction) is JSON already.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, Raw

from tideline.features.chats import Chat as ChatModel
from tideline.features.chats import ChatId, Page
from tideline.features.chats import Label as LabelModel
from tideline.features.files import Upload
from tideline.features.messages import Attachment, Hit, MessageType, Reaction, StatusEntry
from tideline.features.messages import Message as MessageModel
from tideline.features.numbers import Number
from tideline.features.workspaces import Balance, Quotas, Status
from tideline.features.workspaces import Quota as QuotaModel
from tideline.features.workspaces import Team as TeamModel
from tideline.features.workspaces import Teammate as TeammateModel
from tideline.features.workspaces import Workspace as WorkspaceModel
from tideline.surfaces.api.shapes import (
    Absent,
    Chat,
    ChatPage,
    ChatRef,
    File,
    FileShort,
    FoundMessage,
    FoundMessagePage,
    Label,
    LabelPage,
    Message,
    MessagePage,
    NonRecurringQuota,
    OwnWhatsappAccount,
    OwnWhatsappAccounts,
    Quota,
    QuotaSet,
    Reactions,
    ReactionUser,
    StatusStep,
    Team,
    Teammate,
    TeammateList,
    WhatsappAccount,
    WhatsappAccounts,
    Workspace,
)
from tideline.surfaces.api.times import LocalTime

FileLink = Callable[[int, Any, str, datetime], str]
"""Makes a link to a file from its workspace, uid, name and the time it is made at."""

PhotoLink = Callable[[int, UUID], str]
"""Makes the lasting link to a picture of a chat from its workspace and uid."""

NO_MEMBERS = Raw(b"[]")
NO_REACTIONS = Raw(b'{"users":[],"reactions":{},"total":0}')
FROM_ME = {True: Raw(b'{"whatsapp_from_me":true}'), False: Raw(b'{"whatsapp_from_me":false}')}
NO_DATA = Raw(b"{}")
REMOVED = "(removed)"
"""In place of the address of somebody who left the workspace."""
THUMBNAIL = "thumbnail.jpg"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Everything on the wire that leads back to this server starts with its public address."""

    public_url: str
    file_link: FileLink
    photo_link: PhotoLink

    @property
    def default_photo(self) -> str:
        return f"{self.public_url}/static/img/default_avatar.jpeg"


class Wire:
    """Renders what one workspace sees, in its time zone."""

    def __init__(self, workspace_id: int, zone: ZoneInfo, addresses: Addresses) -> None:
        self.time = LocalTime(zone)
        self._workspace_id = workspace_id
        self._file_link = addresses.file_link
        self._chats = f"{addresses.public_url}/chat"
        self._photo_link = addresses.photo_link
        self._photo = addresses.default_photo

    def chat(self, chat: ChatModel, last_message: Message | Absent | None = UNSET) -> Chat:
        roster: Raw | Absent = UNSET
        if chat.is_group:
            roster = NO_MEMBERS if chat.roster is None else chat.roster
        return Chat(
            chat.id,
            chat.name,
            chat.international,
            chat.jid,
            chat.is_group,
            chat.closed_at is not None,
            chat.is_read,
            chat.labels,
            chat.autoresponse,
            chat.responsible_email,
            chat.responsible_name,
            chat.number_jid,
            f"{self._chats}/{chat.id}/messages/",
            self.time.format(chat.created_at),
            None if chat.last_message_uid is None else str(chat.last_message_uid),
            None if chat.last_message_at is None else self.time.format(chat.last_message_at),
            last_message,
            chat.unattended,
            self._photo if chat.photo_uid is None else self._photo_link(self._workspace_id, chat.photo_uid),
            roster,
            chat.may_message,
            self.time.format(chat.updated_at),
            UNSET if chat.metadata is None else chat.metadata,
        )

    def chat_page(self, page: Page[ChatModel]) -> ChatPage:
        return ChatPage(page.has_more, [self.chat(chat) for chat in page.items])

    def chat_page_with_messages(
        self, page: Page[ChatModel], last: Mapping[ChatId, MessageModel], now: datetime
    ) -> ChatPage:
        chats = [self.chat(chat, self.summary(last.get(chat.id), now)) for chat in page.items]
        return ChatPage(page.has_more, chats)

    def message(self, message: MessageModel, now: datetime) -> Message:
        return self._message(message, now, reactions(message.reactions) if message.reactions else NO_REACTIONS)

    def summary(self, message: MessageModel | None, now: datetime) -> Message | None:
        """A message inside a chat has no reactions."""
        return None if message is None else self._message(message, now, UNSET)

    def message_page(self, page: Page[MessageModel], now: datetime) -> MessagePage:
        return MessagePage(page.has_more, [self.message(message, now) for message in page.items])

    def found_page(self, page: Page[Hit], now: datetime) -> FoundMessagePage:
        return FoundMessagePage(page.has_more, [self._found(hit, now) for hit in page.items])

    def _found(self, hit: Hit, now: datetime) -> FoundMessage:
        return FoundMessage(
            *msgspec.structs.astuple(self.message(hit.message, now)),
            chat=ChatRef(hit.chat.id, hit.chat.name),
            highlights=hit.in_text,
            filename_highlights=hit.in_filename,
        )

    def _message(self, message: MessageModel, now: datetime, reactions: Reactions | Raw | Absent) -> Message:
        attachment, url = message.attachment, None
        if attachment is not None and attachment.is_stored:
            url = self._file_link(self._workspace_id, attachment.uid, attachment.filename, now)
        return Message(
            str(message.uid),
            message.chat_id,
            self.time.format(message.at),
            self.time.format(message.received_at),
            message.sender_phone or "",
            message.sender_name,
            message.recipient_phone,
            message.recipient_name,
            message.from_me,
            message.text,
            url,
            None if attachment is None else attachment.filename,
            message.status,
            message.origin,
            attachment is not None,
            message.type,
            reactions,
            self._data(message, now),
            message.created_by or "",
            UNSET,
            UNSET if message.metadata is None else message.metadata,
        )

    def _data(self, message: MessageModel, now: datetime) -> dict[str, Any] | Raw:
        """The direction as WhatsApp sees it comes first on what passed through WhatsApp; a note is private or not."""
        if message.is_private is not None:
            return {"is_private": message.is_private, **message.data}
        if message.type is not MessageType.WHATSAPP:
            return message.data or NO_DATA
        if message.attachment is not None:
            shown = self._attachment(message.content, message.attachment, now)
            return {"whatsapp_from_me": message.from_me, "attachment": shown, **message.data}
        if not message.data:
            return FROM_ME[message.from_me]
        return {"whatsapp_from_me": message.from_me, **message.data}

    def _attachment(self, kind: str, attachment: Attachment, now: datetime) -> dict[str, Any]:
        """How WhatsApp shows the file, and what else is known of it."""
        shown: dict[str, Any] = {"kind": kind, **_measured(attachment)}
        if attachment.is_stored and attachment.thumbnail_uid is not None:
            shown["thumbnail_url"] = self._file_link(self._workspace_id, attachment.thumbnail_uid, THUMBNAIL, now)
        if attachment.problem is not None:
            shown["problem"] = attachment.problem
        return shown

    def status_steps(self, entries: Iterable[StatusEntry]) -> list[StatusStep]:
        return [StatusStep(entry.status, self.time.format(entry.at)) for entry in entries]

    def file_short(self, upload: Upload) -> FileShort:
        return FileShort(*self._file(upload))

    def file(self, upload: Upload, now: datetime) -> File:
        file = upload.file
        return File(self._file_link(file.workspace_id, file.uid, file.filename, now), *self._file(upload))

    def _file(self, upload: Upload) -> tuple[str, str, int, str, str, str]:
        file = upload.file
        uploaded_at = self.time.format(file.stored_at or file.created_at)
        return str(file.uid), file.filename, file.size, file.mimetype, upload.uploaded_by or REMOVED, uploaded_at

    def whatsapp_account(self, number: Number) -> WhatsappAccount:
        return WhatsappAccount(
            id=number.jid,
            phone=f"+{number.phone}",
            connected_on=self.time.format(number.connected_at),
            status="active" if number.is_connected else "disconnected",
            owner_name=number.owner.name,
            owner_email=number.owner.email,
            account_name=number.account_name,
        )

    def whatsapp_accounts(self, numbers: Iterable[Number]) -> WhatsappAccounts:
        return WhatsappAccounts([self.whatsapp_account(number) for number in numbers])

    def own_whatsapp_accounts(self, found: Iterable[tuple[Number, bool]]) -> OwnWhatsappAccounts:
        """Numbers, each with whether it is the caller's to use."""
        accounts = [(msgspec.structs.asdict(self.whatsapp_account(number)), mine) for number, mine in found]
        return OwnWhatsappAccounts([OwnWhatsappAccount(**account, is_visible=mine) for account, mine in accounts])

    def workspace(self, workspace: WorkspaceModel, quotas: Quotas, calls_not_stored: int) -> Workspace:
        shown = self.quota_set(quotas, calls_not_stored)
        return Workspace(
            workspace_id=workspace.slug,
            display_name=workspace.display_name,
            plan=workspace.plan,
            seats=shown.seats,
            messaging_quota=shown.messaging_quota,
            api_calls_quota=shown.api_calls_quota,
            non_recurring_quota=shown.non_recurring_quota,
        )

    def quota_set(self, quotas: Quotas, calls_not_stored: int) -> QuotaSet:
        calls = self._quota(quotas.api_calls)
        calls.used += calls_not_stored
        return QuotaSet(
            seats=self._quota(quotas.seats),
            messaging_quota=self._quota(quotas.messages),
            api_calls_quota=calls,
            non_recurring_quota=self._balance(quotas.balance),
        )

    def _quota(self, quota: QuotaModel) -> Quota:
        if quota.period is None:
            return Quota(quota.total, quota.used)
        start, end = self.time.format(quota.period.start), self.time.format(quota.period.end)
        return Quota(quota.total, quota.used, start, end)

    def _balance(self, balance: Balance) -> NonRecurringQuota:
        topped_up = UNSET if balance.updated_at is None else self.time.format(balance.updated_at)
        return NonRecurringQuota(balance.remaining, topped_up)

    def teammate(self, teammate: TeammateModel, numbers: Iterable[Number], now: datetime) -> Teammate:
        return Teammate(
            user_id=teammate.id,
            display_name=teammate.display_name,
            email=teammate.email,
            role=teammate.role.label,
            team=teammate.team,
            status=teammate.status.value.capitalize(),
            invitation_status=_invitation_status(teammate, now),
            created_at=self.time.format(teammate.created_at),
            whatsapp_accounts=[self.whatsapp_account(one) for one in numbers if one.owner_id == teammate.id],
        )

    def teammate_list(
        self, teams: Iterable[TeamModel], teammates: Iterable[TeammateModel], numbers: Sequence[Number], now: datetime
    ) -> TeammateList:
        return TeammateList(
            [team(one) for one in teams],
            [self.teammate(teammate, numbers, now) for teammate in teammates],
        )


def team(team: TeamModel) -> Team:
    return Team(team.title, team.id)


def _invitation_status(teammate: TeammateModel, now: datetime) -> str | None:
    if teammate.status is not Status.INVITED:
        return None
    return "Pending" if teammate.is_invitation_open(now) else "Expired"


def _measured(attachment: Attachment) -> dict[str, Any]:
    """What is known of a file, under the names that callers are used to."""
    known = {"width": attachment.width, "height": attachment.height, "duration": attachment.seconds}
    return {name: value for name, value in known.items() if value is not None}


def label_page(page: Page[LabelModel]) -> LabelPage:
    return LabelPage(page.has_more, [Label(one.name, one.chats) for one in page.items])


def reactions(given: Sequence[Reaction]) -> Reactions:
    users = [ReactionUser(one.name, one.phone or "", one.emoji, one.is_own) for one in given]
    return Reactions(users, Counter(one.emoji for one in given), len(given))
