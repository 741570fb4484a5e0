"""What a workspace is given that is made on the first page of a new installation."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FirstRun:
    messages_quota: int
    api_calls_quota: int
