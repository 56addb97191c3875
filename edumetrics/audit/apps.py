"""The Django app of the audit log."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """What was done to personal data, and by whom; never changed afterwards."""

    name = "edumetrics.audit"
    label = "audit"
