"use client";

import { useCallback, useMemo } from "react";
import { useUrlState } from "@/shell/url-state";
import { type Dimension, type Question, readQuestion, toggleFilter, writeQuestion } from "./question";
import { DEFAULT_PRESET, isPreset, type Range, readCustom } from "./ranges";

export type Asking = {
  question: Question;
  /** Ask something else; a step that Back takes back. */
  ask: (change: Partial<Question>) => void;
  toggle: (dimension: Dimension, value: string) => void;
  /** Look at a part of the range. */
  zoom: (range: Range) => void;
  /** Back to the range before the first zoom; null when nothing is zoomed. */
  zoomOut: (() => void) | null;
};

/** The range before zooming, as one parameter of the address. */
const writeBefore = (range: Range): string => (typeof range === "string" ? range : `${range.from}..${range.to}`);

function readBefore(before: string): Range {
  if (isPreset(before)) return before;
  const [from = null, to = null] = before.split("..");
  return readCustom(from, to) ?? DEFAULT_PRESET;
}

/** Return the question in the address bar, and what changes it. */
export function useQuestion(): Asking {
  const { params, set } = useUrlState();
  const question = useMemo(() => readQuestion(params), [params]);
  const ask = useCallback(
    (change: Partial<Question>) => {
      const patch = writeQuestion(change);
      set(change.range === undefined ? patch : { ...patch, before: null }, { push: true });
    },
    [set],
  );
  const toggle = useCallback(
    (dimension: Dimension, value: string) => ask({ filters: toggleFilter(question.filters, dimension, value) }),
    [ask, question.filters],
  );
  const before = params.get("before");
  const { range } = question;
  const zoom = useCallback(
    (to: Range) => set({ ...writeQuestion({ range: to }), before: before ?? writeBefore(range) }, { push: true }),
    [set, before, range],
  );
  const zoomOut = useMemo(
    () => before && (() => set({ ...writeQuestion({ range: readBefore(before) }), before: null }, { push: true })),
    [set, before],
  );
  return { question, ask, toggle, zoom, zoomOut: zoomOut || null };
}
