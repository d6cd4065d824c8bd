import { LoaderCircle, type LucideIcon } from "lucide-react";
import Link from "next/link";
import type { ComponentProps, ReactNode } from "react";
import { classes } from "./classes";

export type Look = "primary" | "plain" | "ghost" | "danger";

const LOOKS: Record<Look, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-hover font-semibold",
  plain: "bg-panel border border-line text-ink hover:border-edge",
  ghost: "text-ink hover:bg-sunken",
  danger: "bg-panel border border-line text-bad hover:border-bad",
};
const SHAPE =
  "inline-flex items-center justify-center gap-2 rounded-md whitespace-nowrap transition-colors duration-150 " +
  "disabled:opacity-55 disabled:cursor-default aria-disabled:opacity-55 select-none";
const SIZES = { md: "h-10 px-4 text-base", sm: "h-8 px-3 text-sm max-sm:h-10" };

type Extras = { look?: Look; size?: keyof typeof SIZES; icon?: LucideIcon; isBusy?: boolean; children?: ReactNode };

/** A button with words. While `isBusy` it keeps its width and refuses further clicks. */
export function Button({
  look = "plain",
  size = "md",
  icon: Icon,
  isBusy = false,
  className,
  children,
  disabled,
  type = "button",
  ...rest
}: Extras & ComponentProps<"button">) {
  return (
    <button
      type={type}
      className={classes(SHAPE, SIZES[size], LOOKS[look], className)}
      disabled={disabled || isBusy}
      aria-busy={isBusy || undefined}
      {...rest}
    >
      {isBusy ? (
        <LoaderCircle aria-hidden className="size-4 animate-spin" />
      ) : (
        Icon && <Icon aria-hidden className="size-4" />
      )}
      {children}
    </button>
  );
}

/** A link that looks like a button. */
export function ButtonLink({
  look = "plain",
  size = "md",
  icon: Icon,
  className,
  children,
  ...rest
}: Omit<Extras, "isBusy"> & ComponentProps<typeof Link>) {
  return (
    <Link className={classes(SHAPE, SIZES[size], LOOKS[look], className)} {...rest}>
      {Icon && <Icon aria-hidden className="size-4" />}
      {children}
    </Link>
  );
}

/** A button with a picture alone; `label` is what it is called, and shown as its tip. */
export function IconButton({
  label,
  icon: Icon,
  className,
  size = "md",
  type = "button",
  ...rest
}: { label: string; icon: LucideIcon; size?: "md" | "sm" } & Omit<ComponentProps<"button">, "children">) {
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      className={classes(
        SHAPE,
        "text-quiet hover:bg-sunken hover:text-ink",
        size === "md" ? "size-10" : "size-8 max-sm:size-10",
        className,
      )}
      {...rest}
    >
      <Icon aria-hidden className={size === "md" ? "size-5" : "size-4"} />
    </button>
  );
}
