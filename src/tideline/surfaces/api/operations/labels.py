"""Labels of a chat, and all of the workspace. PUT adds and POST replaces; a lone `label`, which some clients post,
adds too."""

from typing import Annotated, ClassVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from tideline.features import chats
from tideline.features.chats import ChatId
from tideline.platform.db import Tx
from tideline.surfaces.api import shapes, wire
from tideline.surfaces.api.body import Body
from tideline.surfaces.api.limits import LABEL
from tideline.surfaces.api.registry import operation

MOST = 1000
"""Labels in one request: far more than anybody uses, and few enough to be stored in one go."""

Label = Annotated[str, Meta(min_length=1, max_length=LABEL)]


class Labels(Body):
    labels: Annotated[list[Label], Meta(max_length=MOST)] | UnsetType = UNSET
    label: Label | UnsetType = UNSET

    rules: ClassVar = ({"properties": {"labels": {"maxItems": MOST}}},)

    def __post_init__(self) -> None:
        if self.labels is UNSET and self.label is UNSET:
            raise ValueError("labels is required")


class LabelQuery(msgspec.Struct):
    page: int = 1


@operation("listLabels")
async def list_labels(tx: Tx, query: LabelQuery) -> shapes.LabelPage:
    return wire.label_page(await chats.list_labels(tx, page=query.page))


@operation("listChatLabels")
async def list_chat_labels(tx: Tx, chat_id: ChatId) -> shapes.LabelSet:
    return shapes.LabelSet(await chats.labels(tx, chat_id, is_business=False))


@operation("addChatLabels")
async def add_chat_labels(tx: Tx, chat_id: ChatId, body: Labels) -> shapes.LabelSet:
    return shapes.LabelSet(await chats.add_labels(tx, chat_id, named(body), is_business=False))


@operation("replaceChatLabels")
async def replace_chat_labels(tx: Tx, chat_id: ChatId, body: Labels) -> shapes.LabelSet:
    if body.labels is UNSET:
        return shapes.LabelSet(await chats.add_labels(tx, chat_id, named(body), is_business=False))
    return shapes.LabelSet(await chats.replace_labels(tx, chat_id, body.labels, is_business=False))


def named(body: Labels) -> list[str]:
    if body.labels is not UNSET:
        return body.labels
    return [] if body.label is UNSET else [body.label]
