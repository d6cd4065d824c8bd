import {
  AppWindow,
  ChartLine,
  CreditCard,
  FileDown,
  Globe,
  KeyRound,
  Link2,
  type LucideIcon,
  MessageSquareOff,
  MessageSquareText,
  ScrollText,
  Settings,
  ShieldCheck,
  Store,
  User,
  Users,
} from "lucide-react";
import type { Scope } from "@/api/session";

export type Place = {
  href: string;
  label: string;
  icon: LucideIcon;
  needs?: Scope;
  words?: string;
  /** On small screens it is behind "More" as soon as there are many. */
  isAside?: boolean;
};

export const PLACES: readonly Place[] = [
  { href: "/", label: "Links", icon: Link2, needs: "links:read" },
  {
    href: "/analytics",
    label: "Analytics",
    icon: ChartLine,
    needs: "analytics:read",
    words: "clicks visitors map live",
  },
  { href: "/businesses", label: "Businesses", icon: Store, needs: "sites:read", words: "customers leads companies" },
  { href: "/sites", label: "Sites", icon: AppWindow, needs: "sites:read", words: "pages gallery designs generate" },
  {
    href: "/campaigns",
    label: "Campaigns",
    icon: MessageSquareText,
    needs: "campaigns:read",
    words: "sms messages send outreach report",
  },
  { href: "/settings", label: "Settings", icon: Settings, isAside: true },
];

/** Parts of places, which have no entry of their own but in the palette. */
export const PARTS: readonly Place[] = [
  {
    href: "/campaigns/opt-outs",
    label: "Campaigns: Opt-outs",
    icon: MessageSquareOff,
    needs: "campaigns:read",
    words: "stop unsubscribe numbers",
  },
];

export const SETTINGS: readonly Place[] = [
  { href: "/settings", label: "Profile", icon: User, words: "account email erase" },
  { href: "/settings/security", label: "Security", icon: ShieldCheck, words: "password second factor sessions totp" },
  {
    href: "/settings/members",
    label: "Workspace",
    icon: Users,
    needs: "admin",
    words: "members invitations roles name",
  },
  { href: "/settings/keys", label: "API keys", icon: KeyRound, needs: "admin", words: "curl scopes token" },
  { href: "/settings/domains", label: "Domains", icon: Globe, words: "dns txt" },
  { href: "/settings/plan", label: "Plan and usage", icon: CreditCard, words: "billing quota limits" },
  { href: "/settings/data", label: "Import and export", icon: FileDown, words: "csv" },
  { href: "/settings/audit", label: "Audit log", icon: ScrollText, needs: "admin", words: "history" },
];

/** Whether `path` is `href` or lies below it. */
export const isAt = (path: string, href: string): boolean =>
  href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
