"use client";

/** What people type into. A field owns its label, its hint and what is wrong with it, and ties them together. */
import { type ComponentProps, type ReactNode, useId } from "react";
import { classes } from "./classes";

const BOX =
  "w-full rounded-md border border-line bg-panel text-ink px-3 transition-colors hover:border-edge " +
  "aria-invalid:border-bad disabled:opacity-60 text-base";

type Told = { label: ReactNode; hint?: ReactNode; error?: string | null; isLabelHidden?: boolean; aside?: ReactNode };

type Ties = { id: string; "aria-describedby": string | undefined; "aria-invalid": true | undefined };

/** Lays a label, an input, a hint and an error out; `children` gets what ties the input to them. */
export function Field({
  label,
  hint,
  error,
  isLabelHidden = false,
  aside,
  className,
  children,
}: Told & { className?: string; children: (ties: Ties) => ReactNode }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return (
    <div className={classes("grid min-w-0 gap-1.5", className)}>
      <div className={classes("flex items-baseline justify-between gap-3", isLabelHidden && "sr-only")}>
        <label htmlFor={id} className="text-sm font-medium text-ink">
          {label}
        </label>
        {aside}
      </div>
      {children({ id, "aria-describedby": described, "aria-invalid": error ? true : undefined })}
      {hint && (
        <p id={`${id}-hint`} className="text-xs text-quiet">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-xs font-medium text-bad">
          {error}
        </p>
      )}
    </div>
  );
}

type Input = Told & { className?: string; inputClassName?: string };

/** Part what the field tells from what the input takes. */
function separate<P extends Input>(props: P) {
  const { label, hint, error, isLabelHidden, aside, className, inputClassName, ...rest } = props;
  return { told: { label, hint, error, isLabelHidden, aside, className }, inputClassName, rest };
}

export function TextField(props: Input & ComponentProps<"input">) {
  const { told, inputClassName, rest } = separate(props);
  return (
    <Field {...told}>
      {(ties) => <input className={classes(BOX, "h-10", inputClassName)} autoComplete="off" {...ties} {...rest} />}
    </Field>
  );
}

export function TextArea(props: Input & ComponentProps<"textarea">) {
  const { told, inputClassName, rest } = separate(props);
  return (
    <Field {...told}>
      {(ties) => <textarea className={classes(BOX, "min-h-20 py-2", inputClassName)} {...ties} {...rest} />}
    </Field>
  );
}

/** The browser's own list: the quickest on phones, and known to every screen reader. */
export function SelectField(props: Input & ComponentProps<"select">) {
  const { told, inputClassName, rest } = separate(props);
  return (
    <Field {...told}>
      {(ties) => <select className={classes(BOX, "h-10 pr-8", inputClassName)} {...ties} {...rest} />}
    </Field>
  );
}

/** A box to tick, with its sentence. */
export function Checkbox({
  label,
  hint,
  className,
  ...rest
}: { label: ReactNode; hint?: ReactNode } & ComponentProps<"input">) {
  const id = useId();
  return (
    <div className={classes("flex items-start gap-2.5", className)}>
      <input
        id={id}
        type="checkbox"
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="mt-0.5 size-4.5 shrink-0 accent-accent"
        {...rest}
      />
      <div className="grid gap-0.5">
        <label htmlFor={id} className="text-base">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-xs text-quiet">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}

/** What is on or off at once, without a button to confirm. */
export function Switch({
  label,
  isOn,
  onChange,
  isLabelHidden = false,
  disabled,
}: {
  label: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  isLabelHidden?: boolean;
  disabled?: boolean;
}) {
  return (
    <label className="inline-flex items-center gap-2.5">
      <button
        type="button"
        role="switch"
        aria-checked={isOn}
        aria-label={label}
        disabled={disabled}
        onClick={() => onChange(!isOn)}
        className={classes(
          "relative h-6 w-10 shrink-0 rounded-full border transition-colors disabled:opacity-55",
          isOn ? "border-accent bg-accent" : "border-edge bg-sunken",
        )}
      >
        <span
          className={classes(
            "absolute top-0.5 left-0.5 size-4.5 rounded-full transition-transform",
            isOn ? "translate-x-4 bg-on-accent" : "bg-edge",
          )}
        />
      </button>
      {!isLabelHidden && <span className="text-base">{label}</span>}
    </label>
  );
}
