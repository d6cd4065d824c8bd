"use client";

/** The menu of one row. It is there only once somebody asked for it: a closed menu per row would cost every scroll. */
import { AppWindow, EllipsisVertical, MessageSquareText, Sparkles, SquarePen, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useMay } from "@/api/session";
import { IconButton } from "@/ui/button";
import { Menu, MenuItem, MenuLine } from "@/ui/menu";
import { type Business, composerOf, isReachable } from "../business";
import type { RowActions } from "./business-row";

type Props = { business: Business; mayWrite: boolean; actions: RowActions };

export function RowMenu({ business, mayWrite, actions }: Props) {
  const [isOpen, setOpen] = useState(true);
  const router = useRouter();
  const maySend = useMay("campaigns:write");
  const { site } = business;
  return (
    <Menu
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={<IconButton label={`More for ${business.name}`} icon={EllipsisVertical} />}
    >
      <MenuItem icon={SquarePen} onSelect={() => actions.open(business.id)}>
        {mayWrite ? "Edit" : "Details"}
      </MenuItem>
      {site && (
        <MenuItem icon={AppWindow} onSelect={() => router.push(`/sites?site=${site.id}`)}>
          Look at the site
        </MenuItem>
      )}
      {!site && mayWrite && (
        <MenuItem icon={Sparkles} onSelect={() => actions.generate([business])}>
          Generate a site
        </MenuItem>
      )}
      {maySend && isReachable(business) && (
        <MenuItem icon={MessageSquareText} onSelect={() => router.push(composerOf(business))}>
          Write to it
        </MenuItem>
      )}
      {mayWrite && (
        <>
          <MenuLine />
          <MenuItem icon={Trash2} isDangerous onSelect={() => actions.delete(business)}>
            Delete
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
