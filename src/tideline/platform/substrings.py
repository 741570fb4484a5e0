"""Finding texts by any part of them: how they are compared, and what the function `tenant.grams` indexes."""

import unicodedata


def folded(text: str) -> str:
    """The same for texts that people would call the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def grams(workspace_id: int, mark: str, text: str) -> list[str]:
    """The substrings that everything containing the text has too: all of its threes, or itself if it is shorter."""
    size = min(len(text), 3)
    found = {text[start : start + size] for start in range(len(text) - size + 1)}
    return sorted(f"{workspace_id}:{mark}:{gram}" for gram in found)
