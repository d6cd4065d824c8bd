"use client";

/**
 * The message as a business would get it. Each variant has an answer of its own, kept under its own key: whichever tab is
 * open shows its own, however fast they are clicked, and what nobody waits for any more is given up.
 */
import { useQueries, useQuery } from "@tanstack/react-query";
import { useWorkspace } from "@/api/session";
import { useSettled } from "@/ui/use-settled";
import { countSegments } from "../segments";
import type { Business, Preview, PreviewRequest, Variant } from "../types";
import { previewQuery } from "../wire";
import { VARIANTS } from "../words";
import { fillIn } from "./placeholders";

const TYPING_MS = 300;
const OWN: readonly Variant[] = VARIANTS.map(({ value }) => value).filter((value) => value !== "custom");

export type Shown = Pick<
  Preview,
  "body" | "encoding" | "characters" | "segments" | "remaining" | "per_segment" | "non_gsm" | "warnings"
>;

type Asked = { business: Business | null; variant: Variant; text: string; locale: string };

export function usePreview({ business, variant, text, locale }: Asked) {
  const settled = useSettled(text, TYPING_MS);
  const sender = useWorkspace()?.name ?? "";
  const isCustom = variant === "custom";
  const asked: PreviewRequest = {
    business_id: business?.id ?? "",
    variant,
    ...(isCustom && { text: settled, locale }),
  };
  const isAsked = business !== null && (!isCustom || settled.trim() !== "");
  const open = useQuery({ ...previewQuery(asked), enabled: isAsked });
  const others = useOthers(business?.id ?? null, open.data !== undefined || isCustom);
  const url = open.data?.url ?? others.find(({ data }) => data)?.data?.url ?? business?.site?.short_url ?? null;
  const isTyping = isCustom && (settled !== text || open.isFetching);
  const here = business && isCustom && isTyping ? guess(text, business, url ?? "", sender) : null;
  return { shown: here ?? open.data ?? null, isGuess: here !== null, url, error: open.error, retry: open.refetch };
}

/** The other variants are asked for ahead of time, once the one that is looked at is there. */
function useOthers(id: string | null, isOn: boolean) {
  return useQueries({
    queries: OWN.map((variant) => ({
      ...previewQuery({ business_id: id ?? "", variant }),
      enabled: isOn && id !== null,
    })),
  });
}

function guess(text: string, business: Business, link: string, sender: string): Shown {
  const body = fillIn(text, { business: business.name, link, sender, category: business.category ?? "" });
  return { body, ...countSegments(body), warnings: [] };
}
