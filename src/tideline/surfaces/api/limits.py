"""The contract's limits on texts, in characters."""

TEXT = 2000
NOTE = 10_000
REACTION = 50
LABEL = 64
CHAT_NAME = 256
TEMPLATE_NAME = 160
TEMPLATE_TEXT = 4096
URL = 4096
