"""Looks at the pictures of people and groups, and keeps those that are new."""

from functools import partial

from tideline.features import chats
from tideline.features.files import File, Files, Photos
from tideline.features.numbers import LookAtPicture
from tideline.features.numbers.port import Capability, Picture
from tideline.platform.db import Database, Tx
from tideline.surfaces.gateway.roster import Held


class Pictures:
    """A picture that cannot be had now is looked for again tomorrow; nobody waits for it."""

    def __init__(self, db: Database, files: Files) -> None:
        self._db = db
        self._photos = Photos(files)

    async def look(self, held: Held, asked: LookAtPicture) -> None:
        if Capability.PICTURES not in held.connector.capabilities or held.number.is_gone:
            return
        workspace_id = held.lease.workspace_id
        async with self._db.read(workspace_id) as tx:
            wanted = await chats.photo_to_look_at(tx, asked.chat_id, asked.since)
        if wanted is None:
            return
        picture = await held.connector.picture(held.number.account, wanted.peer)
        if picture is None:
            await self._db.run(workspace_id, partial(chats.hide_photo, chat_id=asked.chat_id))
        elif picture.id == wanted.picture_id:
            await self._db.run(workspace_id, partial(chats.keep_photo, chat_id=asked.chat_id, picture_id=picture.id))
        else:
            await self._keep(workspace_id, asked.chat_id, picture)

    async def give_up(self, workspace_id: int, asked: LookAtPicture) -> None:
        await self._db.run(workspace_id, partial(chats.put_off_photo, chat_id=asked.chat_id))

    async def _keep(self, workspace_id: int, chat_id: int, picture: Picture) -> None:
        async def attach(tx: Tx, file: File) -> None:
            await chats.show_photo(tx, chat_id, picture.id, file.uid)

        await self._photos.save(workspace_id, picture.source.chunks(), attach)
