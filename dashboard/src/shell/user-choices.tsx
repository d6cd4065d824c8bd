"use client";

/** Who is signed in, how it looks, and the way out; opened from the start, for it comes when it is asked for. */
import { BookOpen, LogOut, User } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useSession, useSignOut } from "@/api/session";
import { Menu, MenuChoice, MenuItem, MenuLine } from "@/ui/menu";
import { useToast } from "@/ui/toast";
import { setTheme, THEMES, useTheme } from "./theme";
import { UserButton } from "./user-menu";

export default function UserChoices({ isSmall }: { isSmall: boolean }) {
  const [isOpen, setOpen] = useState(true);
  const { user } = useSession();
  const theme = useTheme();
  const router = useRouter();
  const signOut = useSignOut();
  const toast = useToast();
  return (
    <Menu isOpen={isOpen} onOpenChange={setOpen} trigger={<UserButton isSmall={isSmall} />}>
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
