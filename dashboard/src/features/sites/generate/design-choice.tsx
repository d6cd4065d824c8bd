"use client";

/** The designs, each in its own words. */
import { useQuery } from "@tanstack/react-query";
import { classes } from "@/ui/classes";
import { Skeleton } from "@/ui/states";
import { designsQuery } from "../queries";

type Props = {
  value: string;
  onChange: (design: string) => void;
  /** Whether it may be left to the category of the business. */
  hasAutomatic?: boolean;
  disabled?: boolean;
};

const AUTOMATIC = { name: "", title: "By its category", description: "The design that fits what the business does." };

export function DesignChoice({ value, onChange, hasAutomatic = false, disabled = false }: Props) {
  const { data, isPending, isError } = useQuery(designsQuery);
  const designs = [...(hasAutomatic ? [AUTOMATIC] : []), ...(data ?? [])];
  return (
    <fieldset disabled={disabled} className="grid min-w-0 gap-2">
      <legend className="mb-1.5 text-sm font-medium">Design</legend>
      <div className="grid gap-2 sm:grid-cols-2">
        {designs.map(({ name, title, description }) => (
          <label
            key={name}
            className={classes(
              "relative grid min-w-0 content-start gap-0.5 rounded-md border px-3 py-2.5 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
              name === value ? "border-accent bg-accent-wash" : "border-line bg-panel hover:border-edge",
            )}
          >
            <input
              type="radio"
              name="design"
              value={name}
              checked={name === value}
              data-autofocus={name === value || undefined}
              onChange={() => onChange(name)}
              className="absolute opacity-0"
            />
            <span className={classes("font-medium", name === value && "text-accent-ink")}>{title}</span>
            <span className="text-xs text-quiet">{description}</span>
          </label>
        ))}
        {isPending && [0, 1, 2, 3].map((card) => <Skeleton key={card} className="h-17 w-full" />)}
      </div>
      {isError && <p className="text-sm text-quiet">The designs could not be loaded; one is chosen by the category.</p>}
    </fieldset>
  );
}
