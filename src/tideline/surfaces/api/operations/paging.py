"""Pages of lists: fifty rows, or fewer for clients that ask for fewer."""

PAGE = 50


def page_size(limit: str | int | None) -> int:
    """`limit` is in no contract but in programs that people use; what makes no sense is ignored."""
    limit = str(limit or "")
    if limit and limit.isascii() and limit.isdigit() and len(limit) <= 3 and int(limit) > 0:
        return min(int(limit), PAGE)
    return PAGE
