/** What is asked of the API about campaigns. */
import { type InfiniteData, infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type Schemas, take } from "@/api/client";
import type { AudienceQuestion, CampaignCreate, CampaignUpdate, MessageStatus, PreviewRequest, Report } from "./types";

const PAGE = 20;
const MESSAGES_PAGE = 100;
const REPORT_FIRST = 10;
const REPORT_PAGE = 200;
const SLOW_FRESH_MS = 60_000;

export const ONCE_KEY = "Idempotency-Key";
export const CAMPAIGNS_KEY = ["campaigns"] as const;
export const LIST_KEY = ["campaigns", "list"] as const;
export const REPORTS_KEY = ["campaigns", "report"] as const;
export const OPT_OUTS_KEY = ["opt-outs"] as const;

/** Clicks come long after the last message, and no event tells of them. */
const REFRESH_MS = 10_000;
const SHORT_PAGES = 2;

/** Who reads on and on in a list is not made to load all of it again every few seconds. */
export const isShort = ({ state }: { state: { data?: unknown } }): boolean =>
  ((state.data as InfiniteData<unknown> | undefined)?.pages?.length ?? 0) <= SHORT_PAGES;

export const refreshWhileShort = (query: { state: { data?: unknown } }) => (isShort(query) ? REFRESH_MS : false);

export const campaignsQuery = infiniteQueryOptions({
  queryKey: LIST_KEY,
  queryFn: ({ pageParam, signal }) =>
    take(api.GET("/v1/campaigns", { params: { query: { limit: PAGE, cursor: pageParam } }, signal })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next_cursor ?? undefined,
});

export const campaignQuery = (id: string) =>
  queryOptions({
    queryKey: ["campaigns", "one", id],
    queryFn: ({ signal }) =>
      take(api.GET("/v1/campaigns/{campaign_id}", { params: { path: { campaign_id: id } }, signal })),
  });

export const messagesKey = (id: string) => ["campaigns", "messages", id] as const;

export const messagesQuery = (id: string, status: MessageStatus | null) =>
  infiniteQueryOptions({
    queryKey: [...messagesKey(id), status],
    queryFn: ({ pageParam, signal }) =>
      take(
        api.GET("/v1/campaigns/{campaign_id}/messages", {
          params: {
            path: { campaign_id: id },
            query: { limit: MESSAGES_PAGE, cursor: pageParam, status: status ?? undefined },
          },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

/** The sums of all campaigns together. */
export const overallQuery = queryOptions({
  queryKey: [...REPORTS_KEY, "all"],
  // Asked for without a format it is never the file.
  queryFn: async ({ signal }) =>
    (await take(api.GET("/v1/campaigns/report", { params: { query: { limit: 1 } }, signal }))) as Report,
});

/** The report of a campaign: its sums with each page, the most clicked businesses first. */
export const reportQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...REPORTS_KEY, id],
    queryFn: async ({ pageParam, signal }) => {
      const query = pageParam ? { limit: REPORT_PAGE, cursor: pageParam } : { limit: REPORT_FIRST };
      const params = { path: { campaign_id: id }, query };
      return (await take(api.GET("/v1/campaigns/{campaign_id}/report", { params, signal }))) as Report;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const reportFile = (id: string | null): string =>
  id ? `/v1/campaigns/${id}/report?format=csv` : "/v1/campaigns/report?format=csv";

/** Reads only, whatever is asked: the link of a site was made with the site. */
export const previewQuery = (asked: PreviewRequest) =>
  queryOptions({
    queryKey: ["campaigns", "preview", asked],
    queryFn: ({ signal }) => take(api.POST("/v1/campaigns/preview-sms", { body: asked, signal })),
    staleTime: SLOW_FRESH_MS,
    retry: false,
  });

export const estimateQuery = (question: AudienceQuestion) =>
  queryOptions({
    queryKey: ["campaigns", "audience", question],
    queryFn: ({ signal }) => take(api.POST("/v1/campaigns/audience", { body: question, signal })),
    staleTime: SLOW_FRESH_MS,
  });

export const businessesQuery = (query: { q?: string; category?: string; country?: string; limit: number }) =>
  queryOptions({
    queryKey: ["businesses", "ready", query],
    queryFn: async ({ signal }) =>
      (await take(api.GET("/v1/businesses", { params: { query: { ...query, has_site: true } }, signal }))).data,
  });

/** However often this is sent with the same key, it makes one campaign. */
export const makeCampaign = ({ key, body }: { key: string; body: CampaignCreate }) =>
  take(api.POST("/v1/campaigns", { body, params: { header: { [ONCE_KEY]: key } } }));

export const changeCampaign = (id: string, body: CampaignUpdate) =>
  take(api.PATCH("/v1/campaigns/{campaign_id}", { params: { path: { campaign_id: id } }, body }));

export type Act = "pause" | "resume" | "cancel";

export function actOn(id: string, act: Act) {
  const params = { path: { campaign_id: id } };
  if (act === "pause") return take(api.POST("/v1/campaigns/{campaign_id}/pause", { params }));
  if (act === "resume") return take(api.POST("/v1/campaigns/{campaign_id}/resume", { params }));
  return take(api.POST("/v1/campaigns/{campaign_id}/cancel", { params }));
}

export const enterDeal = (businessId: string, micros: number | null) =>
  take(
    api.PATCH("/v1/businesses/{business_id}", {
      params: { path: { business_id: businessId } },
      body: { deal_value_micros: micros } as Schemas["BusinessUpdate"],
    }),
  );

export const optOutsQuery = infiniteQueryOptions({
  queryKey: OPT_OUTS_KEY,
  queryFn: ({ pageParam, signal }) =>
    take(api.GET("/v1/opt-outs", { params: { query: { limit: 100, cursor: pageParam } }, signal })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next_cursor ?? undefined,
});

export const addOptOut = (phone: string) => take(api.POST("/v1/opt-outs", { body: { phone } }));

export const removeOptOut = (phone: string) =>
  take(api.DELETE("/v1/opt-outs/{phone}", { params: { path: { phone } } }));
