"""Which files phones and groups show."""

from tideline.connectors.simulator.model import File, FileId, GroupId, PhoneId
from tideline.connectors.simulator.store import files
from tideline.platform.db import Connection, SystemTx


async def set_of_phone(tx: SystemTx, phone: PhoneId, file: FileId | None) -> None:
    await tx.execute("UPDATE simulator.phone SET picture = $2 WHERE id = $1", phone, file)


async def set_of_group(tx: SystemTx, group: GroupId, file: FileId | None) -> None:
    await tx.execute("UPDATE simulator.chat_group SET picture = $2 WHERE id = $1", group, file)


async def find(conn: Connection, *, phone: str | None, lid: str | None, group: str | None) -> File | None:
    row = await conn.row(
        """
        SELECT f.id AS file_id, f.kind, f.filename, f.mimetype, f.size, f.seconds, f.waveform
        FROM simulator.file f
        WHERE f.id = (SELECT p.picture FROM simulator.phone p WHERE p.phone = $1 OR p.lid = $2)
           OR f.id = (SELECT g.picture FROM simulator.chat_group g WHERE g.jid = $3)
        """,
        phone,
        lid,
        group,
    )
    return files.to_file(row) if row else None
