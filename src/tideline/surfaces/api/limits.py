"""The contract's limits on texts, in characters."""

TEXT = 2000
LABEL = 64
CHAT_NAME = 256
