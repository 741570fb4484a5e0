"""Tables to take along: CSV that is sent while it is made, and that no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence

from starlette.responses import StreamingResponse

from tideline.surfaces.dashboard import security

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a cell must not begin with: a spreadsheet would reckon it, or call somebody with it."""

Row = Sequence[object]


def cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) and not isinstance(value, int | float) else text


def lines(rows: Iterable[Row]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def download(name: str, portions: AsyncIterator[Sequence[Row]]) -> StreamingResponse:
    """A file that grows as the portions come. The mark at its beginning tells spreadsheets that it is UTF-8."""

    async def body() -> AsyncIterator[str]:
        yield "\N{ZERO WIDTH NO-BREAK SPACE}"
        async for rows in portions:
            yield lines(rows)

    headers = {**security.HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(body(), media_type="text/csv; charset=utf-8", headers=headers)
