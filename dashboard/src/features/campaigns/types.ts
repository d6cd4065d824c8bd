import type { Schemas } from "@/api/client";

export type Business = Schemas["Business"];
export type Preview = Schemas["MessagePreview"];
export type PreviewRequest = Schemas["PreviewRequest"];
export type Variant = Preview["variant"];

/** Until the generated types know these. */
export type Campaign = Schemas["Campaign"];
export type CampaignCreate = Schemas["CampaignCreate"];
export type CampaignStatus = Campaign["status"];
export type CampaignMessage = Schemas["CampaignMessage"];
export type MessageStatus = CampaignMessage["status"];
export type Audience = Schemas["AudienceChoice"];
export type AudienceQuestion = Schemas["AudienceQuestion"];
export type Estimate = Schemas["AudienceEstimate"];
export type Skipped = Campaign["skipped"];
export type Totals = Campaign["totals"];
export type Page<T> = { data: T[]; next_cursor: string | null };
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
