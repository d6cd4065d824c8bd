"use client";

/** Tags for many links at once: some are added, some are taken away. */
import { useState } from "react";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Checkbox } from "@/ui/field";
import { type BulkEdit, countLinks } from "../changes";
import type { Link } from "../link";
import { TagsField } from "../sheet/tags-field";

export function TagsDialog({
  links,
  onClose,
  onSave,
}: {
  links: readonly Link[];
  onClose: () => void;
  onSave: (edit: BulkEdit, done: (count: number) => string) => void;
}) {
  const [added, setAdded] = useState<string[]>([]);
  const [removed, setRemoved] = useState<string[]>([]);
  const present = [...new Set(links.flatMap(({ tags }) => tags))].sort();
  const save = () => {
    onSave({ add_tags: added, remove_tags: removed }, (count) => `Changed the tags of ${countLinks(count)}`);
    onClose();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Tags of ${countLinks(links.length)}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={!added.length && !removed.length} onClick={save}>
            Change tags
          </Button>
        </>
      }
    >
      <div className="grid gap-5">
        <TagsField label="Add" value={added} onChange={setAdded} />
        {present.length > 0 && (
          <fieldset className="grid gap-2.5">
            <legend className="mb-1.5 text-sm font-medium">Remove</legend>
            {present.map((tag) => (
              <Checkbox
                key={tag}
                label={tag}
                checked={removed.includes(tag)}
                onChange={({ target }) =>
                  setRemoved((now) => (target.checked ? [...now, tag] : now.filter((other) => other !== tag)))
                }
              />
            ))}
          </fieldset>
        )}
      </div>
    </Dialog>
  );
}
