"use client";

/** Who is signed in, and what they may change about that. */
import type { ComponentProps } from "react";
import { useSession } from "@/api/session";
import { OnDemand } from "@/ui/on-demand";

export function UserMenu({ isSmall = false }: { isSmall?: boolean }) {
  return (
    <OnDemand load={() => import("./user-choices")} trigger={<UserButton isSmall={isSmall} />} with={{ isSmall }} />
  );
}

export function UserButton({ isSmall, ...props }: { isSmall: boolean } & ComponentProps<"button">) {
  const { user } = useSession();
  return (
    <button
      type="button"
      {...props}
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
  );
}
