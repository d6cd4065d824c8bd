/** What the API calls these things, under shorter names. */
import type { Schemas } from "@/api/client";

export type Business = Schemas["Business"];
export type Preview = Schemas["MessagePreview"];
export type PreviewRequest = Schemas["PreviewRequest"];
export type Variant = Preview["variant"];

export type Campaign = Schemas["Campaign"];
export type CampaignCreate = Schemas["CampaignCreate"];
export type ListedCampaign = Schemas["ListedCampaign"];
export type CampaignUpdate = Schemas["CampaignUpdate"];
export type CampaignStatus = Campaign["status"];
export type CampaignMessage = Schemas["CampaignMessage"];
export type MessageStatus = CampaignMessage["status"];
export type Audience = Schemas["AudienceChoice"];
export type AudienceQuestion = Schemas["AudienceQuestion"];
export type Estimate = Schemas["AudienceEstimate"];
export type Skipped = Campaign["skipped"];
export type Totals = Campaign["totals"];
export type Page<T> = { data: T[]; next_cursor: string | null };
export type Report = Schemas["CampaignReport"];
export type ReportRow = Report["businesses"][number];
export type OptOut = Schemas["OptOut"];
