"""What makes two rows the same person: the name as it is compared."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.db import models

WORDS = re.compile(r"\w+")


def name_key(first_name: str, last_name: str) -> str:
    """Reduce a name to what is compared and searched: no case, accents, marks or extra blanks."""
    plain = unicodedata.normalize("NFKD", f"{first_name} {last_name}".casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(WORDS.findall(letters))[:260]


class NameKeyField(models.CharField):  # type: ignore[type-arg]
    """Holds the key of the row's name, computed anew whenever the row is saved."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Compute the key from the names beside it; also on `bulk_create`."""
        names = model_instance.__dict__
        key = name_key(names["first_name"], names["last_name"])
        setattr(model_instance, self.attname, key)
        return key
