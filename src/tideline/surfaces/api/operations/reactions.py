"""Reactions to messages: everybody's are read, the number's own is set and taken away."""

from typing import Annotated

from msgspec import Meta

from tideline.features import messages
from tideline.platform.db import Tx
from tideline.surfaces.api import shapes, wire
from tideline.surfaces.api.body import Body
from tideline.surfaces.api.limits import REACTION
from tideline.surfaces.api.operations.ids import message_uid_of
from tideline.surfaces.api.registry import operation


class ReactionBody(Body):
    reaction: Annotated[str, Meta(max_length=REACTION)]


@operation("getReactions")
async def get_reactions(tx: Tx, message_uid: str) -> shapes.Reactions:
    message = await messages.get(tx, message_uid_of(message_uid), is_business=False)
    return wire.reactions(message.reactions)


@operation("setReaction")
async def set_reaction(tx: Tx, message_uid: str, body: ReactionBody) -> shapes.MessageRef:
    uid = message_uid_of(message_uid)
    await messages.set_reaction(tx, uid, body.reaction.strip() or None, is_business=False)
    return shapes.MessageRef(str(uid))
