"use client";

/** The designs, each as it looks and in its own words. */
import { useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import type { Schemas } from "@/api/client";
import { classes } from "@/ui/classes";
import { Skeleton } from "@/ui/states";
import { designsQuery } from "../queries";
import { PICTURES } from "./pictures";

type Design = Pick<Schemas["SiteDesign"], "name" | "title" | "description">;

type Props = {
  value: string;
  onChange: (design: string) => void;
  /** Whether it may be left to the category of the business. */
  hasAutomatic?: boolean;
  disabled?: boolean;
};

const AUTOMATIC: Design = {
  name: "",
  title: "By its category",
  description: "The design that fits what the business does.",
};

export function DesignChoice({ value, onChange, hasAutomatic = false, disabled = false }: Props) {
  const { data, isPending, isError } = useQuery(designsQuery);
  const designs = [...(hasAutomatic ? [AUTOMATIC] : []), ...(data ?? [])];
  return (
    <fieldset disabled={disabled} className="grid min-w-0 gap-2">
      <legend className="mb-1.5 text-sm font-medium">Design</legend>
      <div className="@container">
        <div className="grid gap-2.5 @min-[16rem]:grid-cols-2 @lg:grid-cols-3 @2xl:grid-cols-4">
          {designs.map((design) => (
            <DesignCard key={design.name} design={design} isChosen={design.name === value} onChoose={onChange} />
          ))}
          {isPending && [0, 1, 2, 3].map((card) => <Skeleton key={card} className="h-44 w-full" />)}
        </div>
      </div>
      <p className="text-xs text-quiet">Colours and ornament follow from the name of the business.</p>
      {isError && <p className="text-sm text-quiet">The designs could not be loaded; one is chosen by the category.</p>}
    </fieldset>
  );
}

const MOSAIC = 4;

type CardProps = { design: Design; isChosen: boolean; onChoose: (name: string) => void };

function DesignCard({ design: { name, title, description }, isChosen, onChoose }: CardProps) {
  return (
    <label
      className={classes(
        "relative grid min-w-0 content-start overflow-hidden rounded-md border has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
        isChosen ? "border-accent bg-accent-wash" : "border-line bg-panel hover:border-edge",
      )}
    >
      <input
        type="radio"
        name="design"
        value={name}
        checked={isChosen}
        data-autofocus={(isChosen && name === AUTOMATIC.name) || undefined}
        onChange={() => onChoose(name)}
        className="absolute opacity-0"
      />
      <span className="block aspect-4/3 overflow-hidden border-b border-line bg-sunken">
        {name === AUTOMATIC.name ? <Mosaic /> : <Picture design={name} />}
      </span>
      {isChosen && (
        <span className="absolute top-2 right-2 grid size-6 place-items-center rounded-full bg-accent text-on-accent">
          <Check aria-hidden className="size-4" />
        </span>
      )}
      <span className="grid gap-0.5 px-3 py-2.5">
        <span className={classes("font-medium", isChosen && "text-accent-ink")}>{title}</span>
        {/* On phones the picture says it, and all of them are in sight sooner. */}
        <span className="text-xs text-quiet max-sm:sr-only">{description}</span>
      </span>
    </label>
  );
}

/** A design of which there is no picture yet has none. */
function Picture({ design }: { design: string }) {
  const picture = PICTURES[design];
  if (!picture) return null;
  return (
    // biome-ignore lint/performance/noImgElement: it is as small as it is shown, and the export optimises nothing
    <img
      src={picture.src}
      width={picture.width}
      height={picture.height}
      alt=""
      loading="lazy"
      decoding="async"
      className="size-full object-cover object-top"
    />
  );
}

/** It may become any of them. */
function Mosaic() {
  return (
    <span className="grid size-full grid-cols-2 grid-rows-2 gap-px">
      {Object.keys(PICTURES)
        .slice(0, MOSAIC)
        .map((design) => (
          <Picture key={design} design={design} />
        ))}
    </span>
  );
}
