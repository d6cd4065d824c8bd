"use client";

/** The frame on small screens: a bar above, and the places below, where thumbs are. */
import { Ellipsis, Plus, Search } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ComponentProps } from "react";
import { useSession } from "@/api/session";
import { IconButton } from "@/ui/button";
import { classes } from "@/ui/classes";
import { Mark } from "@/ui/mark";
import { OnDemand } from "@/ui/on-demand";
import { isAt, PLACES } from "./navigation";
import { UserMenu } from "./user-menu";
import { WorkspaceMenu } from "./workspace-menu";

export function TopBar({ onPalette }: { onPalette: () => void }) {
  return (
    <header className="sticky top-0 z-20 flex h-14 items-center gap-1 border-b border-line bg-paper px-3 lg:hidden">
      <Link href="/" aria-label="Vayro: links" className="shrink-0">
        <Mark className="size-8" />
      </Link>
      <div className="min-w-0 grow">
        <WorkspaceMenu />
      </div>
      <IconButton label="Search or jump to" icon={Search} onClick={onPalette} />
      <div className="shrink-0">
        <UserMenu isSmall />
      </div>
    </header>
  );
}

/** Four places at most fit beside each other on a small phone: with more of them, the last ones are behind one. */
const MAX_TABS = 4;

const TAB = "grid min-w-14 content-center justify-items-center gap-0.5 px-1.5 py-2 text-xs no-underline";

export function TabBar() {
  const path = usePathname();
  const { scopes } = useSession();
  const places = PLACES.filter(({ needs }) => !needs || scopes.includes(needs));
  const shown = places.length > MAX_TABS ? places.filter(({ isAside }) => !isAside).slice(0, MAX_TABS - 1) : places;
  const rest = places.filter((place) => !shown.includes(place));
  return (
    <nav
      aria-label="Main, at the bottom"
      className="fixed inset-x-0 bottom-0 z-20 flex items-stretch justify-around border-t border-line bg-panel pb-[env(safe-area-inset-bottom)] lg:hidden"
    >
      {shown.map(({ href, label, icon: Icon }) => (
        <Link
          key={href}
          href={href}
          aria-current={isAt(path, href) ? "page" : undefined}
          className={classes(TAB, isAt(path, href) ? "font-semibold text-accent-ink" : "text-quiet")}
        >
          <Icon aria-hidden className="size-5" />
          {label}
        </Link>
      ))}
      {rest.length > 0 && (
        <OnDemand
          load={() => import("./more-places")}
          trigger={<MoreButton isHere={rest.some(({ href }) => isAt(path, href))} />}
          with={{ places: rest }}
        />
      )}
      {scopes.includes("links:write") && (
        <Link
          href="/?new=1"
          className="my-2 flex items-center gap-1 rounded-full bg-accent px-3.5 text-sm font-semibold text-on-accent no-underline"
        >
          <Plus aria-hidden className="size-4.5" />
          New
        </Link>
      )}
    </nav>
  );
}

export function MoreButton({ isHere, ...props }: { isHere: boolean } & ComponentProps<"button">) {
  return (
    <button type="button" {...props} className={classes(TAB, isHere ? "font-semibold text-accent-ink" : "text-quiet")}>
      <Ellipsis aria-hidden className="size-5" />
      More
    </button>
  );
}
