"use client";

/** The address bar as state: what is filtered and what is open can be sent to somebody, and Back takes it back. */
import { usePathname, useSearchParams } from "next/navigation";
import { useCallback } from "react";

export type Patch = Record<string, string | readonly string[] | null | undefined>;

export type UrlState = {
  params: URLSearchParams;
  /** Set what is named; null takes it out. `push` makes a step that Back takes back. */
  set: (patch: Patch, options?: { push?: boolean }) => void;
};

/** Return `params` with `patch` done to it. */
export function withPatch(params: URLSearchParams, patch: Patch): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(patch)) {
    next.delete(name);
    for (const one of typeof value === "string" ? [value] : (value ?? [])) if (one) next.append(name, one);
  }
  return next;
}

/** Must be inside of a Suspense boundary: while pages are exported there is no address. */
export function useUrlState(): UrlState {
  const params = useSearchParams();
  const path = usePathname();
  const set = useCallback(
    (patch: Patch, { push = false }: { push?: boolean } = {}) => {
      const query = withPatch(new URLSearchParams(window.location.search), patch).toString();
      // What stands behind `#` stays: it is the key of a page that is shared.
      const address = (query ? `${path}?${query}` : path) + window.location.hash;
      if (push) window.history.pushState(null, "", address);
      else window.history.replaceState(null, "", address);
    },
    [path],
  );
  return { params, set };
}
