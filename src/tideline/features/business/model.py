"""The account of a business number: what the Business Platform calls it, and the secrets that open it. No I/O."""

from dataclasses import dataclass, field
from datetime import datetime

from tideline.features.numbers import NumberId


@dataclass(frozen=True, slots=True)
class Account:
    """`phone_number_id` and `waba_id` are the platform's names for the number and for the business account it is in.

    `secrets` are encrypted, and None once the account was removed.
    """

    workspace_id: int
    number_id: NumberId
    phone_number_id: str
    waba_id: str
    display_phone: str
    name: str
    secrets: bytes | None = field(repr=False)
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Secrets:
    """`token` opens the platform, `app_secret` signs what it calls us with, `verify_token` and `path_key` are ours."""

    token: str = field(repr=False)
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    path_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A business number to add. `phone` is bare digits, `display_phone` as WhatsApp writes it."""

    phone: str
    phone_number_id: str
    waba_id: str
    token: str = field(repr=False)
    app_secret: str = field(repr=False)
    display_phone: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """An account with its secrets in the clear, for who speaks for it or checks who calls."""

    account: Account
    secrets: Secrets
