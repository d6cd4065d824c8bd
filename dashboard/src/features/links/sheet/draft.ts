/** A link as it stands in the form: all of it text and switches, until it is sent. */
import { changedFields } from "@/ui/draft";
import type { LinkUpdate, NewLink } from "../changes";
import { completeUrl } from "../create/url";
import type { Link } from "../link";

export const REDIRECTS = ["302", "301", "307", "308"] as const;

export type Draft = {
  target_url: string;
  short_code: string;
  domain: string;
  title: string;
  tags: readonly string[];
  /** As a `datetime-local` field holds it, in the time zone of the browser. */
  expires_at: string;
  expired_url: string;
  max_clicks: string;
  redirect_status: (typeof REDIRECTS)[number];
  password: string;
  /** Take away the password that the link has. */
  is_password_removed: boolean;
  is_active: boolean;
};

export const EMPTY: Draft = {
  target_url: "",
  short_code: "",
  domain: "",
  title: "",
  tags: [],
  expires_at: "",
  expired_url: "",
  max_clicks: "",
  redirect_status: "302",
  password: "",
  is_password_removed: false,
  is_active: true,
};

/** Return a link as the form shows it. */
export function draftOf(link: Link): Draft {
  return {
    target_url: link.target_url,
    short_code: link.short_code,
    domain: link.domain,
    title: link.title ?? "",
    tags: link.tags,
    expires_at: link.expires_at ? toLocal(link.expires_at) : "",
    expired_url: link.expired_url ?? "",
    max_clicks: link.max_clicks === null ? "" : String(link.max_clicks),
    redirect_status: REDIRECTS.find((status) => status === String(link.redirect_status)) ?? "302",
    password: "",
    is_password_removed: false,
    is_active: link.is_active,
  };
}

type Sent = Partial<LinkUpdate & Pick<NewLink, "domain">>;

const SENT: { [Name in keyof Draft]: (draft: Draft) => Sent } = {
  target_url: ({ target_url }) => ({ target_url: completeUrl(target_url) }),
  short_code: ({ short_code }) => ({ short_code: short_code.trim() }),
  domain: ({ domain }) => ({ domain }),
  title: ({ title }) => ({ title: title.trim() || null }),
  tags: ({ tags }) => ({ tags: [...tags] }),
  expires_at: ({ expires_at }) => ({ expires_at: expires_at ? toInstant(expires_at) : null }),
  expired_url: ({ expired_url }) => ({ expired_url: completeUrl(expired_url) || null }),
  max_clicks: ({ max_clicks }) => ({ max_clicks: max_clicks.trim() ? Number(max_clicks) : null }),
  redirect_status: ({ redirect_status }) => ({ redirect_status: Number(redirect_status) as Link302 }),
  password: ({ password }) => (password ? { password } : {}),
  is_password_removed: ({ is_password_removed, password }) =>
    is_password_removed && !password ? { password: null } : {},
  is_active: ({ is_active }) => ({ is_active }),
};

type Link302 = LinkUpdate["redirect_status"];

/** Return what a PATCH takes: what the person changed, and nothing else. */
export function toChanges(draft: Draft, from: Draft): Partial<LinkUpdate> {
  return Object.assign({}, ...changedFields(draft, from).map((name) => SENT[name](draft)));
}

/** Return what a POST takes: the destination, and what is not left as it comes. */
export function toNewLink(draft: Draft): NewLink {
  return { ...toChanges(draft, EMPTY), target_url: completeUrl(draft.target_url) };
}

/** Return an instant as a `datetime-local` field shows it here. */
export function toLocal(instant: string): string {
  const time = new Date(instant);
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Return the instant that such a field means here; what the field cannot read comes out as it is, for the API to refuse. */
export function toInstant(local: string): string {
  const time = new Date(local);
  return Number.isNaN(time.getTime()) ? local : time.toISOString();
}
