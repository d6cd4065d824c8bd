"use client";

/** The link that was just made, and what one does with it next. */
import { ArrowRight, ExternalLink, X } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { withoutScheme } from "@/ui/addresses";
import { ButtonLink, IconButton } from "@/ui/button";
import { classes } from "@/ui/classes";
import { CopyButton } from "@/ui/copy";
import { prefixOf, type Link as ShortLink } from "../link";
import { qrAddress } from "../qr/options";

export function MadeLink({
  link,
  isCopied,
  isFirst,
  onClose,
}: {
  link: ShortLink;
  isCopied: boolean;
  isFirst: boolean;
  onClose: () => void;
}) {
  return (
    <div className="relative grid gap-5 rounded-lg border border-line bg-panel p-4 motion-safe:animate-[rise_.2s_ease-out] sm:grid-cols-[minmax(0,1fr)_auto] sm:p-5">
      <div className="grid min-w-0 content-start gap-3">
        <p role="status" className="text-sm font-semibold text-good">
          {isCopied ? "Made, and copied to the clipboard" : "Made. Copy it with the button below."}
        </p>
        <a
          href={link.short_url}
          target="_blank"
          rel="noreferrer"
          className={classes("figures break-all no-underline hover:underline", isFirst ? "text-2xl" : "text-xl")}
        >
          <span className="text-quiet">{prefixOf(link)}</span>
          <span className="font-semibold">{link.short_code}</span>
        </a>
        <p className="truncate text-sm text-quiet" title={link.target_url}>
          leads to {withoutScheme(link.target_url)}
        </p>
        <div className="flex flex-wrap gap-2.5">
          <CopyButton text={link.short_url} what="short link" label="Copy" size="md" />
          <ButtonLink href={link.short_url} target="_blank" rel="noreferrer" icon={ExternalLink}>
            Open
          </ButtonLink>
        </div>
        <ul className="mt-1 grid gap-0.5 border-t border-line pt-3 text-sm">
          <Next href={`/?link=${link.id}`}>Add a title, tags, an end date or a password</Next>
          <Next href={`/?qr=${link.id}`}>Design the QR code</Next>
          <Next href={`/analytics?link=${link.id}`}>See its clicks</Next>
        </ul>
      </div>
      <Link
        href={`/?qr=${link.id}`}
        aria-label={`Design the QR code of ${link.short_code}`}
        className="self-start justify-self-start rounded-md border border-line bg-[#fff] p-2 sm:mt-8"
      >
        {/* biome-ignore lint/performance/noImgElement: drawn by the API, there is nothing to optimise */}
        <img src={qrAddress(link.id, { size: 320 })} alt={`QR code of ${link.short_url}`} className="size-40" />
      </Link>
      <IconButton label="Close" icon={X} size="sm" className="absolute top-2 right-2" onClick={onClose} />
    </div>
  );
}

function Next({ href, children }: { href: string; children: ReactNode }) {
  return (
    <li>
      <Link href={href} className="flex items-center gap-2 py-1.5 text-ink no-underline hover:text-accent-ink">
        <ArrowRight aria-hidden className="size-4 shrink-0 text-quiet" />
        {children}
      </Link>
    </li>
  );
}
