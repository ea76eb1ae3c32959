"""The project's version as Debian writes it."""

from packaging.version import Version


def debian(version: str, release: int) -> str:
    """A PEP 440 version for one Debian release: `0.2.0rc1` for 13 is `0.2.0~rc1-1+deb13`.

    dpkg sorts them as Python does, and the package of a newer release after that of an older one,
    so that an upgrade of the system brings the right one. Source: deb-version(7), where `~` comes
    before everything, even before the end.
    """
    parsed = Version(version)
    epoch = f"{parsed.epoch}:" if parsed.epoch else ""
    return f"{epoch}{_upstream(parsed)}-1+deb{release}"


def _upstream(version: Version) -> str:
    text = ".".join(map(str, version.release))
    if version.pre is not None:
        text += "~{}{}".format(*version.pre)
    if version.post is not None:
        text += f".post{version.post}"
    if version.dev is not None:
        text += f"~~dev{version.dev}"  # before `~a1`, which is before the end
    return f"{text}+{version.local}" if version.local else text
