"use client";

/** The page as visitors see it, as wide as on their screens. */
import { useState } from "react";
import { classes } from "@/ui/classes";
import { Segmented } from "@/ui/segmented";
import { Skeleton } from "@/ui/states";
import { useIsLarge } from "@/ui/use-is-large";
import { SiteFrame } from "../site-frame";

const WIDTHS = { desktop: 1280, phone: 390 } as const;
const OPTIONS = [
  { value: "desktop", label: "Desktop" },
  { value: "phone", label: "Phone" },
] as const;

type Props = { html: string | undefined; isOld: boolean; told: string | null; name: string };

/** Args: isOld, whether what is typed is not in it yet; told, why it is not. */
export function Preview({ html, isOld, told, name }: Props) {
  const [screen, setScreen] = useState<keyof typeof WIDTHS>(useIsLarge() ? "desktop" : "phone");
  return (
    <section aria-label="Preview" className="grid min-w-0 gap-3 lg:sticky lg:top-8">
      <div className="flex min-h-9 flex-wrap items-center justify-between gap-3">
        <Segmented label="Width of the preview" value={screen} options={OPTIONS} onChange={setScreen} />
        <p role="status" className="text-sm text-quiet">
          {told ?? (isOld ? "Drawing it anew" : "")}
        </p>
      </div>
      <div
        className={classes(
          "h-[28rem] w-full overflow-hidden rounded-lg border border-line bg-[white] lg:h-[calc(100dvh-13rem)] lg:min-h-96",
          screen === "phone" && "mx-auto max-w-[390px]",
        )}
      >
        {html === undefined ? (
          <Skeleton className="size-full rounded-none" />
        ) : (
          <SiteFrame html={html} width={WIDTHS[screen]} label={`Preview of the site of ${name}`} />
        )}
      </div>
    </section>
  );
}
