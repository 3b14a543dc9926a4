"""The auth method of app ids and user ids, which `approle` has replaced."""

from strongroom.auth.app_id.method import AppId

__all__ = ["AppId"]
