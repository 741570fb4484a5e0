"""What is wrong with a request before anybody looks at its meaning. Each surface words it in its own dialect."""

from collections.abc import Sequence

import msgspec


class FieldError(msgspec.Struct, frozen=True):
    """`fields` is the path from the request's root."""

    fields: tuple[str, ...]
    msg: str


class Fault(Exception):
    """A request that cannot be read."""


class BadText(Fault):
    """The bytes are not what they should be; takes why."""


class BadFields(Fault):
    """Fields that break the contract's schema, all of them."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(errors)
        self.errors = errors


class TooLarge(Fault):
    """More than anybody reads. The rest of the body is not waited for."""


class TooSlow(Fault):
    """The body did not arrive in time. The rest of it is not waited for."""


def bad_field(name: str, msg: str) -> BadFields:
    return BadFields([FieldError((name,), msg)])


def bad_json(why: object) -> BadText:
    return BadText(f"Bad JSON format: {why}")
