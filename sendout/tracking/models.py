"""What was fetched or followed and is not judged yet; rows live for seconds."""

from __future__ import annotations

from django.db import models


class Hit(models.Model):
    """A picture that was fetched (link 0) or a link that was followed.

    delivery: an id that our signature vouches for; the row may be deleted since. sign, client: see
    `core.tracking`. url: where the link leads.
    """

    delivery = models.BigIntegerField()
    link = models.BigIntegerField()
    sign = models.CharField(max_length=16)
    client = models.CharField(max_length=40)
    at = models.DateTimeField()
    url = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["delivery", "at"], name="hit_delivery")]
