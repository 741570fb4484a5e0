"""Where the functions that answer operations register."""

from tideline.platform.contract.registry import Operations

operations = Operations()
operation = operations.operation
