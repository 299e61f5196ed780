"""What the tests of usage share with those of deliveries."""

from tests.deliveries.conftest import person, sendout

__all__ = ["person", "sendout"]
