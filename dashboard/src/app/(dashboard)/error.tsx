"use client";

import { CircleAlert } from "lucide-react";
import { Button } from "@/ui/button";

/** When a part of the page could not be loaded or drawn: what is around it stays, and nothing is said that is not known. */
export default function PartFailed({ reset }: { reset: () => void }) {
  return (
    <div role="alert" className="grid justify-items-center gap-2 px-4 py-12 text-center">
      <CircleAlert aria-hidden className="size-7 text-quiet" />
      <h1 className="text-lg font-semibold">This part of the dashboard could not be loaded</h1>
      <p className="max-w-md text-quiet">
        Perhaps the connection broke, or Vayro was upgraded meanwhile. Once you are online, load the page again.
      </p>
      <div className="mt-3 flex gap-2.5">
        <Button onClick={reset}>Try again</Button>
        <Button look="primary" onClick={() => window.location.reload()}>
          Load the page again
        </Button>
      </div>
    </div>
  );
}
