"use client";

import { Download } from "lucide-react";
import { Button } from "@/ui/button";
import { OnDemand } from "@/ui/on-demand";
import type { Question } from "./question";
import type { OwnSource } from "./use-analytics";

/** What is shown as a CSV file; of one link also all its clicks. */
export function ExportMenu(props: { source: OwnSource; question: Question }) {
  return (
    <OnDemand load={() => import("./export-choices")} trigger={<Button icon={Download}>Export</Button>} with={props} />
  );
}
