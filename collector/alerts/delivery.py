"""Hands a letter over: by mail, Telegram, a WhatsApp gateway, a webhook. Imports Apprise."""

from apprise import Apprise, NotifyFormat


def deliver(url: str, title: str, text: str) -> bool:
    """Was it taken? An address that Apprise does not know takes nothing."""
    way = Apprise()
    return way.add(url) and bool(way.notify(text, title=title, body_format=NotifyFormat.TEXT))
