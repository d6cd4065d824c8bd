"use client";

import { usePathname } from "next/navigation";
import { type ReactNode, useEffect, useRef } from "react";
import { useSession } from "@/api/session";
import { SETTINGS } from "@/shell/navigation";
import { PlaceLink } from "@/shell/sidebar";

/** The settings' own places: beside the page where there is room, above it where there is not. */
export function SettingsFrame({ children }: { children: ReactNode }) {
  const { scopes } = useSession();
  const path = usePathname();
  const places = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each page marks another place
  useEffect(() => {
    places.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [path]);
  return (
    <div className="grid gap-6 lg:grid-cols-[11.5rem_minmax(0,1fr)] lg:gap-10">
      <nav ref={places} aria-label="Settings" className="-mx-4 overflow-x-auto px-4 lg:mx-0 lg:px-0">
        <div className="flex gap-1 lg:sticky lg:top-8 lg:grid lg:gap-0.5">
          {SETTINGS.filter(({ needs }) => !needs || scopes.includes(needs)).map((place) => (
            <PlaceLink key={place.href} place={place} isExact />
          ))}
        </div>
      </nav>
      <div className="grid min-w-0 content-start gap-5 [&>header]:mb-0">{children}</div>
    </div>
  );
}
