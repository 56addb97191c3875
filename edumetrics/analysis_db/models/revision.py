"""What has changed since an answer was made."""

from django.db import models


class Revision(models.Model):
    """A number that grows with every transaction that changes what answers about a class are made of.

    Triggers of the tables below it write it, as the last thing of a transaction (migration 0005), so that who reads
    the number and then the tables never finds them older than the number. What a class has depends on everything
    (class_id "") and on itself.
    """

    class_id = models.CharField(
        max_length=64,
        primary_key=True,
        help_text="the class of the students whom somebody logged something about; empty: everything else",
    )
    number = models.BigIntegerField(help_text="grows, and never comes back; about the milliseconds since 1970")

    class Meta:
        db_table = "revision"
