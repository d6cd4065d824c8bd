"use client";

/** The frame on small screens: a bar above, and the places below, where thumbs are. */
import { Plus, Search } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useSession } from "@/api/session";
import { IconButton } from "@/ui/button";
import { classes } from "@/ui/classes";
import { Mark } from "@/ui/mark";
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

export function TabBar() {
  const path = usePathname();
  const { scopes } = useSession();
  const places = PLACES.filter(({ needs }) => !needs || scopes.includes(needs));
  return (
    <nav
      aria-label="Main, at the bottom"
      className="fixed inset-x-0 bottom-0 z-20 flex items-stretch justify-around border-t border-line bg-panel pb-[env(safe-area-inset-bottom)] lg:hidden"
    >
      {places.map(({ href, label, icon: Icon }) => (
        <Link
          key={href}
          href={href}
          aria-current={isAt(path, href) ? "page" : undefined}
          className={classes(
            "grid min-w-16 justify-items-center gap-0.5 px-3 py-2 text-xs no-underline",
            isAt(path, href) ? "font-semibold text-accent-ink" : "text-quiet",
          )}
        >
          <Icon aria-hidden className="size-5" />
          {label}
        </Link>
      ))}
      {scopes.includes("links:write") && (
        <Link
          href="/?new=1"
          className="my-2 flex items-center gap-1.5 rounded-full bg-accent px-4 text-sm font-semibold text-on-accent no-underline"
        >
          <Plus aria-hidden className="size-4.5" />
          New
        </Link>
      )}
    </nav>
  );
}
