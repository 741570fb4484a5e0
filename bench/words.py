"""Texts with words as frequent as in people's messages: few are in every fifth message, most in hardly any (Zipf)."""

import itertools
import random

SYLLABLES = """
    ba be bi bo bu da de di do du fa fe fi fo ga ge gi go ka ke ki ko ku la le li lo lu ma me mi mo mu na ne ni no nu
    pa pe pi po ra re ri ro ru sa se si so su ta te ti to tu va ve vi vo wa we wi za ze zo
"""
VOCABULARY = 50_000
FLATTER = 2.7  # Mandelbrot's constant: the first words are not as frequent as Zipf alone would have them
LONGEST = 60


class Texts:
    """Makes texts, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.words = _vocabulary()
        self._weights = list(itertools.accumulate(1 / (rank + FLATTER) for rank in range(VOCABULARY)))

    def text(self) -> str:
        """Mostly a handful of words, now and then a long message."""
        count = min(LONGEST, round(self._random.lognormvariate(1.9, 0.75)) or 1)
        return " ".join(self._random.choices(self.words, cum_weights=self._weights, k=count))


def _vocabulary() -> list[str]:
    """Short words first: what people say often is short."""
    chance, syllables = random.Random(1), SYLLABLES.split()
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        length = 1 if len(words) < 30 else 2 if len(words) < 1500 else chance.choice((2, 3, 3, 4))
        word = "".join(chance.choice(syllables) for _ in range(length))
        words[word + (chance.choice("nrstlm") if chance.random() < 0.4 else "")] = None
    return list(words)
