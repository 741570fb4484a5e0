"""Business numbers as the Public API shows them: shapes in the contract's order, and how they are made."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, Raw

from tideline.features.business import Analytics, Opened, Template
from tideline.features.chats import Chat, ChatId, Page
from tideline.features.messages import Failure, Message, StatusEntry
from tideline.features.numbers import Number, NumberId
from tideline.surfaces.api import shapes
from tideline.surfaces.api.shapes import Absent
from tideline.surfaces.api.wire import NO_MEMBERS, Wire

NOTE = (
    "id is the internal account id and the only one that addresses this account; meta_phone_id and meta_waba_id are "
    "shown to find it at Meta."
)
RECEIVER = "/inbound/cloud/"


class WabaChat(msgspec.Struct):
    id: int
    name: str
    phone: str | None
    is_group: bool
    closed: bool
    read: bool
    labels: list[str]
    chatgpt_autoresponse_enabled: bool
    responsible_email: str | None
    responsible_name: str | None
    chat_url: str
    created_timestamp: str
    last_message_uid: str | None
    last_message_timestamp: str | None
    last_message: shapes.Message | Absent | None
    unattended: bool
    group_members: Raw | Absent
    waba_account_id: int
    service_window_is_open: bool | None
    service_window_expires_at: str | None


class WabaChatPage(msgspec.Struct):
    has_more_pages: bool
    chats: list[WabaChat]


class WabaAccount(msgspec.Struct):
    id: int
    status: str
    owner_name: str
    owner_email: str
    connected_on: str
    meta_phone_id: str
    meta_waba_id: str
    display_phone_number: str


class WabaAccounts(msgspec.Struct):
    waba_accounts: list[WabaAccount]


class WabaProfile(msgspec.Struct):
    meta_waba_id: str
    name: str
    account_ids: list[NumberId]


class WabaAccountDetail(WabaAccount, kw_only=True):
    waba_profile: WabaProfile
    note: str = msgspec.field(name="_note")


class WabaAccountOpened(WabaAccountDetail, kw_only=True):
    webhook_url: str
    webhook_verify_token: str


class WabaTemplate(msgspec.Struct):
    id: int
    meta_template_id: str
    name: str
    status: str
    parameter_format: str
    language: str
    category: str
    meta_waba_id: str


class WabaTemplatePage(msgspec.Struct):
    has_more_pages: bool
    templates: list[WabaTemplate]


class WabaTemplateDetail(WabaTemplate, kw_only=True):
    accounts: list[NumberId]
    components: Sequence[Mapping[str, Any]]


class AnalyticsError(msgspec.Struct):
    code: int
    message: str


class WabaAnalytics(msgspec.Struct):
    handle: str
    state: str
    result: dict[str, Any] | Absent
    error: AnalyticsError | Absent


def chat(shown: Chat, show: Wire, now: datetime, last_message: shapes.Message | Absent | None = UNSET) -> WabaChat:
    whole = show.chat(shown, last_message)
    is_open = shown.has_open_window(now)
    until = shown.window_until if is_open else None
    return WabaChat(
        whole.id,
        whole.name,
        whole.phone,
        whole.is_group,
        whole.closed,
        whole.read,
        whole.labels,
        whole.chatgpt_autoresponse_enabled,
        whole.responsible_email,
        whole.responsible_name,
        whole.chat_url,
        whole.created_timestamp,
        whole.last_message_uid,
        whole.last_message_timestamp,
        whole.last_message,
        whole.unattended,
        (whole.group_members or NO_MEMBERS) if whole.is_group else UNSET,
        shown.number_id,
        is_open,
        None if until is None else show.time.format(until),
    )


def chat_page(page: Page[Chat], show: Wire, now: datetime, last: Mapping[ChatId, Message] | None) -> WabaChatPage:
    if last is None:
        return WabaChatPage(page.has_more, [chat(one, show, now) for one in page.items])
    return WabaChatPage(
        page.has_more, [chat(one, show, now, _summary(last.get(one.id), show, now)) for one in page.items]
    )


def message(shown: Message, show: Wire, now: datetime) -> shapes.Message:
    return _with_reason(show.message(_with_raw(shown), now), shown)


def message_page(page: Page[Message], show: Wire, now: datetime) -> shapes.MessagePage:
    return shapes.MessagePage(page.has_more, [message(one, show, now) for one in page.items])


def _summary(shown: Message | None, show: Wire, now: datetime) -> shapes.Message | None:
    whole = show.summary(shown, now)
    return whole if whole is None or shown is None else _with_reason(whole, shown)


def _with_raw(shown: Message) -> Message:
    """What Meta said beyond what is understood here is one more member of the data, in Meta's words."""
    return shown if shown.raw is None else msgspec.structs.replace(shown, data={**shown.data, "raw": shown.raw})


def _with_reason(whole: shapes.Message, shown: Message) -> shapes.Message:
    if shown.failure is not None:
        whole.failure_reason = _reason(shown.failure)
    return whole


def _reason(failure: Failure) -> shapes.FailureReason:
    return shapes.FailureReason("" if failure.number is None else failure.number, failure.title, failure.details)


def status_steps(entries: Iterable[StatusEntry], show: Wire) -> list[shapes.StatusStep]:
    return [
        shapes.StatusStep(one.status, show.time.format(one.at), UNSET if one.failure is None else _reason(one.failure))
        for one in entries
    ]


def account(number: Number, show: Wire) -> WabaAccount:
    platform = number.platform
    return WabaAccount(
        number.id,
        _status(number),
        number.owner.name,
        number.owner.email,
        show.time.format(number.connected_at),
        platform.phone_number_id if platform else "",
        platform.waba_id if platform else "",
        platform.display_phone if platform else f"+{number.phone}",
    )


def account_detail(number: Number, of_profile: list[NumberId], show: Wire) -> WabaAccountDetail:
    return WabaAccountDetail(
        *msgspec.structs.astuple(account(number, show)), waba_profile=_profile(number, of_profile), note=NOTE
    )


def account_opened(
    number: Number, of_profile: list[NumberId], opened: Opened, show: Wire, public_url: str
) -> WabaAccountOpened:
    """With what is to be entered at Meta, for who may add the account."""
    return WabaAccountOpened(
        *msgspec.structs.astuple(account(number, show)),
        waba_profile=_profile(number, of_profile),
        note=NOTE,
        webhook_url=f"{public_url}{RECEIVER}{opened.secrets.path_key}",
        webhook_verify_token=opened.secrets.verify_token,
    )


def _profile(number: Number, of_profile: list[NumberId]) -> WabaProfile:
    platform = number.platform
    return WabaProfile(platform.waba_id if platform else "", number.account_name, of_profile)


def _status(number: Number) -> str:
    if number.is_connected:
        return "active"
    return "disconnected" if number.is_gone else "disabled"


def template(shown: Template) -> WabaTemplate:
    return WabaTemplate(
        shown.id,
        shown.external_id,
        shown.name,
        shown.status,
        shown.parameter_format,
        shown.language,
        shown.category,
        shown.waba_id,
    )


def template_detail(shown: Template, accounts: list[NumberId]) -> WabaTemplateDetail:
    return WabaTemplateDetail(*msgspec.structs.astuple(template(shown)), accounts=accounts, components=shown.components)


def analytics(shown: Analytics) -> WabaAnalytics:
    error: AnalyticsError | Absent = UNSET
    if shown.error is not None:
        error = AnalyticsError(shown.error_code or 0, shown.error)
    return WabaAnalytics(shown.handle.hex, shown.state, UNSET if shown.result is None else shown.result, error)
