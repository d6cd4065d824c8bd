/** What stands in a form while it is typed, beside what is stored. */

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Return the names of what differs. */
export const changedFields = <D extends object>(draft: D, from: D): (keyof D)[] =>
  (Object.keys(draft) as (keyof D)[]).filter((name) => !same(draft[name], from[name]));

/** Return the errors of the API by the name of the field: what lies inside of a field is said at the field. */
export const byField = (errors: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(errors).map(([path, message]) => [path.split(".")[0] ?? path, message]));
