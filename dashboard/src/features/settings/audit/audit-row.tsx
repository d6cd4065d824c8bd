"use client";

import type { Schemas } from "@/api/client";
import { formatAgo, formatMoment } from "@/ui/numbers";
import { describe, listDetails } from "./words";

type Entry = Schemas["AuditEntry"];

/** One entry: a sentence, and all of its details behind it. */
export function AuditRow({ entry }: { entry: Entry }) {
  const details = listDetails(entry);
  return (
    <li className="py-1">
      <details>
        <summary className="flex cursor-pointer flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5 rounded-md py-2.5 hover:bg-sunken">
          <span className="min-w-0 wrap-anywhere">
            <span className="font-medium">{whoOf(entry)}</span> {describe(entry)}
            {entry.key_prefix && (
              <span className="text-quiet">
                {" "}
                with the key <span className="font-mono text-sm">{entry.key_prefix}…</span>
              </span>
            )}
          </span>
          <time dateTime={entry.created_at} title={formatMoment(entry.created_at)} className="text-sm text-quiet">
            {formatAgo(entry.created_at)}
          </time>
        </summary>
        <dl className="mt-1 mb-3 grid gap-x-4 gap-y-1 rounded-md bg-sunken p-3 text-sm sm:grid-cols-[8rem_minmax(0,1fr)]">
          <Detail name="when">{formatMoment(entry.created_at)}</Detail>
          <Detail name="action">{entry.action}</Detail>
          {details.map(([name, value]) => (
            <Detail key={name} name={name}>
              {value}
            </Detail>
          ))}
        </dl>
      </details>
    </li>
  );
}

function Detail({ name, children }: { name: string; children: string }) {
  return (
    <div className="contents">
      <dt className="text-quiet">{name}</dt>
      <dd className="mb-1 font-mono wrap-anywhere sm:mb-0">{children}</dd>
    </div>
  );
}

/** Without a user it was Vayro itself, the public, or the operator; or the account is gone. */
const whoOf = ({ user_email, user_id, key_prefix }: Entry): string =>
  user_email ?? (user_id || key_prefix ? "Somebody who is gone" : "Vayro");
