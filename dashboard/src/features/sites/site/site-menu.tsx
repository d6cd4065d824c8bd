"use client";

import { Building2, EllipsisVertical, RefreshCw, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { IconButton } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { Menu, MenuItem, MenuLine } from "@/ui/menu";
import { useToast } from "@/ui/toast";
import { useDeleteSite } from "../changes";
import type { Site } from "../site";
import { isUnderWay } from "../status";
import { Regenerate } from "./regenerate";

/** What is done seldom; opened from the start, for it comes when it is asked for. */
export default function SiteMenu({ site, onGone }: { site: Site; onGone: () => void }) {
  const [isOpen, setOpen] = useState(true);
  const [asked, setAsked] = useState<"regenerate" | "delete" | null>(null);
  const router = useRouter();
  return (
    <>
      <Menu
        isOpen={isOpen}
        onOpenChange={setOpen}
        trigger={<IconButton label="More for this site" icon={EllipsisVertical} />}
      >
        <MenuItem icon={RefreshCw} disabled={isUnderWay(site.status)} onSelect={() => setAsked("regenerate")}>
          Generate it again
        </MenuItem>
        <MenuItem icon={Building2} onSelect={() => router.push(`/businesses?business=${site.business_id}`)}>
          Look at the business
        </MenuItem>
        <MenuLine />
        <MenuItem icon={Trash2} isDangerous onSelect={() => setAsked("delete")}>
          Delete the site
        </MenuItem>
      </Menu>
      {asked === "regenerate" && <Regenerate site={site} onClose={() => setAsked(null)} />}
      {asked === "delete" && <Deletion site={site} onClose={() => setAsked(null)} onGone={onGone} />}
    </>
  );
}

function Deletion({ site, onClose, onGone }: { site: Site; onClose: () => void; onGone: () => void }) {
  const { mutate, isPending } = useDeleteSite();
  const toast = useToast();
  const remove = () =>
    mutate(site, {
      onSuccess: () => {
        toast.done(`The site of ${site.business_name} is deleted`);
        onGone();
      },
      onError: (error) => {
        toast.failed(error);
        onClose();
      },
    });
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={`Delete the site of ${site.business_name}?`}
      label="Delete the site"
      isBusy={isPending}
      onConfirm={remove}
    >
      Its words are gone for good, and its link is switched off: whoever was sent it arrives nowhere. The clicks that
      were counted stay.
    </Confirm>
  );
}
