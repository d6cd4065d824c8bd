"use client";

/** What can be done with the links that are chosen. */
import { Download, EllipsisVertical, Power, PowerOff, Tag, Trash2, X } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "@/ui/button";
import { Menu, MenuItem, MenuLine } from "@/ui/menu";
import { formatCount } from "@/ui/numbers";
import type { Selection } from "@/ui/selection";
import { type BulkEdit, countLinks, useEditMany } from "../changes";
import { useDeleteLinks } from "../deletion";
import type { Link } from "../link";
import { downloadCsv } from "./csv";
import { TagsDialog } from "./tags-dialog";

type Props = { links: readonly Link[]; selection: Selection; mayWrite: boolean };

export function BulkBar({ links, selection: { ids, clear }, mayWrite }: Props) {
  const [isTagging, setTagging] = useState(false);
  const editMany = useEditMany();
  const deleteLinks = useDeleteLinks();
  const chosen = () => links.filter(({ id }) => ids.has(id));
  const edit = (change: BulkEdit, done: (count: number) => string) =>
    editMany.mutate({ ids: [...ids], edit: change, done });
  const enable = () => edit({ is_active: true }, (count) => `Enabled ${countLinks(count)}`);
  const disable = () => edit({ is_active: false }, (count) => `Disabled ${countLinks(count)}`);
  const save = () => downloadCsv(chosen());
  const remove = () => void deleteLinks(chosen());

  return (
    <div role="toolbar" aria-label="What to do with the chosen links" className="flex min-w-0 grow items-center gap-2">
      <p role="status" className="mr-auto text-sm font-semibold whitespace-nowrap">
        <span className="figures">{formatCount(ids.size)}</span> chosen
      </p>
      <div className="flex items-center gap-2 max-lg:hidden">
        {mayWrite && (
          <>
            <Button size="sm" icon={Tag} onClick={() => setTagging(true)}>
              Tags
            </Button>
            <Button size="sm" icon={PowerOff} isBusy={editMany.isPending} onClick={disable}>
              Disable
            </Button>
            <Button size="sm" icon={Power} disabled={editMany.isPending} onClick={enable}>
              Enable
            </Button>
          </>
        )}
        <Button size="sm" icon={Download} onClick={save}>
          Export CSV
        </Button>
        {mayWrite && (
          <Button size="sm" look="danger" icon={Trash2} onClick={remove}>
            Delete
          </Button>
        )}
      </div>
      <div className="lg:hidden">
        <Menu trigger={<Button icon={EllipsisVertical}>Actions</Button>}>
          {mayWrite && (
            <>
              <MenuItem icon={Tag} onSelect={() => setTagging(true)}>
                Tags
              </MenuItem>
              <MenuItem icon={PowerOff} onSelect={disable}>
                Disable
              </MenuItem>
              <MenuItem icon={Power} onSelect={enable}>
                Enable
              </MenuItem>
            </>
          )}
          <MenuItem icon={Download} onSelect={save}>
            Export CSV
          </MenuItem>
          {mayWrite && (
            <>
              <MenuLine />
              <MenuItem icon={Trash2} isDangerous onSelect={remove}>
                Delete
              </MenuItem>
            </>
          )}
        </Menu>
      </div>
      <IconButton label="Choose none" icon={X} onClick={clear} />
      {isTagging && <TagsDialog links={chosen()} onClose={() => setTagging(false)} onSave={edit} />}
    </div>
  );
}
