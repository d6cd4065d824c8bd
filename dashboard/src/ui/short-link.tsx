import { withoutScheme } from "./addresses";
import { classes } from "./classes";

/** A short link on one line. Where there is no room for all of it, its host gives way: its code is what tells links apart. */
export function ShortLink({ url, className }: { url: string; className?: string }) {
  const shown = withoutScheme(url);
  const code = Math.max(0, shown.lastIndexOf("/"));
  return (
    <span className={classes("figures flex min-w-0", className)}>
      <span className="min-w-0 shrink-9999 truncate">{shown.slice(0, code)}</span>
      <span className="min-w-0 truncate">{shown.slice(code)}</span>
    </span>
  );
}
