"""Searches as people type them: half of them words found in 5 to 20 % of the messages, a fifth of them phrases."""

import random
from collections import Counter
from collections.abc import Sequence
from urllib.parse import quote

COMMON = (0.05, 0.20)
SAMPLE = 20_000
MIX = {"common": 50, "phrase": 20, "pair": 10, "rare": 10, "beginning": 5, "chat": 5}


class Searches:
    """Made from some of the texts that were seeded, so that what is looked for is there, mostly."""

    def __init__(self, texts: Sequence[str], chats: Sequence[int]) -> None:
        self._random = random.Random(7)
        self._texts = [text.split() for text in self._random.sample(texts, SAMPLE)]
        self._chats = chats[: max(1, len(chats) // 100)]
        counts = Counter(word for words in self._texts for word in set(words))
        share = {word: count / SAMPLE for word, count in counts.items()}
        self._common = [word for word, part in share.items() if COMMON[0] <= part <= COMMON[1]]
        self._rare = [word for word, count in counts.items() if count <= 2]

    def mixed(self, count: int) -> list[str]:
        """So many queries, in the mix that the row states."""
        kinds = [kind for kind, weight in MIX.items() for _ in range(count * weight // 100)]
        self._random.shuffle(kinds)
        return [self.query(kind) for kind in kinds]

    def many(self, kind: str, count: int) -> list[str]:
        return [self.query(kind) for _ in range(count)]

    def query(self, kind: str) -> str:
        chosen = self._random.choice
        match kind:
            case "common":
                return _q(chosen(self._common))
            case "phrase":
                return _q(f'"{" ".join(self._phrase())}"')
            case "pair":
                return _q(f"{chosen(self._common)} {chosen(self._common)}")
            case "rare":
                return _q(chosen(self._rare))
            case "beginning":
                return _q(f"{chosen(self._rare)[:4]}*")
            case "never together":
                return _q(" ".join([*self._random.sample(self._common, 3), chosen(self._rare)]))
            case "no such phrase":
                first, second = self._random.sample(self._common, 2)
                return _q(f'"{first} {second} {first} {second}"')
            case _:
                return f"{_q(chosen(self._common))}&chat_id={chosen(self._chats)}"

    def _phrase(self) -> list[str]:
        """Two or three words that stand side by side in some message."""
        words = self._random.choice(self._texts)
        while len(words) < 3:
            words = self._random.choice(self._texts)
        count = self._random.choice((2, 3))
        start = self._random.randrange(len(words) - count + 1)
        return words[start : start + count]


def _q(typed: str) -> str:
    return f"q={quote(typed)}"
