"""Shows the progress of a long command on a terminal; prints nothing elsewhere."""

import sys
import time
from collections.abc import Callable
from types import TracebackType

EVERY = 0.2


class Progress:
    """How many are done, how quickly, and of a known size the part and the time left."""

    def __init__(self, label: str, position: Callable[[], int] | None = None, size: int = 0) -> None:
        """`position` tells how much of `size` bytes is read."""
        self._label, self._position, self._size = label, position, size
        self._shown = sys.stderr.isatty()
        self._began = self._last = time.monotonic()
        self._done = 0

    def __enter__(self) -> "Progress":
        """Begin counting."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Leave the last line standing."""
        if self._shown and self._done:
            self._show(time.monotonic())
            sys.stderr.write("\n")

    def add(self, count: int) -> None:
        """So many more are done."""
        self._done += count
        now = time.monotonic()
        if self._shown and now - self._last >= EVERY:
            self._show(now)

    def note(self, line: str) -> None:
        """Print a line of its own."""
        sys.stderr.write(("\r\x1b[K" if self._shown else "") + line + "\n")

    def _show(self, now: float) -> None:
        self._last = now
        elapsed = max(now - self._began, 1e-9)
        parts = [f"{self._done:,} {self._label}", f"{self._done / elapsed:,.0f}/s"]
        if self._position and self._size:
            part = min(1.0, self._position() / self._size)
            filled = round(part * 24)
            left = elapsed / part - elapsed if part else 0.0
            parts += [f"[{'#' * filled}{'.' * (24 - filled)}] {part:.0%}", f"{left:,.0f} s left"]
        sys.stderr.write("\r" + " · ".join(parts) + "\x1b[K")
        sys.stderr.flush()
