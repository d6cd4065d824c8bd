"use client";

/** One field, and a link comes of it: copied, with its QR code beside. Where there is no link yet, it is the page. */
import { SlidersHorizontal } from "lucide-react";
import dynamic from "next/dynamic";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { ApiError, sentence } from "@/api/errors";
import { Button } from "@/ui/button";
import { classes } from "@/ui/classes";
import { copyText } from "@/ui/copy";
import { TextField } from "@/ui/field";
import { warm } from "@/ui/on-demand";
import { useCreateLink } from "../changes";
import type { Link } from "../link";
import { completeUrl } from "./url";

const loadMadeLink = () => import("./made-link").then((module) => module.MadeLink);
const warmMadeLink = () => warm(loadMadeLink);
const MadeLink = dynamic(loadMadeLink, { ssr: false });

type Made = { link: Link; isCopied: boolean };

type Props = {
  /** There was no link when the page was opened: the field is what the page is about. */
  isFirst: boolean;
  isEmpty: boolean;
  onMore: (typed: string) => void;
};

export function QuickCreate({ isFirst, isEmpty, onMore }: Props) {
  const [typed, setTyped] = useState("");
  const [made, setMade] = useState<Made | null>(null);
  const { mutateAsync, isPending, error, reset } = useCreateLink();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isFirst && isFocusFree()) field.current?.focus({ preventScroll: true });
  }, [isFirst]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!typed.trim()) return field.current?.focus();
    try {
      const link = await mutateAsync({ target_url: completeUrl(typed) });
      setTyped("");
      setMade({ link, isCopied: await copyText(link.short_url) });
      field.current?.focus();
    } catch {
      field.current?.select();
    }
  };

  return (
    <section
      aria-label="Make a link"
      className={classes("grid gap-4", isFirst ? "mx-auto max-w-3xl pt-4 pb-10 lg:pt-14" : "mb-5")}
    >
      {isFirst && <FirstWords isMade={!isEmpty} />}
      <form onSubmit={submit} className="grid gap-3" noValidate>
        <div className={classes("flex items-start gap-2.5", isFirst && "max-sm:flex-col max-sm:items-stretch")}>
          <TextField
            ref={field}
            label="Paste a long URL"
            isLabelHidden
            placeholder="Paste a long URL"
            type="url"
            inputMode="url"
            enterKeyHint="go"
            value={typed}
            onFocus={warmMadeLink}
            onChange={(event) => {
              setTyped(event.target.value);
              if (error) reset();
            }}
            error={error ? said(error) : null}
            className="grow"
            inputClassName={isFirst ? "h-14! px-4 text-lg!" : "h-11!"}
          />
          <div className="flex gap-2.5">
            <Button
              look="primary"
              type="submit"
              isBusy={isPending}
              className={classes("grow", isFirst ? "h-14! px-6 text-lg!" : "h-11!")}
            >
              Shorten
            </Button>
            <Button
              icon={SlidersHorizontal}
              className={isFirst ? "h-14!" : "h-11! max-sm:hidden"}
              onClick={() => onMore(completeUrl(typed))}
            >
              Options
            </Button>
          </div>
        </div>
      </form>
      {made && <MadeLink {...made} isFirst={isFirst} onClose={() => setMade(null)} />}
    </section>
  );
}

/**
 * Whether nobody is at work with a part of the page: the focus is nowhere yet, or on the link that led here. The list
 * takes its time on a slow line, and who opened a menu meanwhile or went on by Tab is not called away.
 */
function isFocusFree(): boolean {
  const at = document.activeElement;
  return !at || at === document.body || at.matches("[aria-current='page']");
}

function FirstWords({ isMade }: { isMade: boolean }) {
  return (
    <div className="grid gap-2">
      <h2 className="text-3xl">{isMade ? "Your first short link" : "Make your first short link"}</h2>
      <p className="text-lg text-quiet">
        {isMade
          ? "Paste it anywhere, print it, send it: every click is counted. Where it leads can change later."
          : "Paste an address and press Enter. The short link is copied for you, with a QR code beside it."}
      </p>
    </div>
  );
}

const said = (error: unknown): string =>
  error instanceof ApiError ? (error.fields.target_url ?? error.message) : sentence(error);
