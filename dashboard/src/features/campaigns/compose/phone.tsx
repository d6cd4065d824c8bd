import { classes } from "@/ui/classes";
import { Skeleton, Waiting } from "@/ui/states";
import type { Business } from "../types";

type Props = { to: Business | null; body: string | null; url: string | null; isGuess: boolean };

/** The message as the phone of a business shows it. */
export function Phone({ to, body, url, isGuess }: Props) {
  return (
    <div className="mx-auto w-full max-w-80 rounded-[2.25rem] border border-edge bg-paper p-2.5">
      <div className="flex min-h-96 flex-col overflow-hidden rounded-[1.75rem] border border-line bg-panel">
        <div aria-hidden className="mx-auto mt-2 h-1.5 w-16 rounded-full bg-line" />
        <div className="grid gap-0.5 border-b border-line px-4 pt-2.5 pb-2.5 text-center">
          <p className="truncate text-sm font-semibold">{to?.name ?? <Skeleton className="mx-auto h-4 w-32" />}</p>
          <p className="font-mono text-xs text-quiet">{to ? (to.phone ?? "no phone number") : " "}</p>
        </div>
        <div className="flex grow flex-col justify-end gap-1.5 p-3.5">
          <p className="text-center text-xs text-quiet">Text message</p>
          <div
            data-testid="body"
            aria-live="polite"
            aria-busy={isGuess || body === null}
            className="max-w-[92%] rounded-2xl rounded-bl-sm bg-sunken px-3.5 py-2.5"
          >
            {body === null ? (
              <Waiting label="Writing the message" className="grid w-52 gap-2 py-0.5">
                <Skeleton className="h-4 w-full" />
                <Skeleton className="h-4 w-full" />
                <Skeleton className="h-4 w-2/3" />
              </Waiting>
            ) : (
              <p className={classes("text-base wrap-anywhere whitespace-pre-wrap")}>
                <WithLink body={body} url={url} />
              </p>
            )}
          </div>
        </div>
      </div>
    </div>
  );
}

function WithLink({ body, url }: { body: string; url: string | null }) {
  const at = url ? body.indexOf(url) : -1;
  if (!url || at < 0) return body;
  return (
    <>
      {body.slice(0, at)}
      <span className="text-accent-ink underline">{url}</span>
      {body.slice(at + url.length)}
    </>
  );
}
