"""Some of a list at a time, by the key of the last item that was read."""

from collections.abc import Callable, Iterable
from urllib.parse import urlencode

from flask import request

from collector.web.api.answers import Page, T
from collector.web.api.asked import Asked


def page(items: Iterable[T], key: Callable[[T], str], asked: Asked) -> Page[T]:
    """In the order of the keys, so that what comes or goes meanwhile shifts nothing."""
    keyed = sorted(((key(item), item) for item in items), key=lambda each: each[0])
    rest = [each for each in keyed if each[0] > asked.after]
    shown, more = rest[: asked.limit], len(rest) > asked.limit
    return Page([item for _, item in shown], _address(shown[-1][0]) if more else None)


def _address(after: str) -> str:
    return f"{request.path}?{urlencode({**request.args.to_dict(), 'after': after})}"
