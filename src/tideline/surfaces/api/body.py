"""What request bodies of this surface are made of: those of every contract."""

from tideline.platform.contract.body import Body, BodyReader, fold, trim
from tideline.platform.contract.exchange import LARGEST, ClientGone, Receive, receive_body

__all__ = ["LARGEST", "Body", "BodyReader", "ClientGone", "Receive", "fold", "receive_body", "trim"]
