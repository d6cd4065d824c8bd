import type { Schemas } from "@/api/client";

export type Business = Schemas["Business"];
export type Preview = Schemas["MessagePreview"];
export type PreviewRequest = Schemas["PreviewRequest"];
export type Variant = Preview["variant"];

/** Until the generated types know these. */
export type Page<T> = { data: T[]; next_cursor: string | null };
export type CampaignStatus = "preparing" | "scheduled" | "running" | "paused" | "completed" | "cancelled";
export type MessageStatus =
  | "queued"
  | "sending"
  | "sent"
  | "delivered"
  | "failed"
  | "unknown"
  | "opted_out"
  | "cancelled";
export type Audience =
  | { business_ids: string[] }
  | { filter: { q?: string | null; category?: string | null; country?: string | null } };
export type AudienceQuestion = { audience: Audience; variant?: Variant; texts?: Record<string, string> };
export type Totals = {
  messages: number;
  queued: number;
  sent: number;
  delivered: number;
  failed: number;
  unknown: number;
  opted_out: number;
  cancelled: number;
  segments: number;
  cost_micros: number;
};
export type Skipped = {
  no_phone: number;
  no_site: number;
  not_published: number;
  opted_out: number;
  duplicate: number;
};
export type Campaign = {
  id: string;
  name: string;
  variant: Variant;
  texts: Record<string, string>;
  audience: Audience;
  provider: string;
  rate_per_second: number;
  quiet_from: string | null;
  quiet_until: string | null;
  time_zone: string;
  scheduled_at: string | null;
  status: CampaignStatus;
  note: string | null;
  currency: string;
  totals: Totals;
  skipped: Skipped;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  updated_at: string;
};
export type CampaignCreate = {
  name: string;
  audience: Audience;
  variant: Variant;
  texts?: Record<string, string>;
  scheduled_at?: string | null;
  rate_per_second?: number;
  quiet_from?: string | null;
  quiet_until?: string | null;
  time_zone?: string | null;
};
export type CampaignUpdate = Partial<
  Pick<CampaignCreate, "name" | "rate_per_second" | "scheduled_at" | "quiet_from" | "quiet_until">
>;
export type CampaignMessage = {
  id: string;
  business_id: string;
  business_name: string | null;
  phone: string;
  body: string;
  segments: number;
  encoding: string;
  status: MessageStatus;
  error: string | null;
  cost_micros: number;
  due_at: string;
  sent_at: string | null;
  delivered_at: string | null;
};
export type Estimate = {
  businesses: number;
  ready: number;
  skipped: Skipped;
  segments_estimate: number;
  cost_micros_estimate: number;
};
export type ReportRow = {
  business_id: string;
  name: string | null;
  sent: number;
  delivered: number;
  failed: number;
  unknown: number;
  opted_out: number;
  cost_micros: number;
  clicks: number;
  visitors: number;
  first_sent_at: string | null;
  short_url: string | null;
  deal_value_micros: number | null;
  is_won: boolean;
};
export type Report = {
  currency: string;
  sent: number;
  delivered: number;
  failed: number;
  unknown: number;
  opted_out: number;
  cost_micros: number;
  clicks: number;
  visitors: number;
  cost_per_click_micros: number | null;
  deal_value_micros: number | null;
  return_on_investment: number | null;
  businesses: ReportRow[];
  next_cursor: string | null;
};
export type OptOut = {
  phone: string;
  source: "keyword" | "manual" | "provider";
  keyword: string | null;
  created_at: string;
};
