"""The Django app of the accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, their roles and classes, and their sessions in the portal."""

    name = "edumetrics.accounts"
    label = "accounts"
