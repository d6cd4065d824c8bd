"use client";

/** The places that found no room in the bar; opened from the start, for it comes when it is asked for. */
import { usePathname, useRouter } from "next/navigation";
import { useState } from "react";
import { Menu, MenuItem } from "@/ui/menu";
import { isAt, type Place } from "./navigation";
import { MoreButton } from "./tab-bar";

export default function MorePlaces({ places }: { places: readonly Place[] }) {
  const [isOpen, setOpen] = useState(true);
  const path = usePathname();
  const router = useRouter();
  const isHere = places.some(({ href }) => isAt(path, href));
  return (
    <Menu isOpen={isOpen} onOpenChange={setOpen} trigger={<MoreButton isHere={isHere} />}>
      {places.map(({ href, label, icon }) => (
        <MenuItem key={href} icon={icon} onSelect={() => router.push(href)}>
          {label}
        </MenuItem>
      ))}
    </Menu>
  );
}
