"""Names of cookies: over https a prefix says that only we can have set them (RFC 6265bis, 4.1.3)."""

from collections.abc import Mapping

OF_HOST, OF_PATH = "__Host-", "__Secure-"


def cookie_name(name: str, *, https: bool, path: str = "/") -> str:
    """What a cookie for this path is called."""
    return f"{OF_HOST if path == '/' else OF_PATH}{name}" if https else name


def harmless(cookies: Mapping[str, str], name: str) -> str:
    """The value of a cookie whose forgery would not matter, with the prefix or without."""
    return cookies.get(f"{OF_HOST}{name}") or cookies.get(name, "")
