"use client";

/** The answers to a question: the main one, one for each list that is filtered itself, and the period before. */
import { queryOptions, useQueries, useQuery } from "@tanstack/react-query";
import { api, type Schemas, take } from "@/api/client";
import type { paths } from "@/api/schema";
import { DIMENSIONS, type Dimension, type Filters, type Question, withoutFilter } from "./question";
import { defaultInterval, type Span, spanBefore, spanOf } from "./ranges";

/** Whose clicks: a link's, or those of all links (with a tag). */
export type OwnSource = { link: string } | { tag: string | null };
/** Or those of somebody else's link, by the token of its shared page. */
export type Source = OwnSource | { share: string };
export type Answer = Schemas["LinkAnalytics"] | Schemas["WorkspaceAnalytics"];
export type ListName = "countries" | "cities" | "devices" | "browsers" | "os" | "referers";
export type ValueClicks = Schemas["ValueClicks"];
/** The values of a dimension, and the clicks of all of them. */
export type List = { values: ValueClicks[]; total: number };
type Parameters = NonNullable<paths["/v1/analytics"]["get"]["parameters"]["query"]>;

export const LIST_OF: Record<Dimension, ListName> = {
  country: "countries",
  city: "cities",
  device: "devices",
  browser: "browsers",
  os: "os",
  referer: "referers",
};
const REFRESH_MS = 60_000;

/** Return the parameters of the API for a question. */
export function parametersOf(question: Question, span: Span): Parameters {
  const { range, interval, zone, bots, filters } = question;
  return {
    ...span,
    interval: interval ?? defaultInterval(range),
    timezone: zone,
    include_bots: bots === "only" ? "only" : bots === "in",
    ...filters,
  };
}

/** Ask as a stranger does. */
export const askShared = (token: string, query: Parameters, signal?: AbortSignal) =>
  take(api.GET("/v1/shared", { params: { query, header: { "X-Share-Token": token } }, signal }));

async function ask(source: Source, query: Parameters, signal?: AbortSignal): Promise<Answer> {
  if ("share" in source) return (await askShared(source.share, query, signal)).analytics;
  if ("link" in source) {
    return take(api.GET("/v1/analytics/{link_id}", { params: { path: { link_id: source.link }, query }, signal }));
  }
  const all = source.tag === null ? query : { ...query, tag: source.tag };
  return take(api.GET("/v1/analytics", { params: { query: all }, signal }));
}

/** The times are made when it is asked, so that "the last hour" stays that. */
function answerOptions(source: Source, question: Question, isBefore: boolean) {
  const { isCompared: _, ...asked } = question;
  return queryOptions({
    queryKey: ["analytics", source, asked, isBefore],
    queryFn: ({ signal }) => {
      const span = (isBefore ? spanBefore : spanOf)(question.range, question.zone, new Date());
      return ask(source, parametersOf(question, span), signal);
    },
    // What is there stays in sight until the next answer comes, as long as it speaks of the same links.
    placeholderData: (old: Answer | undefined, query) =>
      JSON.stringify(query?.queryKey[1]) === JSON.stringify(source) ? old : undefined,
    refetchInterval: REFRESH_MS,
  });
}

export function useAnalytics(source: Source, question: Question) {
  const filtered = DIMENSIONS.filter((dimension) => question.filters[dimension] !== undefined);
  const main = useQuery(answerOptions(source, question, false));
  const before = useQuery({ ...answerOptions(source, question, true), enabled: question.isCompared });
  const others = useQueries({
    queries: filtered.map((dimension) => answerOptions(source, without(question, dimension), false)),
  });
  const lists = Object.fromEntries(
    DIMENSIONS.map((dimension) => {
      const other = others[filtered.indexOf(dimension)];
      const answer = other ? (other.data ?? main.data) : main.data;
      return [dimension, { values: answer?.[LIST_OF[dimension]] ?? [], total: answer?.totals.clicks ?? 0 }];
    }),
  ) as Record<Dimension, List>;
  return {
    answer: main.data,
    before: question.isCompared ? before.data : undefined,
    lists,
    error: main.error,
    isWaiting: main.isPending,
    /** What is shown is the answer to an earlier question. */
    isOld: main.isPlaceholderData || others.some(({ isPlaceholderData }) => isPlaceholderData),
    retry: () => void main.refetch(),
  };
}

function without(question: Question, dimension: Dimension): Question {
  const filters: Filters = withoutFilter(question.filters, dimension);
  return { ...question, filters };
}
