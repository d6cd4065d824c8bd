"use client";

import { ApiError } from "@/api/errors";
import { Button } from "@/ui/button";
import { Panel } from "@/ui/panel";
import { Failed } from "@/ui/states";
import { PRESETS, shorterThan } from "./ranges";
import type { Asking } from "./use-question";

/** The question could not be answered: in the API's own words, with what would be. */
export function Refused({ error, asking, onRetry }: { error: Error; asking: Asking; onRetry: () => void }) {
  const { question, ask } = asking;
  if (!(error instanceof ApiError) || error.status !== 422) {
    return (
      <Panel>
        <Failed error={error} onRetry={onRetry} />
      </Panel>
    );
  }
  const shorter = shorterThan(question.range);
  return (
    <Panel>
      <div role="alert" className="grid justify-items-center gap-2 px-4 py-12 text-center">
        <p className="text-lg font-semibold">This cannot be counted</p>
        <p className="max-w-md text-quiet">{error.message}</p>
        <div className="mt-3 flex flex-wrap justify-center gap-2">
          {error.fields.timezone ? (
            <Button onClick={() => ask({ zone: "UTC" })}>Use UTC</Button>
          ) : (
            <Button onClick={() => ask({ range: shorter })}>
              Show {PRESETS.find(({ value }) => value === shorter)?.sentence}
            </Button>
          )}
          {Object.keys(question.filters).length > 0 && (
            <Button onClick={() => ask({ filters: {} })}>Clear the filters</Button>
          )}
        </div>
      </div>
    </Panel>
  );
}
