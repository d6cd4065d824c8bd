"use client";

/** The menu of one row. It is there only once somebody asked for it: a closed menu per row would cost every scroll. */
import { ChartLine, Copy, EllipsisVertical, Pencil, Power, QrCode, SquarePen, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { IconButton } from "@/ui/button";
import { copyText } from "@/ui/copy";
import { Menu, MenuItem, MenuLine } from "@/ui/menu";
import { useToast } from "@/ui/toast";
import type { Link } from "../link";
import type { RowActions } from "./link-row";

export function RowMenu({
  link,
  mayWrite,
  mayAnalyse,
  actions,
}: {
  link: Link;
  mayWrite: boolean;
  mayAnalyse: boolean;
  actions: RowActions;
}) {
  const [isOpen, setOpen] = useState(true);
  const router = useRouter();
  const toast = useToast();
  const copy = async () => {
    if (await copyText(link.short_url)) toast.done(`${link.short_code} copied`);
    else toast.failed("The browser does not let pages copy. Select the link and copy it by hand.");
  };
  return (
    <Menu
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={<IconButton label={`More for ${link.short_code}`} icon={EllipsisVertical} />}
    >
      <MenuItem icon={SquarePen} onSelect={() => actions.open(link.id, "link")}>
        {mayWrite ? "Edit" : "Details"}
      </MenuItem>
      {mayWrite && (
        <MenuItem icon={Pencil} onSelect={() => actions.edit(link.id)}>
          Edit title and destination here
        </MenuItem>
      )}
      <MenuItem icon={QrCode} onSelect={() => actions.open(link.id, "qr")}>
        QR code
      </MenuItem>
      {mayAnalyse && (
        <MenuItem icon={ChartLine} onSelect={() => router.push(`/analytics?link=${link.id}`)}>
          Analytics
        </MenuItem>
      )}
      <MenuItem icon={Copy} onSelect={copy}>
        Copy
      </MenuItem>
      {mayWrite && (
        <>
          <MenuItem icon={Power} onSelect={() => actions.switch(link, !link.is_active)}>
            {link.is_active ? "Disable" : "Enable"}
          </MenuItem>
          <MenuLine />
          <MenuItem icon={Trash2} isDangerous onSelect={() => actions.delete([link])}>
            Delete
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
