"""The words that names are made of, for whoever mistypes one."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models


class NameWord(models.Model):
    """A folded word of the name of some customer or person; noted by triggers when a name is written.

    Words are few where names are many. None is unique, so that two who write the same new word never wait for each
    other: reading takes each once. A word that no name has any more stays, and finds nobody; erasing takes it out.
    """

    word = models.CharField(max_length=60)  # longer ones are no words

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["word"], name="name_word"),
            GinIndex(fields=["word"], opclasses=["gin_trgm_ops"], name="name_word_trgm"),
        ]

    def __str__(self) -> str:
        return self.word
