/** A link for tests, like others but for what is said. */
import type { Link } from "./link";

export const makeLink = (over: Partial<Link> = {}): Link => ({
  id: "01990000-0000-7000-8000-000000000001",
  short_code: "abc1234",
  short_url: "https://go.example.com/abc1234",
  domain: "go.example.com",
  target_url: "https://example.com/",
  link_type: "standard",
  canonical: false,
  title: null,
  tags: [],
  is_active: true,
  version: 1,
  redirect_status: 302,
  cache_seconds: null,
  expires_at: null,
  expired_url: null,
  max_clicks: null,
  has_password: false,
  disabled_reason: null,
  metadata: {},
  clicks: 0,
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
  ...over,
});
