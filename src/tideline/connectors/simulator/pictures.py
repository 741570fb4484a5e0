"""What phones and groups show as their picture, and who hears that it changed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from tideline.connectors.simulator import files
from tideline.connectors.simulator.errors import NotAPicture, PictureNotFound
from tideline.connectors.simulator.model import File, FileId, Link, LinkId, Phone
from tideline.connectors.simulator.step import Step
from tideline.connectors.simulator.store import files as file_rows
from tideline.connectors.simulator.store import links as link_rows
from tideline.connectors.simulator.store import pictures as store
from tideline.features.numbers.port import MediaKind, Peer, Picture, PictureChanged
from tideline.platform.db import Connection, Database


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of a picture, as a `MediaSource`."""

    db: Database
    file: FileId

    def chunks(self) -> AsyncIterator[bytes]:
        return files.stream(self.db, self.file)


async def of_phone(step: Step, digits: str, picture: File | None) -> Phone:
    """Show another picture, or none; those who have met the phone hear of it."""
    _check(picture)
    phone = replace(await step.phone(digits), picture=picture.id if picture else None)
    step.enter(phone)
    await store.set_of_phone(step.tx, phone.id, phone.picture)
    await _keep(step, picture)
    for link in await _links(step, step.friends_of(phone)):
        step.tell(link, PictureChanged(step.name(link, phone), step.now))
    return phone


async def of_group(step: Step, jid: str, picture: File | None) -> None:
    _check(picture)
    group = await step.group(jid)
    await store.set_of_group(step.tx, group.id, picture.id if picture else None)
    await _keep(step, picture)
    for member in group.members:
        for link in step.links_of(member.phone):
            step.tell(link, PictureChanged(Peer(group=jid), step.now))


def _check(picture: File | None) -> None:
    if picture and picture.kind is not MediaKind.IMAGE:
        raise NotAPicture


async def _keep(step: Step, picture: File | None) -> None:
    if picture:
        await file_rows.mark_kept(step.tx, picture.id)


async def _links(step: Step, ids: list[LinkId]) -> list[Link]:
    found = [link for one in ids if (link := await link_rows.find_link(step.tx, one)) and not link.is_ended]
    await step.load(ids={link.phone for link in found})
    return found


async def find(db: Database, conn: Connection, peer: Peer) -> Picture | None:
    file = await store.find(conn, phone=peer.phone, lid=peer.lid, group=peer.group)
    return Picture(str(file.id), file.mimetype, Source(db, file.id)) if file else None


async def get(conn: Connection, *, phone: str | None = None, group: str | None = None) -> File:
    file = await store.find(conn, phone=phone, lid=None, group=group)
    if file is None:
        raise PictureNotFound
    return file
