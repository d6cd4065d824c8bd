"""Strings that programs stumble over: markup, scripts, formulas, odd letters, format characters, templates."""

SCRIPT = "document.title='owned'"

MARKUP = (
    f"<script>{SCRIPT}</script>",
    f'"><script>{SCRIPT}</script>',
    f'\'><img src=x onerror="{SCRIPT}">',
    f"<svg/onload={SCRIPT}>",
    f"</title><script>{SCRIPT}</script>",
    f"</style><script>{SCRIPT}</script>",
    f'<iframe srcdoc="<script>parent.{SCRIPT}</script>"></iframe>',
    f'<a href="javascript:{SCRIPT}">x</a>',
    f"<body onload={SCRIPT}>",
    f"<input autofocus onfocus={SCRIPT}>",
    f"<details open ontoggle={SCRIPT}>",
    f'<math><mi//xlink:href="data:x,<script>{SCRIPT}</script>">',
    f"<!--><script>{SCRIPT}</script>-->",
    f"<base href=javascript:{SCRIPT}//>",
    "<meta http-equiv=refresh content=0;url=//example.com>",
    f'{{{{constructor.constructor("{SCRIPT}")()}}}}',
    f"${{{SCRIPT}}}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;",
)
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1", '=HYPERLINK("http://evil.test")')
TEXTS = (
    "undefined", "null", "None", "NaN", "true", "[]", "{}", "0", "-0", "1e309", "0x10", "1'; DROP TABLE links; --",
    '" OR 1=1 --', "' OR ''='", "%s%s%n", "%00", "..\\..\\x", "../../etc/passwd", "$(id)", "`id`", "| id", "{{7*7}}",
    "<%= 7*7 %>", "#{7*7}", "\u202eevil", "\u2066\u2069", "\ufeff", "\u200b\u200d", "\u00a0", "\u0301" * 50,
    "Z\u0351\u036b\u0343\u036a", "\u0645\u0631\u062d\u0628\u0627", "\u65e5\u672c\u8a9e",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "\u0130\u0131", "stra\u00dfe", "\uff1cscript\uff1e", "\ufdd0", "\U0010ffff", "\x7f", "\x1b[31mred", "\x08\x08",
    "a\nb\r\nSet-Cookie: owned=1", "a\u2028b", " ", "  x  ", "x" * 300,
)  # fmt: skip
NAUGHTY = (*MARKUP, *FORMULAS, *TEXTS)
