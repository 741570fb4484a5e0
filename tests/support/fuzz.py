"""How many examples hypothesis tries: the same ones in every run, or many more and new ones with `make fuzz`."""

import os

from hypothesis import settings

FUZZ = int(os.environ.get("TIDELINE_FUZZ", "1"))


def use() -> None:
    """A busy machine is no reason to fail (`deadline`), and nor is luck (`derandomize`)."""
    settings.register_profile("tideline", max_examples=100 * FUZZ, deadline=None, derandomize=FUZZ == 1)
    settings.load_profile("tideline")
