"use client";

/** The sheet in which a link is made or changed. */
import { useMay } from "@/api/session";
import { AbsentSheet } from "@/ui/absent-sheet";
import { withoutScheme } from "@/ui/addresses";
import { copyText } from "@/ui/copy";
import { DraftSheet } from "@/ui/draft-sheet";
import { Notice } from "@/ui/panel";
import { useDraftSheet } from "@/ui/use-draft-sheet";
import { useCreateLink, useEditLink } from "../changes";
import { findObstacle, type Link } from "../link";
import { useLink } from "../queries";
import { type Draft, draftOf, EMPTY, toChanges, toNewLink } from "./draft";
import { LinkForm } from "./link-form";

type Props = { id: string | null; seed: string; onClose: () => void };

export function LinkSheet({ id, seed, onClose }: Props) {
  const { data: link, error, refetch } = useLink(id);
  if (!id) return <Editor key="new" link={null} seed={seed} onClose={onClose} />;
  if (link) return <Editor key={id} link={link} seed="" onClose={onClose} />;
  return <AbsentSheet what="link" error={error} onRetry={() => void refetch()} onClose={onClose} />;
}

function Editor({ link, seed, onClose }: Omit<Props, "id"> & { link: Link | null }) {
  const mayWrite = useMay("links:write");
  const sheet = useDraftSheet<Draft>({
    name: `link ${link?.id ?? "new"}`,
    read: () => (link ? draftOf(link) : EMPTY),
    seed: seed ? { target_url: seed } : undefined,
    store: useStore(link),
    onClose,
  });
  return (
    <DraftSheet
      sheet={sheet}
      title={link ? link.short_code : "New link"}
      lead={link && <span className="figures break-all">{withoutScheme(link.short_url)}</span>}
      makeLabel={link ? null : "Make the link"}
      isReadOnly={!mayWrite}
    >
      {link && findObstacle(link) === "taken_down" && (
        <Notice tone="bad" title="This link was taken down">
          The operator took it down ({link.disabled_reason}); visitors read that it is gone.
        </Notice>
      )}
      <LinkForm link={link} isReadOnly={!mayWrite} draft={sheet.draft} errors={sheet.errors} change={sheet.change} />
    </DraftSheet>
  );
}

/** Return what makes a link, and copies it, or changes this one. */
function useStore(link: Link | null) {
  const create = useCreateLink();
  const edit = useEditLink();
  return async (draft: Draft, from: Draft): Promise<string> => {
    if (link) {
      await edit.mutateAsync({ id: link.id, changes: toChanges(draft, from) });
      return `${link.short_code} is saved`;
    }
    const made = await create.mutateAsync(toNewLink(draft));
    const isCopied = await copyText(made.short_url);
    return `${made.short_code} is made${isCopied ? " and copied" : ""}`;
  };
}
