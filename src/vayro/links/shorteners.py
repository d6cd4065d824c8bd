"""Services that shorten links. A link that leads to one of theirs hides where it ends."""

SHORTENERS = frozenset({
    "1url.com", "adf.ly", "amzn.to", "b.link", "bit.do", "bit.ly", "bitly.com", "bl.ink", "buff.ly", "clck.ru",
    "cli.gs", "cutt.ly", "da.gd", "dlvr.it", "dub.sh", "fb.me", "ff.im", "geni.us", "gg.gg", "git.io", "goo.gl",
    "hubs.ly", "hyperurl.co", "ift.tt", "is.gd", "j.mp", "kutt.it", "lnk.bio", "lnkd.in", "mcaf.ee", "moourl.com",
    "n9.cl", "ouo.io", "ow.ly", "po.st", "prf.hn", "qr.ae", "qrco.de", "rb.gy", "rebrand.ly", "redd.it", "s.id",
    "shorte.st", "short.gy", "shorturl.at", "shrtco.de", "smarturl.it", "snip.ly", "snipurl.com", "soo.gd", "su.pr",
    "t.co", "t.ly", "t2m.io", "tiny.cc", "tiny.one", "tinyurl.com", "tny.im", "tr.im", "trib.al", "u.to", "urlz.fr",
    "v.gd", "vk.cc", "wa.link", "wp.me", "x.co", "x.gd", "zpr.io",
})  # fmt: skip


def is_shortener(host: str) -> bool:
    """Return whether a normalised host is one of theirs; `www.` says nothing more."""
    return host.removeprefix("www.") in SHORTENERS
