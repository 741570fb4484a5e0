"""The rows of labels. A chat's row repeats their names, in the order in which they were added."""

from collections.abc import Sequence

from tideline.features.chats.model import Chat, ChatId, Label
from tideline.platform.db import Tx


async def list_all(tx: Tx, *, offset: int, limit: int) -> list[Label]:
    """A part of the workspace's labels by name, letters in any case. The chats of each are counted in the index of
    labels, and only for labels of this part."""
    rows = await tx.fetch(
        f"""
        SELECT l.name, (
            SELECT count(*) FROM tenant.chat_label cl WHERE cl.workspace = l.workspace AND cl.label_id = l.id
        ) AS chats
        FROM tenant.label l WHERE l.workspace = $1
        ORDER BY lower(l.name), l.name LIMIT {limit} OFFSET {offset}
        """,
        tx.workspace_id,
    )
    return [Label(row["name"], row["chats"]) for row in rows]


async def find_like(tx: Tx, letters: str, limit: int) -> list[str]:
    rows = await tx.fetch(
        """
        SELECT l.name FROM tenant.label l WHERE l.workspace = $1 AND strpos(lower(l.name), lower($2)) > 0
        ORDER BY lower(l.name), l.name LIMIT $3
        """,
        tx.workspace_id,
        letters,
        limit,
    )
    return [row["name"] for row in rows]


async def add(tx: Tx, pairs: Sequence[tuple[ChatId, str]]) -> None:
    """Put labels on chats, making those that the workspace does not have yet."""
    wanted = sorted({label for _, label in pairs})
    await tx.execute(
        """
        INSERT INTO tenant.label (workspace, name, created_at)
        SELECT $1, new.name, $2 FROM unnest($3::text[]) AS new (name)
        ON CONFLICT (workspace, name) DO NOTHING
        """,
        tx.workspace_id,
        tx.now,
        wanted,
    )
    await tx.execute(
        """
        INSERT INTO tenant.chat_label (workspace, chat_id, label_id, added_at)
        SELECT $1, new.chat_id, l.id, $2
        FROM unnest($3::int[], $4::text[]) AS new (chat_id, name)
        JOIN tenant.label l ON l.workspace = $1 AND l.name = new.name
        ON CONFLICT (workspace, chat_id, label_id) DO NOTHING
        """,
        tx.workspace_id,
        tx.now,
        [chat_id for chat_id, _ in pairs],
        [label for _, label in pairs],
    )


async def remove(tx: Tx, chat_ids: Sequence[ChatId], names: Sequence[str]) -> None:
    await tx.execute(
        """
        DELETE FROM tenant.chat_label cl USING tenant.label l
        WHERE cl.workspace = $1 AND cl.chat_id = ANY ($2::int[])
          AND l.workspace = cl.workspace AND l.id = cl.label_id AND l.name = ANY ($3::text[])
        """,
        tx.workspace_id,
        list(chat_ids),
        list(names),
    )


async def repeat(tx: Tx, chats: Sequence[Chat]) -> None:
    """Say on the chats' rows which labels they have now."""
    await tx.execute(
        """
        UPDATE tenant.chat c
        SET labels = ARRAY(SELECT jsonb_array_elements_text(new.labels)), updated_at = GREATEST(c.updated_at, $4)
        FROM jsonb_each($2::jsonb) AS new (id, labels)
        WHERE c.workspace = $1 AND c.id = ANY ($3::int[]) AND c.id = new.id::int
        """,
        tx.workspace_id,
        {str(chat.id): chat.labels for chat in chats},
        [chat.id for chat in chats],
        tx.now,
    )
