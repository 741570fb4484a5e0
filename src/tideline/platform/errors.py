"""Problems: situations a user can understand, each with a code and a sentence."""

from typing import Any, ClassVar


class Problem(Exception):
    """Something the caller can understand and often mend.

    Subclasses name the situation and set `code` and `message`. Every surface renders a problem once, in
    its own shape. Anything raised that is not a Problem is a bug and may rise.
    """

    code: ClassVar[str] = "problem"
    message: str = "Something is not right."

    def __init__(self, message: str | None = None, **details: Any) -> None:
        self.message = message or type(self).message
        self.details = details
        super().__init__(self.message)
