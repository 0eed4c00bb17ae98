"""Prints figures as they come."""

from __future__ import annotations


class Table:
    def __init__(self, title: str, first: str, *columns: str, width: int = 13) -> None:
        self._width = width
        print(f"\n{title}\n")
        self.row(first, *columns)

    def row(self, first: str, *cells: str) -> None:
        print(f"{first:<24}" + "".join(f"{it:>{self._width}}" for it in cells), flush=True)


def millis(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
