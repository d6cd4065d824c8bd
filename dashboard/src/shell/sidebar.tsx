"use client";

import { Plus, Search } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useSession } from "@/api/session";
import { ButtonLink } from "@/ui/button";
import { classes } from "@/ui/classes";
import { Mark } from "@/ui/mark";
import { isAt, PLACES, type Place } from "./navigation";
import { UserMenu } from "./user-menu";
import { WorkspaceMenu } from "./workspace-menu";

export function Sidebar({ onPalette }: { onPalette: () => void }) {
  const { scopes } = useSession();
  return (
    <div className="flex h-full flex-col gap-4 px-3 py-4">
      <Link href="/" className="flex items-center gap-2.5 px-2 text-lg font-bold tracking-tight no-underline">
        <Mark className="size-7" />
        Vayro
      </Link>
      <WorkspaceMenu />
      {scopes.includes("links:write") && (
        <ButtonLink look="primary" icon={Plus} href="/?new=1">
          New link
        </ButtonLink>
      )}
      <button
        type="button"
        onClick={onPalette}
        className="flex h-9 items-center gap-2.5 rounded-md border border-line bg-panel px-3 text-sm text-quiet hover:border-edge"
      >
        <Search aria-hidden className="size-4" />
        <span className="whitespace-nowrap">Search or jump</span>
        <kbd className="ml-auto font-mono text-xs whitespace-nowrap">{isApple() ? "⌘K" : "Ctrl K"}</kbd>
      </button>
      <nav aria-label="Main" className="grid gap-0.5">
        {PLACES.filter(({ needs }) => !needs || scopes.includes(needs)).map((place) => (
          <PlaceLink key={place.href} place={place} />
        ))}
      </nav>
      <div className="mt-auto">
        <UserMenu />
      </div>
    </div>
  );
}

/** A place in a list of places; the one where we are is marked, for eyes and for screen readers. */
export function PlaceLink({ place, isExact = false }: { place: Place; isExact?: boolean }) {
  const path = usePathname();
  const isHere = isExact ? path === place.href : isAt(path, place.href);
  const Icon = place.icon;
  return (
    <Link
      href={place.href}
      aria-current={isHere ? "page" : undefined}
      className={classes(
        "flex h-9 items-center gap-2.5 rounded-md px-2.5 text-base whitespace-nowrap no-underline transition-colors",
        isHere ? "bg-accent-wash font-semibold text-accent-ink" : "text-quiet hover:bg-sunken hover:text-ink",
      )}
    >
      <Icon aria-hidden className="size-4.5 shrink-0" />
      {place.label}
    </Link>
  );
}

const isApple = (): boolean => /Mac|iPhone|iPad/.test(navigator.userAgent);
