/** The filters of the audit log: in the address bar by the day, for the API as instants. */
export type AuditQuery = { action?: string; user_id?: string; from?: string; to?: string };

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Return what to ask the API for. Days are those of the browser's time zone; the last one is within. */
export function queryOf(params: URLSearchParams): AuditQuery {
  const query: AuditQuery = {};
  const action = params.get("action");
  const user = params.get("user");
  const from = startOf(params.get("from"));
  const to = startOf(params.get("to"), 1);
  if (action) query.action = action;
  if (user) query.user_id = user;
  if (from) query.from = from;
  if (to) query.to = to;
  return query;
}

function startOf(day: string | null, later = 0): string | null {
  if (!day || !DAY.test(day)) return null;
  const start = new Date(`${day}T00:00:00`);
  if (Number.isNaN(start.getTime())) return null;
  start.setDate(start.getDate() + later);
  return start.toISOString();
}
