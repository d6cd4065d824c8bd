import { ApiError, sentence } from "@/api/errors";

/** Return what the API says is wrong with this field; null when it says nothing of it. */
export function errorOf(error: unknown, field: string): string | null {
  return error instanceof ApiError ? (error.fields[field] ?? null) : null;
}

/** Return what went wrong apart from these fields, which show theirs themselves; null when there is nothing else. */
export function otherError(error: unknown, fields: readonly string[] = []): string | null {
  if (!error) return null;
  return fields.some((field) => errorOf(error, field)) ? null : sentence(error);
}
