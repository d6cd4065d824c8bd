import { formatMoment } from "@/ui/numbers";
import { Badge } from "@/ui/panel";
import { formatMoney } from "../money";
import type { CampaignMessage } from "../types";
import { MESSAGE_WORDS, plural } from "../words";

export function MessageRow({ message, currency }: { message: CampaignMessage; currency: string }) {
  const { label, tone } = MESSAGE_WORDS[message.status];
  return (
    <li className="grid gap-x-6 gap-y-1 py-3 lg:grid-cols-[minmax(0,14rem)_minmax(0,1fr)_13rem]">
      <div className="min-w-0">
        <p className="font-medium wrap-anywhere">{message.business_name ?? "A business that was deleted"}</p>
        <p className="font-mono text-sm text-quiet">{message.phone}</p>
      </div>
      <details className="group min-w-0">
        <summary className="cursor-pointer list-none text-sm text-quiet hover:text-ink [&::-webkit-details-marker]:hidden">
          <span className="line-clamp-2 wrap-anywhere group-open:line-clamp-none">{message.body}</span>
        </summary>
        <p className="mt-1 text-xs text-quiet">
          <span className="figures">{message.segments}</span> {plural(message.segments, "segment")}, {message.encoding}
          {message.cost_micros > 0 && `, ${formatMoney(message.cost_micros, currency)}`}
        </p>
      </details>
      <div className="flex flex-wrap items-baseline gap-x-2.5 gap-y-1 lg:flex-col lg:items-end">
        <Badge tone={tone}>{label}</Badge>
        <span className="text-xs text-quiet">{whenOf(message)}</span>
      </div>
      {message.error && <p className="text-sm text-bad lg:col-span-2 lg:col-start-2">{message.error}</p>}
    </li>
  );
}

function whenOf({ status, delivered_at, sent_at, due_at }: CampaignMessage): string {
  if (delivered_at) return formatMoment(delivered_at);
  if (sent_at) return formatMoment(sent_at);
  return status === "queued" ? `from ${formatMoment(due_at)}` : "";
}
