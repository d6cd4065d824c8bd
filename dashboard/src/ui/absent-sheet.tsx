"use client";

/** The sheet of what is not here yet, or not there at all. */
import { ApiError } from "@/api/errors";
import { Dialog } from "./dialog";
import { Notice } from "./panel";
import { Failed, Skeleton, Waiting } from "./states";

type Props = {
  /** What it is: "link". */
  what: string;
  error: Error | null;
  onRetry: () => void;
  onClose: () => void;
};

export function AbsentSheet({ what, error, onRetry, onClose }: Props) {
  const isNowhere = error instanceof ApiError && error.status === 404;
  return (
    <Dialog isOpen onClose={onClose} title={what.replace(/^./, (letter) => letter.toUpperCase())} shape="sheet">
      {isNowhere ? (
        <Notice title={`There is no such ${what}`}>It may have been deleted, or belongs to another workspace.</Notice>
      ) : error ? (
        <Failed error={error} onRetry={onRetry} />
      ) : (
        <Waiting label={`Loading the ${what}`} className="grid gap-5">
          {[0, 1, 2, 3, 4].map((field) => (
            <div key={field} className="grid gap-2">
              <Skeleton className="h-4 w-24" />
              <Skeleton className="h-10 w-full" />
            </div>
          ))}
        </Waiting>
      )}
    </Dialog>
  );
}
