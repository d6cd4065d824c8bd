"use client";

/** Many sites at once, all made in the same way. */
import { useRouter } from "next/navigation";
import { useState } from "react";
import { sentence } from "@/api/errors";
import { type Business, countBusinesses } from "@/features/businesses/business";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Notice } from "@/ui/panel";
import { useToast } from "@/ui/toast";
import { useGenerateMany } from "../changes";
import { NO_WISH, toWish, WishFields } from "./wish-fields";

export function ManySites({ businesses, onClose }: { businesses: readonly Business[]; onClose: () => void }) {
  const [draft, setDraft] = useState(NO_WISH);
  const { mutate, isPending, error } = useGenerateMany();
  const toast = useToast();
  const router = useRouter();
  const count = businesses.length;
  const generate = () =>
    mutate(
      { ids: businesses.map(({ id }) => id), wish: toWish(draft) },
      {
        onSuccess: (results) => {
          const refused = results.flatMap((result) => ("error" in result ? [result.error] : []));
          const begun = results.length - refused.length;
          if (begun) {
            const look = { label: "Look", act: () => router.push("/sites") };
            toast.done(`${begun === 1 ? "1 site is" : `${begun.toLocaleString()} sites are`} being made`, look);
          }
          if (refused[0]) toast.failed(`${countBusinesses(refused.length)} got none. ${refused[0].detail}`);
          onClose();
        },
      },
    );
  return (
    <Dialog
      isOpen
      onClose={onClose}
      shape="wide"
      title={`Sites for ${countBusinesses(count)}`}
      lead="All of them are made in this way. Each can be changed afterwards."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" isBusy={isPending} onClick={generate}>
            Generate {count.toLocaleString()} sites
          </Button>
        </>
      }
    >
      <div className="grid gap-5">
        {error && <Notice tone="bad">{sentence(error)}</Notice>}
        <WishFields
          draft={draft}
          errors={{}}
          hasAutomatic
          change={(patch) => setDraft((now) => ({ ...now, ...patch }))}
        />
      </div>
    </Dialog>
  );
}
