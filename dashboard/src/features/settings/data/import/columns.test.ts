import assert from "node:assert/strict";
import { test } from "node:test";
import { guess } from "./columns";

const mapped = (header: string, row: string) => guess([header.split(","), row.split(",")]);

test("exports of other services are known by their columns", () => {
  const known: [string, string, string, string][] = [
    ["link,long_url,title,created_at", "bit.ly/abc,https://e.com/,A,2026", "Bitly", "link"],
    ["Short link,Destination URL,Clicks,Tags", "dub.sh/abc,https://e.com/,7,a", "Dub", "Short link"],
    ["id,domain,key,url,archived", "1,dub.sh,abc,https://e.com/,no", "Dub", "key"],
    [
      "createdAt,shortUrl,shortCode,longUrl,title,tags,visits",
      "x,s.test/a,a,https://e.com/,T,t,3",
      "Shlink",
      "shortCode",
    ],
    ["keyword,url,title,timestamp,ip,clicks", "abc,https://e.com/,T,2026,::1,4", "YOURLS", "keyword"],
    ["id,title,slashtag,destination,domainName", "1,T,abc,https://e.com/,rebrand.ly", "Rebrandly", "slashtag"],
  ];
  for (const [header, row, source, code] of known) {
    const found = mapped(header, row);
    assert.equal(found.source, source);
    assert.equal(row.split(",")[found.mapping.target_url ?? -1], "https://e.com/", source);
    assert.equal(header.split(",")[found.mapping.short_code ?? -1], code, source);
    assert.equal(found.mapping.domain, undefined, source);
  }
});

test("our own export comes back with all it says", () => {
  const header =
    "short_code,domain,target_url,link_type,title,tags,is_active,expires_at,max_clicks,metadata,id,short_url";
  const { source, mapping } = mapped(header, "abc,,https://e.com/,standard,T,,true,,,,1,http://s/abc");
  assert.equal(source, "Vayro");
  assert.deepEqual(mapping, {
    short_code: 0,
    domain: 1,
    target_url: 2,
    link_type: 3,
    title: 4,
    tags: 5,
    is_active: 6,
    expires_at: 7,
    max_clicks: 8,
    metadata: 9,
  });
});

test("a file without names is known by its addresses", () => {
  const found = guess([
    ["abc", "https://s.test/abc", "https://example.com/a/long/one"],
    ["def", "https://s.test/def", "https://example.com/another/long/one"],
  ]);
  assert.deepEqual(found, { hasHeader: false, source: null, mapping: { target_url: 2 } });
});

test("names in another language leave the addresses to be found", () => {
  assert.deepEqual(mapped("Kürzel,Ziel", "abc,https://e.com/").mapping, { target_url: 1 });
});
