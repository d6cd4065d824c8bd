/** What each action of the audit log is, in words. */
import type { Schemas } from "@/api/client";

export type Entry = Pick<Schemas["AuditEntry"], "action" | "subject" | "details">;

type Say = (subject: string, details: Record<string, unknown>) => string;

const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");

/** "the link spring-26", or "1,000 links": of many, the details name the first. */
function links(_: string, details: Record<string, unknown>): string {
  const codes = Array.isArray(details.short_codes) ? details.short_codes.map(text) : [];
  const count = typeof details.links === "number" ? details.links : 1;
  if (count > 1) return `${count.toLocaleString()} links`;
  const code = text(details.short_code) || codes[0];
  return code ? `the link ${code}` : "a link";
}

const about =
  (verb: string): Say =>
  (subject, details) =>
    `${verb} ${links(subject, details)}`;

const ACTIONS: Record<string, { label: string; say: Say }> = {
  "link.create": { label: "Links made", say: about("made") },
  "link.update": { label: "Links changed", say: about("changed") },
  "link.delete": { label: "Links deleted", say: about("deleted") },
  "link.restore": { label: "Links restored", say: about("restored") },
  "link.disable": { label: "Links taken down", say: about("took down") },
  "link.enable": { label: "Links put back", say: about("put back") },
  "link.report": { label: "Links reported", say: about("reported") },
  "link.dedupe": { label: "Duplicates ended", say: (type) => `brought the duplicates of type ${type} into order` },
  "share.begin": { label: "Pages shared", say: () => "shared the analytics of a link" },
  "share.end": { label: "Sharing ended", say: () => "ended the sharing of a link's analytics" },
  "utm_template.create": { label: "UTM templates made", say: (name) => `made the UTM template ${name}` },
  "utm_template.update": { label: "UTM templates changed", say: (name) => `changed the UTM template ${name}` },
  "utm_template.delete": { label: "UTM templates deleted", say: (name) => `deleted the UTM template ${name}` },
  "business.create": { label: "Businesses added", say: () => "added a business" },
  "business.update": { label: "Businesses changed", say: () => "changed a business" },
  "business.delete": { label: "Businesses deleted", say: () => "deleted a business" },
  "business.import": { label: "Businesses imported", say: (businesses) => `brought in ${businesses}` },
  "site.generate": { label: "Sites asked for", say: () => "asked for a site" },
  "site.regenerate": { label: "Sites asked for again", say: () => "asked for a site again" },
  "site.update": { label: "Sites changed", say: () => "changed a site" },
  "site.delete": { label: "Sites deleted", say: (_, { subdomain }) => `deleted the site ${text(subdomain)}` },
  "campaign.create": { label: "Campaigns made", say: (name) => `made the campaign ${name}` },
  "campaign.update": { label: "Campaigns changed", say: (name) => `changed the campaign ${name}` },
  "campaign.pause": { label: "Campaigns paused", say: (name) => `paused the campaign ${name}` },
  "campaign.resume": { label: "Campaigns resumed", say: (name) => `resumed the campaign ${name}` },
  "campaign.cancel": { label: "Campaigns cancelled", say: (name) => `cancelled the campaign ${name}` },
  "campaign.complete": { label: "Campaigns completed", say: (name) => `completed the campaign ${name}` },
  "opt_out.create": { label: "Opt-outs added", say: (number) => `put ${number} on the opt-out list` },
  "opt_out.delete": { label: "Opt-outs removed", say: (number) => `took ${number} off the opt-out list` },
  "key.create": { label: "Keys made", say: (_, { name }) => `made the key ${text(name)}` },
  "key.revoke": { label: "Keys revoked", say: (_, { name }) => `revoked the key ${text(name)}` },
  "member.join": { label: "Members joined", say: (_, { role }) => `joined as ${text(role)}` },
  "member.change": {
    label: "Roles changed",
    say: (_, { from, to }) => `changed a member's role from ${text(from)} to ${text(to)}`,
  },
  "member.remove": { label: "Members removed", say: (_, { role }) => `removed a member (${text(role)})` },
  "member.leave": { label: "Members left", say: (_, { role }) => `left (${text(role)})` },
  "invitation.create": {
    label: "Invitations",
    say: (email, { role }) => `invited ${email} as ${text(role)}`,
  },
  "invitation.withdraw": { label: "Invitations withdrawn", say: (email) => `withdrew the invitation of ${email}` },
  "workspace.create": { label: "Workspaces made", say: (name) => `made the workspace ${name}` },
  "workspace.rename": { label: "Workspace renamed", say: (name) => `renamed the workspace to ${name}` },
  "domain.add": { label: "Domains added", say: (host) => `added the domain ${host}` },
  "domain.verify": { label: "Domains verified", say: (host) => `found the DNS record of ${host}` },
  "domain.update": { label: "Domains changed", say: (host) => `changed the domain ${host}` },
  "domain.delete": { label: "Domains removed", say: (host) => `removed the domain ${host}` },
  "domain.lapse": { label: "Domains lapsed", say: (host) => `stopped serving ${host}: its DNS record is gone` },
  "billing.checkout": { label: "Checkouts", say: (plan) => `went to pay for the plan ${plan}` },
  "plan.set": { label: "Plans", say: (plan) => `set the plan to ${plan}` },
  "session.open": { label: "Sign-ins", say: () => "signed in" },
  "session.refuse": { label: "Sign-ins refused", say: () => "refused a sign-in" },
  "session.end": { label: "Sessions ended", say: () => "signed out" },
  "session.end_all": { label: "Signed out everywhere", say: () => "signed out everywhere" },
  "password.change": { label: "Passwords changed", say: () => "changed their password" },
  "password.reset": { label: "Passwords reset", say: () => "set a new password by mail" },
  "second_factor.on": { label: "Second factors on", say: () => "switched their second factor on" },
  "second_factor.off": { label: "Second factors off", say: () => "switched their second factor off" },
  "second_factor.renew_codes": { label: "Recovery codes renewed", say: () => "made new recovery codes" },
  "second_factor.reset": { label: "Second factors reset", say: () => "reset a member's second factor" },
  "identity.link": { label: "Identities linked", say: () => "linked their account with the provider" },
  "identity.unlink": { label: "Identities unlinked", say: () => "unlinked their account from the provider" },
  "user.sign_up": { label: "Sign-ups", say: () => "signed up" },
  "user.disable": { label: "Accounts disabled", say: () => "disabled a member's account" },
  "user.enable": { label: "Accounts enabled", say: () => "enabled a member's account" },
};

/** Every kind of entry, by what it is called. */
export const KINDS: readonly { action: string; label: string }[] = Object.entries(ACTIONS)
  .map(([action, { label }]) => ({ action, label }))
  .sort((one, other) => one.label.localeCompare(other.label));

/** Return what was done, as it follows who did it. An action that is not known here is named as it is. */
export function describe({ action, subject, details }: Entry): string {
  const known = ACTIONS[action];
  return known ? known.say(subject, details) : `${action.replaceAll(/[._]/g, " ")} ${subject}`.trim();
}

/** Return the details as rows of name and value, for who wants all of it. */
export function listDetails({ subject, details }: Entry): [string, string][] {
  const rows = Object.entries(details).map(([name, value]): [string, string] => [
    name.replaceAll("_", " "),
    show(value),
  ]);
  return [["subject", subject], ...rows].filter(([, value]) => value !== "") as [string, string][];
}

function show(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(show).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
