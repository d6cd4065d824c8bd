"use client";

import { Upload } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import { Button } from "@/ui/button";
import { classes } from "@/ui/classes";
import { Notice } from "@/ui/panel";
import { MAX_ROWS } from "./read-file";
import { useImport } from "./use-job";

/** Takes a file from the disk, chosen or dropped. It is read here, and sent as rows only. */
export function ChooseFile({ error }: { error: unknown }) {
  const job = useImport();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) void job.chooseFile(file);
  };
  return (
    <div className="grid gap-4">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is another way of what the button within does */}
      <div
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={classes(
          "grid justify-items-center gap-3 rounded-lg border border-dashed px-4 py-10 text-center",
          isOver ? "border-accent bg-accent-wash" : "border-edge",
        )}
      >
        <Button look="primary" icon={Upload} onClick={() => input.current?.click()}>
          Choose a CSV file
        </Button>
        <p className="text-sm text-quiet">
          or drop it here. Up to {MAX_ROWS.toLocaleString()} rows; commas, semicolons or tabs between the cells.
        </p>
        <input
          ref={input}
          type="file"
          accept=".csv,.tsv,.txt,text/csv"
          aria-label="CSV file"
          className="sr-only"
          tabIndex={-1}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) void job.chooseFile(file);
          }}
        />
      </div>
      {error ? (
        <Notice tone="bad" title="This file could not be read">
          {error instanceof Error ? error.message : "It may have been moved or changed. Choose it again."}
        </Notice>
      ) : null}
      <p className="text-sm text-quiet">
        Nothing is made before you have seen what would happen. {job.kind.words.before}
      </p>
    </div>
  );
}
