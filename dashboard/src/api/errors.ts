/** What can come of a request, apart from an answer. Each says in its message what people are told. */
import type { components } from "./schema";

export type Problem = components["schemas"]["Problem"];

/** The API refused. `code` is stable, `message` is the API's own sentence, `fields` say what is wrong where. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Record<string, string> = {},
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(message);
  }
}

/** Nobody answered: the machine is offline, or Vayro is not running. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";

  constructor() {
    super("Vayro does not answer. Check the connection; what you typed is kept.");
  }
}

const MARKUP = /^\s*</;

/** Return the error that an answer stands for. A proxy may have answered instead of the API, in any format. */
export function readError(response: Response, body: unknown): ApiError {
  const problem = isProblem(body) ? body : null;
  const said = problem?.detail ?? (typeof body === "string" && !MARKUP.test(body) ? body.slice(0, 200) : "");
  const retryAfter = Number(response.headers.get("Retry-After"));
  return new ApiError(
    response.status,
    problem?.code ?? "unknown",
    said || `The server answered ${response.status}.`,
    problem ? fieldsOf(problem) : {},
    Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : null,
  );
}

/** Return the error of one row of a bulk. */
export function problemError(problem: Problem): ApiError {
  return new ApiError(problem.status, problem.code, problem.detail, fieldsOf(problem));
}

function fieldsOf(problem: Problem): Record<string, string> {
  const fields = Object.fromEntries((problem.errors ?? []).map(({ field, message }) => [field, message]));
  return problem.field ? { [problem.field]: problem.detail, ...fields } : fields;
}

/** Return one sentence for people. */
export function sentence(error: unknown): string {
  if (error instanceof ApiError || error instanceof Unreachable) return error.message;
  return "Something went wrong here. Reload the page and try again.";
}

/** Whether the session is over, so that only signing in helps. */
export const isSignedOut = (error: unknown): boolean => error instanceof ApiError && error.status === 401;

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "code" in body && "detail" in body;
}
