"""Voice and file messages: a file and the message that carries it, in one request."""

from collections.abc import Awaitable
from functools import partial
from typing import Protocol

from tideline.features.chats import ChatId
from tideline.features.files import File, FileKind, Said, Uploads, Voices
from tideline.features.messages import Load, Outgoing, ToChat, clean_text
from tideline.features.numbers.port import MediaKind
from tideline.platform.facts import Actor
from tideline.surfaces.api import shapes
from tideline.surfaces.api.form import Form
from tideline.surfaces.api.metadata import read
from tideline.surfaces.api.registry import operation


class Carry(Protocol):
    """Queues a message with the file that `load` makes, and names it."""

    def __call__(self, outgoing: Outgoing, load: Load) -> Awaitable[shapes.MessageRef]: ...


class VoiceForm(Form, kw_only=True):
    metadata: str = ""


@operation("sendVoiceMessage")
async def send_voice_message(chat_id: ChatId, form: VoiceForm, voices: Voices, send: Carry) -> shapes.MessageRef:
    outgoing = Outgoing(ToChat(chat_id), kind=MediaKind.VOICE, is_business=False, metadata=read(form.metadata))
    return await send(outgoing, partial(voices.save, form.file.spooled, form.file.filename))


class FileMessageForm(Form, kw_only=True):
    filename: str = ""
    content_type: str = ""
    caption: str = ""
    metadata: str = ""

    @property
    def text(self) -> str | None:
        return clean_text(self.caption) if self.caption.strip() else None


@operation("sendFileMessage")
async def send_file_message(chat_id: ChatId, form: FileMessageForm, uploads: Uploads, send: Carry) -> shapes.MessageRef:
    async def load(workspace_id: int, actor: Actor) -> File:
        said, part = Said(form.filename, form.content_type), Said(form.file.filename, form.file.content_type)
        spooled, kind = form.file.spooled, FileKind.DOCUMENT
        return (await uploads.take(workspace_id, spooled, said, part=part, kind=kind, actor=actor)).file

    outgoing = Outgoing(
        ToChat(chat_id), form.text, kind=MediaKind.DOCUMENT, is_business=False, metadata=read(form.metadata)
    )
    return await send(outgoing, load)
