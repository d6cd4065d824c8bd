"""Telling whether bytes begin with a whole, plain request head, and taking from it what a click needs.

Plain: GET or HEAD of a code by HTTP/1.1, fields of ordinary form, none that changes how the message or the connection
is to be handled. What is not plain is not judged here; uvicorn and httptools do that. So the rules only have to be
narrower than theirs. One expression does it in 0.8 us; a loop over the lines takes 1.5 us.
"""

import re

_NAME = rb"[A-Za-z0-9_-]*+"
# What may stand in a value (RFC 9110 §5.5): no control character but the tab. As a list of what may, not of what
# may not, it is matched twice as fast.
_ORDINARY = rb"[\t -~\x80-\xff]*+"
_VALUE = rb":[ \t]*+(" + _ORDINARY + rb")\r\n"
_ANY_VALUE = rb":" + _ORDINARY + rb"\r\n"


def _caseless(word: str) -> bytes:
    return b"".join(
        f"[{letter.upper()}{letter}]".encode() if letter.isalpha() else re.escape(letter).encode() for letter in word
    )


def _others_but(first: str, *endings: str) -> bytes:
    """Fields that begin with `first`, but for those that go on with one of `endings`."""
    refused = b"|".join(_caseless(ending) + b":" for ending in endings)
    return _caseless(first) + b"(?!" + refused + b")" + _NAME + _ANY_VALUE


def _head(*captured: str) -> "re.Pattern[bytes]":
    fields = [
        rb"[abdf-oqrvwyzABDF-OQRVWYZ0-9_]" + _NAME + _ANY_VALUE,
        _others_but("s", "ec-purpose"),
        _caseless("connection") + b": " + _caseless("keep-alive") + rb"\r\n",
        _others_but("c", "onnection", "ontent-length"),
        _others_but("u", "pgrade"),
        _others_but("x", "-purpose", "-moz"),
        _others_but("p", "urpose", "roxy-connection"),
        _others_but("t", "ransfer-encoding"),
        _others_but("e", "xpect"),
    ]
    wanted = [_caseless(name) + _VALUE for name in captured]
    return re.compile(
        rb"(?:GET|(HEAD)) /([A-Za-z0-9_-]{1,50}+)(?:\?[A-Za-z0-9_.~%&=+-]*+)? HTTP/1\.1\r\n"
        rb"(?:" + b"|".join([*wanted, *fields]) + rb")*+\r\n"
    )


match_head = _head("user-agent", "referer").match
"""Groups: HEAD or None, code, user agent, referrer. Of a field that comes twice, the last."""

match_head_with_origin = _head("user-agent", "referer", "host", "x-forwarded-for").match
"""As `match_head`, and Host and the last X-Forwarded-For."""
