/** The API, with types made from its OpenAPI document. Cookies say who asks; nothing else is kept here. */
import createClient, { type Middleware } from "openapi-fetch";
import { readError, Unreachable } from "./errors";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

type Answer<T> = { data?: T; error?: unknown; response: Response };

const listeners = new Set<() => void>();

/** Call `listener` whenever the API says that nobody is signed in; returns what takes it back. */
export function onSignedOut(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const noticeSignedOut: Middleware = {
  onResponse({ response, schemaPath }) {
    if (response.status === 401 && !schemaPath.startsWith("/v1/auth/")) for (const listener of listeners) listener();
  },
};

export const api = createClient<paths>({ baseUrl: "", credentials: "same-origin" });
api.use(noticeSignedOut);

/**
 * Return what the API answered.
 *
 * @throws ApiError when it refused, Unreachable when nobody answered.
 */
export async function take<T>(request: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await request;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Unreachable();
  }
  if (!answer.response.ok) throw readError(answer.response, answer.error);
  return answer.data as T;
}
