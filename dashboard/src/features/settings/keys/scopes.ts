import type { Scope } from "@/api/session";

/** What each scope lets a key do, in a sentence. */
export const SCOPE_WORDS: readonly { scope: Scope; label: string; hint: string }[] = [
  { scope: "links:read", label: "Read links", hint: "List, search and export links, and draw their QR codes." },
  { scope: "links:write", label: "Make and change links", hint: "Make, import, change and delete links." },
  {
    scope: "analytics:read",
    label: "Read analytics",
    hint: "Clicks and visitors of all links, and each click itself.",
  },
  { scope: "sites:read", label: "Read sites", hint: "List businesses and their sites." },
  { scope: "sites:write", label: "Make sites", hint: "Keep businesses, and make, change and publish their sites." },
  { scope: "campaigns:read", label: "Read campaigns", hint: "Preview messages, and read campaigns and their reports." },
  { scope: "campaigns:write", label: "Run campaigns", hint: "Send, pause and cancel campaigns." },
  {
    scope: "admin",
    label: "Administer the workspace",
    hint: "Members, keys, domains, billing and the audit log. Give it to few.",
  },
];

export const EVERYTHING = "*";

/** Return a command that works with this key as it stands, whatever it may do. */
export function curlFor(base: string, key: string, scopes: readonly string[]): string {
  const may = (scope: Scope) => scopes.includes(scope) || scopes.includes(EVERYTHING);
  const auth = `-H "Authorization: Bearer ${key}"`;
  if (may("links:write")) {
    return [
      `curl ${base}/v1/links \\`,
      `  ${auth} \\`,
      `  -H "Content-Type: application/json" \\`,
      `  -d '{"target_url": "https://example.com/"}'`,
    ].join("\n");
  }
  const path = may("links:read") ? "/v1/links" : may("analytics:read") ? "/v1/analytics" : "/v1/workspace";
  return `curl ${base}${path} \\\n  ${auth}`;
}
