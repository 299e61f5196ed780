"""What the tests of pages share with those of deliveries."""

from tests.deliveries.conftest import person, sendout

__all__ = ["person", "sendout"]
