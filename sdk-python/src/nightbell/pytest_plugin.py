"""The fixture ``nightbell_fake``, found by pytest by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nightbell.testing import FakeNightbell


@pytest.fixture
def nightbell_fake() -> Iterator[FakeNightbell]:
    """Give a Nightbell that takes the place of the server: see :mod:`nightbell.testing`."""
    # Here: whoever has the package installed and does not use it pays nothing.
    from nightbell.testing import FakeNightbell

    with FakeNightbell() as fake:
        yield fake
