"use client";

/** How a site is to be made: by whom it is written, how it looks, and what is to be in it. */
import { useQuery } from "@tanstack/react-query";
import { TextArea } from "@/ui/field";
import { Segmented } from "@/ui/segmented";
import { DesignChoice } from "../design/design-choice";
import { siteSettingsQuery } from "../queries";
import type { Generator } from "../site";

export type WishDraft = { generator: Generator; design: string; brief: string };

export const NO_WISH: WishDraft = { generator: "template", design: "", brief: "" };

/** Return the wish as the API takes it. */
export const toWish = ({ generator, design, brief }: WishDraft) => ({
  generator,
  ...(design && { design }),
  ...(brief.trim() && { brief: brief.trim() }),
});

const MAX_BRIEF = 2_000;

type Props = {
  draft: WishDraft;
  change: (patch: Partial<WishDraft>) => void;
  hasAutomatic: boolean;
  errors: Record<string, string | undefined>;
};

export function WishFields({ draft, change, hasAutomatic, errors }: Props) {
  const { data: settings } = useQuery(siteSettingsQuery);
  return (
    <>
      {settings?.is_ai_available && (
        <div className="grid justify-items-start gap-1.5">
          <p className="text-sm font-medium">Who writes it</p>
          <Segmented
            label="Who writes it"
            value={draft.generator}
            options={[
              { value: "template", label: "A template" },
              { value: "ai", label: settings.ai_model ? `AI (${settings.ai_model})` : "AI" },
            ]}
            onChange={(generator) => change({ generator })}
          />
          <p className="text-xs text-quiet">
            {draft.generator === "ai"
              ? "Costs a little, takes some seconds. Should it fail, the template steps in."
              : "At once and free of cost, from what is known of the business."}
          </p>
        </div>
      )}
      <DesignChoice value={draft.design} onChange={(design) => change({ design })} hasAutomatic={hasAutomatic} />
      {errors.design && (
        <p role="alert" className="text-xs font-medium text-bad">
          {errors.design}
        </p>
      )}
      <TextArea
        label="Brief"
        maxLength={MAX_BRIEF}
        value={draft.brief}
        error={errors.brief}
        onChange={(event) => change({ brief: event.target.value })}
        hint="What should be in it: what they are known for, opening hours, a tone. It may stay empty."
      />
    </>
  );
}
