"""Codes that no link may have, because the engine serves the path itself or a reader would take the link for ours."""

ENGINE_PATHS = frozenset({"health", "robots.txt", "favicon.ico", ".well-known", "qr", "metrics", "report"})
"""What `vayro redirect` answers itself, now or soon."""

DASHBOARD_PATHS = frozenset(
    {
        *(
            "api",
            "v1",
            "v2",
            "openapi.json",
            "docs",
            "redoc",
            "dashboard",
            "app",
            "assets",
            "static",
            "_next",
        ),
        *(
            "login",
            "logout",
            "signin",
            "sign-in",
            "signout",
            "sign-out",
            "signup",
            "sign-up",
            "register",
            "auth",
        ),
        *(
            "oauth",
            "sso",
            "account",
            "accounts",
            "settings",
            "billing",
            "admin",
            "administrator",
            "root",
            "webhooks",
        ),
    }
)
"""What `vayro api` answers: both may stand behind one host name."""

WEB_FILES = frozenset(
    {
        *("sitemap.xml", "index.html", "index.php", "ads.txt", "app-ads.txt", "security.txt", "humans.txt"),
        *(
            "manifest.json",
            "manifest.webmanifest",
            "crossdomain.xml",
            "browserconfig.xml",
            "apple-touch-icon.png",
        ),
        *(
            "apple-touch-icon-precomposed.png",
            "service-worker.js",
            "sw.js",
            "cgi-bin",
            "wp-admin",
            "wp-login.php",
        ),
    }
)
"""What browsers and crawlers ask any host for."""

TRUSTED_PAGES = frozenset(
    {
        *(
            "www",
            "mail",
            "ftp",
            "help",
            "support",
            "contact",
            "abuse",
            "security",
            "status",
            "ping",
        ),
        *(
            "about",
            "terms",
            "tos",
            "privacy",
            "legal",
            "imprint",
            "vayro",
            "null",
            "undefined",
            "none",
            "preview",
        ),
    }
)
"""What a reader would believe to be said by the owner of the domain."""

RESERVED_WORDS = ENGINE_PATHS | DASHBOARD_PATHS | WEB_FILES | TRUSTED_PAGES


def is_reserved(code: str) -> bool:
    """Return whether the code is kept back, in whatever case it is written."""
    return code.lower() in RESERVED_WORDS
