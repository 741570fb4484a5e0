"""Which phones are on WhatsApp, as numbers were told."""

from tideline.platform.db import Tx


async def keep(tx: Tx, number_id: int, phone: str, *, is_on_whatsapp: bool) -> None:
    await tx.execute(
        """
        INSERT INTO tenant.number_check (workspace, number_id, phone, is_on_whatsapp, checked_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (workspace, number_id, phone) DO UPDATE SET is_on_whatsapp = $4, checked_at = $5
        """,
        tx.workspace_id,
        number_id,
        phone,
        is_on_whatsapp,
        tx.now,
    )
