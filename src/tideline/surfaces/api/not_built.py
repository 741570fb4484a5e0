"""The operations of the contract with nothing behind them yet. They answer 405 `not_supported`."""

NOT_BUILT: frozenset[str] = frozenset()
