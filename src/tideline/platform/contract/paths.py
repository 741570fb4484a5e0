"""Finds the entry of the routing table that a request path means."""

from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class _Node(Generic[T]):
    __slots__ = ("entries", "name", "segments", "variable")

    def __init__(self) -> None:
        self.segments: dict[str, _Node[T]] = {}
        self.variable: _Node[T] | None = None
        self.name = ""
        self.entries: dict[str, T] = {}


class Paths(Generic[T]):
    """A tree of path segments. A fixed segment wins over a variable one; there are no redirects."""

    def __init__(self, entries: Iterable[tuple[str, str, T]]) -> None:
        self._root: _Node[T] = _Node()
        for method, path, entry in entries:
            self._grow(path).entries[method] = entry

    def find(self, path: str) -> tuple[dict[str, T], dict[str, str]] | None:
        """The entries by method and the texts of the variable segments, or None for an unknown path.

        An empty segment never matches, so a trailing slash is an unknown path.
        """
        if not path.startswith("/"):
            return None
        node, variables = self._root, {}
        for segment in path[1:].split("/"):
            child = node.segments.get(segment)
            if child is None:
                child = node.variable
                if child is None or not segment:
                    return None
                variables[child.name] = segment
            node = child
        return (node.entries, variables) if node.entries else None

    def _grow(self, path: str) -> _Node[T]:
        node = self._root
        for segment in path.removeprefix("/").split("/"):
            if segment.startswith("{"):
                node = self._variable(node, segment[1:-1], path)
            else:
                node = node.segments.setdefault(segment, _Node())
        return node

    def _variable(self, node: _Node[T], name: str, path: str) -> _Node[T]:
        if node.variable is None:
            node.variable = _Node()
            node.variable.name = name
        if node.variable.name != name:
            raise ValueError(f"{path} names a segment {name!r} that is {node.variable.name!r} elsewhere")
        return node.variable
