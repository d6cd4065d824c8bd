"use client";

import { BookOpen, LogOut, User } from "lucide-react";
import { useRouter } from "next/navigation";
import { useSession, useSignOut } from "@/api/session";
import { Menu, MenuChoice, MenuItem, MenuLine } from "@/ui/menu";
import { useToast } from "@/ui/toast";
import { setTheme, THEMES, useTheme } from "./theme";

/** Who is signed in, how it looks, and the way out. */
export function UserMenu({ isSmall = false }: { isSmall?: boolean }) {
  const { user } = useSession();
  const theme = useTheme();
  const router = useRouter();
  const signOut = useSignOut();
  const toast = useToast();
  return (
    <Menu
      trigger={
        <button
          type="button"
          className="flex h-11 w-full min-w-0 items-center gap-2.5 rounded-md px-2 text-left text-sm hover:bg-sunken"
        >
          <span
            aria-hidden
            className="grid size-8 shrink-0 place-items-center rounded-full bg-ink text-sm font-semibold text-paper uppercase"
          >
            {user.email.slice(0, 1)}
          </span>
          <span className="sr-only">Account: </span>
          <span className={isSmall ? "sr-only" : "truncate text-quiet"}>{user.email}</span>
        </button>
      }
    >
      <p className="truncate px-2.5 pt-2 pb-1 text-sm text-quiet">{user.email}</p>
      <MenuItem icon={User} onSelect={() => router.push("/settings")}>
        Profile
      </MenuItem>
      <MenuItem icon={BookOpen} onSelect={() => window.location.assign("/docs")}>
        API documentation
      </MenuItem>
      <MenuLine />
      <MenuChoice label="Look" value={theme} options={THEMES} onChange={setTheme} />
      <MenuLine />
      <MenuItem icon={LogOut} onSelect={() => signOut().catch(toast.failed)}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
