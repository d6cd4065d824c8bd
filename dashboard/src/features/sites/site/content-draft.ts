/** The words of a site as they stand in the form. */
import type { SiteContent } from "../site";

export type Draft = { content: SiteContent; design: string };

/** How many of each a page has room for, as the API says. */
export const MOST = { offers: 8, highlights: 6, questions: 8 } as const;

/** Return the content as it is sent: lines that were left empty are taken out. */
export function tidy(content: SiteContent): SiteContent {
  return {
    ...content,
    offers: content.offers.filter(({ name, text }) => name.trim() || text.trim()),
    highlights: (content.highlights ?? []).filter((line) => line.trim()),
    questions: (content.questions ?? []).filter(({ question, answer }) => question.trim() || answer.trim()),
  };
}

/** Return what is to be changed; null: nothing. */
export function changesOf(draft: Draft, from: Draft): Partial<Draft> | null {
  const content = tidy(draft.content);
  const changes = {
    ...(JSON.stringify(content) !== JSON.stringify(tidy(from.content)) && { content }),
    ...(draft.design !== from.design && { design: draft.design }),
  };
  return Object.keys(changes).length ? changes : null;
}

/** Return the list with the item of this place changed, or without it. */
export const replaceAt = <T>(list: readonly T[], at: number, item: T | null): T[] =>
  list.flatMap((known, index) => (index === at ? (item === null ? [] : [item]) : [known]));

/** Return the errors of the API by the path within the content: "offers.0.name". */
export const byPath = (fields: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([path, message]) => [path.replace(/^content\./, ""), message]));
