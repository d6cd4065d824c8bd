"use client";

import { usePathname, useRouter } from "next/navigation";
import { type ReactNode, useEffect } from "react";
import { useSession } from "@/api/session";
import { Notice } from "@/ui/panel";

const SECURITY = "/settings/security";

/** Where everybody must have a second factor, who has none yet is led to where it is switched on, and told why. */
export function SecondFactorGate({ children }: { children: ReactNode }) {
  const { must_switch_second_factor_on: mustSwitchOn } = useSession();
  const isThere = usePathname() === SECURITY;
  const router = useRouter();
  useEffect(() => {
    if (mustSwitchOn && !isThere) router.replace(SECURITY);
  }, [mustSwitchOn, isThere, router]);
  // The page keeps its place in the tree: recovery codes are shown on it when the gate opens.
  return (
    <>
      {mustSwitchOn && isThere && <Why />}
      {(!mustSwitchOn || isThere) && children}
    </>
  );
}

function Why() {
  return (
    <div className="mb-5">
      <Notice tone="warn" title="A second factor is required here">
        Whoever runs this installation asks everybody for a second factor. Switch yours on below, and all else opens.
      </Notice>
    </div>
  );
}
