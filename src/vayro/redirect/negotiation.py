"""Whether a page or a problem document is wanted (RFC 9110 §12.5.1, as far as two answers need it)."""

_JSON = ("application/problem+json", "application/json", "application/*")
_HTML = ("text/html", "application/xhtml+xml", "text/*")
MAX_ACCEPT = 1_024


def prefers_json(accept: str) -> bool:
    """Return whether JSON is asked for more than HTML; a client that does not say gets the page."""
    weights = _weights(accept[:MAX_ACCEPT])
    wildcard = weights.get("*/*", 0.0)
    json = max((weights[name] for name in _JSON if name in weights), default=wildcard)
    html = max((weights[name] for name in _HTML if name in weights), default=wildcard)
    return json > html


def names_html(accept: str) -> bool:
    """Return whether a page is asked for by name, as browsers do when they go somewhere."""
    return _weights(accept[:MAX_ACCEPT]).get("text/html", 0.0) > 0


def _weights(accept: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for part in accept.split(","):
        name, _, parameters = part.partition(";")
        weights[name.strip().lower()] = _weight(parameters)
    return weights


def _weight(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value.strip()[:5])
            except ValueError:
                return 0.0
    return 1.0
