"""What the Business Platform calls: webhooks, signed by the app of an account, each account at a path of its own."""

from tideline.surfaces.inbound.app import BASE, Inbound
from tideline.surfaces.inbound.doors import Door

__all__ = ["BASE", "Door", "Inbound"]
