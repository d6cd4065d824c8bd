"use client";

import { Download } from "lucide-react";
import { useState } from "react";
import { api, take } from "@/api/client";
import { Button } from "@/ui/button";
import { Menu, MenuItem } from "@/ui/menu";
import { followDownload, saveFile } from "@/ui/save-file";
import { useToast } from "@/ui/toast";
import type { Question } from "./question";
import { spanOf } from "./ranges";
import { type OwnSource, parametersOf } from "./use-analytics";

/** What can be saved; opened from the start, for it comes when it is asked for. */
export default function ExportChoices({ source, question }: { source: OwnSource; question: Question }) {
  const toast = useToast();
  const [isOpen, setOpen] = useState(true);
  const saveSums = async () => {
    try {
      const [file, name] = await readSums(source, question);
      saveFile(name, file);
    } catch (error) {
      toast.failed(error);
    }
  };
  return (
    <Menu isOpen={isOpen} onOpenChange={setOpen} trigger={<Button icon={Download}>Export</Button>}>
      <MenuItem onSelect={() => void saveSums()}>What is shown (CSV)</MenuItem>
      {"link" in source && (
        // However many they are: the browser writes them to the disk as they come.
        <MenuItem
          onSelect={() => followDownload(`/v1/analytics/${source.link}/events?format=csv`, `clicks-${source.link}.csv`)}
        >
          Every single click (CSV)
        </MenuItem>
      )}
    </Menu>
  );
}

async function readSums(source: OwnSource, question: Question): Promise<[Blob, string]> {
  const query = parametersOf(question, spanOf(question.range, question.zone, new Date()));
  if ("link" in source) {
    const path = { link_id: source.link };
    const file = take(api.GET("/v1/analytics/{link_id}/export", { params: { path, query }, parseAs: "blob" }));
    return [(await file) as Blob, `analytics-${source.link}.csv`];
  }
  const all = source.tag === null ? query : { ...query, tag: source.tag };
  const file = take(api.GET("/v1/analytics/export", { params: { query: all }, parseAs: "blob" }));
  return [(await file) as Blob, "analytics.csv"];
}
