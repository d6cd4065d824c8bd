"use client";

/** The sheet in which a business is added or changed. */
import { useMay } from "@/api/session";
import { AbsentSheet } from "@/ui/absent-sheet";
import { DraftSheet } from "@/ui/draft-sheet";
import { useDraftSheet } from "@/ui/use-draft-sheet";
import type { Business } from "../business";
import { useCreateBusiness, useEditBusiness } from "../changes";
import { useBusiness } from "../queries";
import { BusinessForm } from "./business-form";
import { type Draft, draftOf, EMPTY, errorsOf, toChanges, toNewBusiness } from "./draft";
import { SiteOfBusiness } from "./site-of-business";

type Props = { id: string | null; onClose: () => void };

export function BusinessSheet({ id, onClose }: Props) {
  const { data: business, error, refetch } = useBusiness(id);
  if (!id) return <Editor key="new" business={null} onClose={onClose} />;
  if (business) return <Editor key={id} business={business} onClose={onClose} />;
  return <AbsentSheet what="business" error={error} onRetry={() => void refetch()} onClose={onClose} />;
}

function Editor({ business, onClose }: { business: Business | null; onClose: () => void }) {
  const mayWrite = useMay("sites:write");
  const sheet = useDraftSheet<Draft>({
    name: `business ${business?.id ?? "new"}`,
    read: () => (business ? draftOf(business) : EMPTY),
    store: useStore(business),
    errorsOf,
    onClose,
  });
  return (
    <DraftSheet
      sheet={sheet}
      title={business ? business.name : "Add a business"}
      makeLabel={business ? null : "Add the business"}
      isReadOnly={!mayWrite}
    >
      {business && <SiteOfBusiness business={business} />}
      <BusinessForm
        draft={sheet.draft}
        errors={sheet.errors}
        change={sheet.change}
        isNew={!business}
        isReadOnly={!mayWrite}
      />
    </DraftSheet>
  );
}

/** Return what adds a business, or changes this one. */
function useStore(business: Business | null) {
  const create = useCreateBusiness();
  const edit = useEditBusiness();
  return async (draft: Draft, from: Draft): Promise<string> => {
    if (business) await edit.mutateAsync({ id: business.id, changes: toChanges(draft, from) });
    else await create.mutateAsync(toNewBusiness(draft));
    return business ? `${draft.name} is saved` : `${draft.name} is added`;
  };
}
