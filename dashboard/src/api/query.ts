/** How long answers are taken for true, and what is asked again. */
import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./errors";

const FRESH_MS = 15_000;
const MAX_RETRIES = 2;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        retry: (failures, error) => failures < MAX_RETRIES && isPassing(error),
        refetchOnWindowFocus: true,
      },
      // Offline, a change fails at once and says so, instead of waiting where nobody sees it.
      mutations: { retry: false, networkMode: "always" },
    },
  });
}

/** Whether asking again may help. A 429 is shown with its countdown instead. */
function isPassing(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status >= 500;
}
