"""Why something was not fetched. None of these is our fault, so none of them is a VayroError."""


class NotFetched(Exception):
    """The root. Its sentence is for people; `kind` is stable."""

    kind = "not_fetched"


class NoAddress(NotFetched):
    """The host has no address, or DNS does not say."""

    kind = "no_address"


class ForbiddenAddress(NotFetched):
    """The host has an address that is not the Internet's."""

    kind = "forbidden_address"


class ForbiddenUrl(NotFetched):
    """The URL has a scheme or port that we do not use, or is none."""

    kind = "forbidden_url"


class NoAnswer(NotFetched):
    """Nobody answered in time, or not in HTTP."""

    kind = "no_answer"


class NotConnected(NoAnswer):
    """Nobody accepted a connection in time: nothing was sent."""


class TooMuch(NotFetched):
    """The answer is larger than we take."""

    kind = "too_much"


class TooFar(NotFetched):
    """It redirects more often than we follow."""

    kind = "too_far"
