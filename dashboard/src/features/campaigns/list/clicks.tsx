"use client";

import { useQuery } from "@tanstack/react-query";
import { formatCount } from "@/ui/numbers";
import type { Campaign } from "../types";
import { reportQuery } from "../wire";

/** The clicks since the first message; asked for once something was sent. */
export function Clicks({ campaign }: { campaign: Campaign }) {
  const { data, error } = useQuery({ ...reportQuery(campaign.id), enabled: campaign.started_at !== null });
  if (data) return formatCount(data.clicks);
  if (error) return <span title="The report could not be loaded">?</span>;
  return "–";
}
