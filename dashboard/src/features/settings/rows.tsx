import type { ReactNode } from "react";
import { classes } from "@/ui/classes";

/** A list of things of one kind, each with what can be done about it. */
export function Rows({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul aria-label={label} className="grid divide-y divide-line">
      {children}
    </ul>
  );
}

/** What it is, what is known of it, and its buttons: side by side where there is room, else below each other. */
export function Row({
  title,
  badges,
  children,
  actions,
  below,
  isFaded = false,
}: {
  title: ReactNode;
  badges?: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  /** What takes the whole width. */
  below?: ReactNode;
  isFaded?: boolean;
}) {
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 py-3.5 first:pt-0 last:pb-0">
      <div className="grid min-w-0 grow basis-64 gap-0.5">
        <div className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
          <span className={classes("min-w-0 wrap-anywhere", isFaded ? "text-quiet" : "font-medium")}>{title}</span>
          {badges}
        </div>
        {children && <div className="text-sm text-quiet">{children}</div>}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      {below && <div className="w-full">{below}</div>}
    </li>
  );
}

/** Short facts in one line, with a dot between them. */
export function Facts({ children }: { children: ReactNode[] }) {
  const facts = children.filter(Boolean);
  return facts.map((fact, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the facts of one thing keep their places
    <span key={index}>
      {index > 0 && <span aria-hidden> · </span>}
      {fact}
    </span>
  ));
}
