"use client";

/** One link of the list. It is drawn thousands of times while somebody scrolls, so it holds little and is memoised. */
import { EllipsisVertical, Pencil } from "lucide-react";
import dynamic from "next/dynamic";
import NextLink from "next/link";
import { memo } from "react";
import { withoutScheme } from "@/ui/addresses";
import { IconButton } from "@/ui/button";
import { classes } from "@/ui/classes";
import { CopyButton } from "@/ui/copy";
import { formatAgo, formatMoment, formatShort } from "@/ui/numbers";
import { warm } from "@/ui/on-demand";
import { Badge } from "@/ui/panel";
import { findObstacle, type Link, type LinkState, prefixOf } from "../link";

export type RowActions = {
  toggle: (id: string, isRange: boolean) => void;
  /** Edit in the row; null ends it. */
  edit: (id: string | null) => void;
  openMenu: (id: string) => void;
  open: (id: string, what: "link" | "qr") => void;
  switch: (link: Link, isActive: boolean) => void;
  delete: (links: readonly Link[]) => void;
  showTag: (tag: string) => void;
};

const RowEdit = dynamic(() => import("./row-edit").then((module) => module.RowEdit), { ssr: false });
const loadMenu = () => import("./row-menu").then((module) => module.RowMenu);
const warmMenu = () => warm(loadMenu);
const RowMenu = dynamic(loadMenu, {
  ssr: false,
  loading: () => <span className="block size-10" />,
});

type Props = {
  link: Link;
  isChosen: boolean;
  isEdited: boolean;
  hasMenu: boolean;
  mayWrite: boolean;
  mayAnalyse: boolean;
  actions: RowActions;
};

const OBSTACLES: Record<LinkState, { word: string; tone: "bad" | "warn" | "neutral" }> = {
  taken_down: { word: "Taken down", tone: "bad" },
  disabled: { word: "Disabled", tone: "neutral" },
  expired: { word: "Expired", tone: "warn" },
  used_up: { word: "Used up", tone: "warn" },
};

export const LinkRow = memo(function LinkRow(props: Props) {
  const { link, isChosen, isEdited, hasMenu, mayWrite, mayAnalyse, actions } = props;
  return (
    <div
      className={classes(
        "grid h-full grid-cols-[2.5rem_minmax(0,1fr)_auto] items-center gap-x-1 border-b border-line px-1 py-2 sm:gap-x-2 sm:px-2 lg:grid-cols-[2.5rem_minmax(0,1fr)_auto_4.5rem_7.5rem_auto]",
        isChosen ? "bg-accent-wash" : "hover:bg-panel",
      )}
    >
      <label className="grid size-10 place-items-center max-lg:self-start">
        <input
          type="checkbox"
          aria-label={`Choose ${link.short_code}`}
          checked={isChosen}
          onChange={(event) => actions.toggle(link.id, (event.nativeEvent as MouseEvent).shiftKey === true)}
          className="size-4.5 accent-accent"
        />
      </label>
      <div className="grid min-w-0 lg:gap-0.5">
        <Code link={link} />
        {isEdited ? <RowEdit link={link} onDone={() => actions.edit(null)} /> : <About {...props} />}
        <p className="flex items-center gap-2 text-sm text-quiet lg:hidden">
          <Clicks link={link} mayAnalyse={mayAnalyse} hasWord />
          <span aria-hidden>·</span>
          <Age link={link} />
        </p>
      </div>
      <Tags link={link} actions={actions} />
      <div className="text-right text-base max-lg:hidden">
        <Clicks link={link} mayAnalyse={mayAnalyse} />
      </div>
      <div className="truncate text-right text-sm text-quiet max-lg:hidden">
        <Age link={link} />
      </div>
      <div className="max-lg:self-start">
        {hasMenu ? (
          <RowMenu link={link} mayWrite={mayWrite} mayAnalyse={mayAnalyse} actions={actions} />
        ) : (
          <IconButton
            label={`More for ${link.short_code}`}
            icon={EllipsisVertical}
            aria-haspopup="menu"
            aria-expanded={false}
            onPointerEnter={warmMenu}
            onFocus={warmMenu}
            onClick={() => actions.openMenu(link.id)}
          />
        )}
      </div>
    </div>
  );
});

function Code({ link }: { link: Link }) {
  const obstacle = findObstacle(link);
  return (
    <div className="flex min-w-0 items-center gap-1">
      <a
        href={link.short_url}
        target="_blank"
        rel="noreferrer"
        className={classes("figures min-w-0 truncate py-1 no-underline hover:underline", obstacle && "text-quiet")}
      >
        <span className="text-quiet max-sm:hidden">{prefixOf(link)}</span>
        <span className="font-semibold">{link.short_code}</span>
      </a>
      <CopyButton text={link.short_url} what={link.short_code} className="max-lg:size-10" />
      {obstacle && <Badge tone={OBSTACLES[obstacle].tone}>{OBSTACLES[obstacle].word}</Badge>}
      {link.has_password && <Badge>Password</Badge>}
    </div>
  );
}

const SHOWN_TAGS = 2;

function About({ link, mayWrite, actions }: Props) {
  return (
    <div className="group flex min-w-0 items-center gap-2 text-sm">
      <p className="min-w-0 truncate text-quiet" title={link.target_url}>
        {link.title && <span className="text-ink">{link.title} </span>}
        {withoutScheme(link.target_url)}
      </p>
      {mayWrite && (
        <IconButton
          size="sm"
          label={`Edit title and destination of ${link.short_code}`}
          icon={Pencil}
          className="-my-1.5 shrink-0 opacity-0 group-hover:opacity-100 focus-visible:opacity-100 max-lg:hidden"
          onClick={() => actions.edit(link.id)}
        />
      )}
    </div>
  );
}

function Tags({ link, actions }: Pick<Props, "link" | "actions">) {
  return (
    <div className="flex min-w-0 gap-1 max-lg:hidden">
      {link.tags.slice(0, SHOWN_TAGS).map((tag) => (
        <button
          key={tag}
          type="button"
          aria-label={`Show links tagged ${tag}`}
          className="h-7 max-w-32 truncate rounded-sm border border-line px-2 text-xs text-quiet hover:border-edge hover:text-ink"
          onClick={() => actions.showTag(tag)}
        >
          {tag}
        </button>
      ))}
      {link.tags.length > SHOWN_TAGS && (
        <span className="self-center px-0.5 text-xs text-quiet" title={link.tags.slice(SHOWN_TAGS).join(", ")}>
          +{link.tags.length - SHOWN_TAGS}
        </span>
      )}
    </div>
  );
}

function Clicks({ link, mayAnalyse, hasWord = false }: { link: Link; mayAnalyse: boolean; hasWord?: boolean }) {
  const word = link.clicks === 1 ? "click" : "clicks";
  const figures = (
    <>
      <span className="figures">{formatShort(link.clicks)}</span>
      <span className={hasWord ? "" : "sr-only"}> {word}</span>
    </>
  );
  if (!mayAnalyse) return <span>{figures}</span>;
  return (
    <NextLink
      href={`/analytics?link=${link.id}`}
      prefetch={false}
      title={`See the clicks of ${link.short_code}`}
      className="-my-2 inline-block py-2 text-ink no-underline hover:text-accent-ink hover:underline max-lg:-my-1 max-lg:min-h-8 max-lg:py-1"
    >
      {figures}
    </NextLink>
  );
}

function Age({ link }: { link: Link }) {
  return (
    <time dateTime={link.created_at} title={formatMoment(link.created_at)}>
      {formatAgo(link.created_at)}
    </time>
  );
}
