"""Stripe for tests: localstripe in a process, and before it a front for the two pages that it does not have."""

import hashlib
import hmac
import http.server
import json
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.servers import Server, is_listening, running

SECRET_KEY = "sk_test_0123456789"
WEBHOOK_SECRET = "whsec_0123456789"
PRICES = {"pro": "price_pro", "enterprise": "price_enterprise"}
PAGES = ("/v1/checkout/sessions", "/v1/billing_portal/sessions")


class Localstripe(Server):
    """The process."""

    program = "localstripe"

    def command(self) -> list[str]:
        # It keeps what it knows in the temporary directory: here, one of its own.
        return ["env", f"TMPDIR={self.directory}", sys.executable, "-m", "localstripe", "--from-scratch",
                "--port", str(self.port)]  # fmt: skip

    def is_ready(self) -> bool:
        return is_listening(self.port)


class Stripe:
    """The whole. `pages` are the parameters of the pages that were asked for; `url` is where Stripe's API is."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.pages: list[tuple[str, dict[str, str]]] = []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def post(self, path: str, **fields: Any) -> Any:
        return self._send("POST", path, fields)

    def delete(self, path: str) -> Any:
        return self._send("DELETE", path, {})

    def subscribe(self, customer_id: str, plan: str) -> str:
        """Have a customer subscribe, as the page of the checkout would; a price of nothing is paid at once."""
        fields = {"customer": customer_id, "items[0][plan]": PRICES[plan]}
        subscription: str = self.post("/v1/subscriptions", **fields)["id"]
        return subscription

    def _send(self, method: str, path: str, fields: dict[str, Any]) -> Any:
        body = urllib.parse.urlencode(fields).encode() if fields else None
        headers = {"Authorization": f"Bearer {SECRET_KEY}"}
        request = urllib.request.Request(f"http://127.0.0.1:{self._port}{path}", body, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        stripe = self

        class Front(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._forward()

            def do_DELETE(self) -> None:
                self._forward()

            def do_POST(self) -> None:
                if self.path not in PAGES:
                    self._forward()
                    return
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                stripe.pages.append((self.path, dict(urllib.parse.parse_qsl(body))))
                kind = "checkout.session" if "checkout" in self.path else "billing_portal.session"
                page = {"id": "cs_test", "object": kind, "url": f"https://stripe.test{self.path}"}
                self._answer(200, json.dumps(page).encode())

            def _forward(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
                kept = {name: self.headers[name] for name in ("Authorization", "Content-Type") if self.headers[name]}
                address = f"http://127.0.0.1:{stripe._port}{self.path}"
                request = urllib.request.Request(address, body, kept, method=self.command)
                try:
                    with urllib.request.urlopen(request, timeout=30) as answer:
                        self._answer(answer.status, answer.read())
                except urllib.error.HTTPError as error:
                    with error:
                        self._answer(error.code, error.read())

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        return Front


@contextmanager
def stripe_running() -> Iterator[Stripe]:
    """Stripe, with a price for each plan."""
    with running(Localstripe()) as server:
        stripe = Stripe(server.port)
        thread = threading.Thread(target=stripe.server.serve_forever, daemon=True)
        thread.start()
        for price in PRICES.values():
            fields = {"id": price, "amount": 0, "currency": "eur", "interval": "month", "product[name]": price}
            stripe.post("/v1/plans", **fields)
        yield stripe
        stripe.server.shutdown()
        stripe.server.server_close()
        thread.join()


def event(kind: str, about: dict[str, Any], event_id: str) -> bytes:
    """The body of a webhook."""
    body = {"id": event_id, "object": "event", "type": kind, "created": int(time.time()), "data": {"object": about}}
    return json.dumps(body).encode()


def sign(body: bytes, *, secret: str = WEBHOOK_SECRET, age_seconds: int = 0) -> str:
    """The header that Stripe sends with it."""
    moment = int(time.time()) - age_seconds
    digest = hmac.new(secret.encode(), b"%d.%s" % (moment, body), hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"
