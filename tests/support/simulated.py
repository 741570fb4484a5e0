"""An empty simulated world on a database that several tests share: a new database each would take most of the time."""

from tideline.platform.db import Database

# In an order that the references allow; links and groups take theirs along.
FILLED = (
    "link",
    "pairing",
    "reaction",
    "copy",
    "message",
    "call",
    "chat_group",
    "file",
    "business",
    "template",
    "phone",
)


async def empty_world(db: Database) -> None:
    async with db.system() as tx:
        for table in FILLED:
            await tx.execute(f"DELETE FROM simulator.{table}")
        await tx.execute("UPDATE simulator.world SET last_id = 0, last_event = 0, changes = 0")
