"use client";

/** One business of the list. It is drawn thousands of times while somebody scrolls, so it holds little and is memoised. */
import { EllipsisVertical } from "lucide-react";
import dynamic from "next/dynamic";
import NextLink from "next/link";
import { memo } from "react";
import { StatusBadge } from "@/features/sites/status";
import { Button, IconButton } from "@/ui/button";
import { classes } from "@/ui/classes";
import { CopyButton } from "@/ui/copy";
import { countryName } from "@/ui/countries";
import { formatAgo, formatMoment } from "@/ui/numbers";
import { Badge } from "@/ui/panel";
import { ShortLink } from "@/ui/short-link";
import type { Business } from "../business";

export type RowActions = {
  toggle: (id: string, isRange: boolean) => void;
  openMenu: (id: string) => void;
  open: (id: string) => void;
  generate: (businesses: readonly Business[]) => void;
  delete: (business: Business) => void;
};

const loadMenu = () => import("./row-menu").then((module) => module.RowMenu);
// Should it fail, opening the menu tells.
const warmMenu = () => void loadMenu().catch(() => undefined);
const RowMenu = dynamic(loadMenu, { ssr: false, loading: () => <span className="block size-10" /> });

type Props = { business: Business; isChosen: boolean; hasMenu: boolean; mayWrite: boolean; actions: RowActions };

export const COLUMNS = "lg:grid-cols-[minmax(0,1fr)_8rem_15rem_7.5rem_2.5rem]";

export const BusinessRow = memo(function BusinessRow(props: Props) {
  const { business, isChosen, hasMenu, mayWrite, actions } = props;
  return (
    <div
      className={classes(
        "grid h-full grid-cols-[2.5rem_minmax(0,1fr)_auto] items-center gap-x-1 border-b border-line px-1 py-2 sm:gap-x-2 sm:px-2 lg:grid-cols-[2.5rem_minmax(0,1fr)_8rem_15rem_7.5rem_2.5rem]",
        isChosen ? "bg-accent-wash" : "hover:bg-panel",
      )}
    >
      <label className="grid size-10 place-items-center max-lg:self-start">
        <input
          type="checkbox"
          aria-label={`Choose ${business.name}`}
          checked={isChosen}
          onChange={(event) => actions.toggle(business.id, (event.nativeEvent as MouseEvent).shiftKey === true)}
          className="size-4.5 accent-accent"
        />
      </label>
      <div className="grid min-w-0 gap-0.5">
        <Name business={business} onOpen={() => actions.open(business.id)} />
        <Reach business={business} />
        <div className="flex min-h-8 min-w-0 items-center gap-2 text-sm lg:hidden">
          <SiteCell {...props} />
        </div>
      </div>
      <p className="truncate text-sm text-quiet max-lg:hidden">{business.country && countryName(business.country)}</p>
      <div className="flex min-w-0 items-center gap-2 text-sm max-lg:hidden">
        <SiteCell {...props} />
      </div>
      <time
        dateTime={business.created_at}
        title={formatMoment(business.created_at)}
        className="truncate text-right text-sm text-quiet max-lg:hidden"
      >
        {formatAgo(business.created_at)}
      </time>
      <div className="max-lg:self-start">
        {hasMenu ? (
          <RowMenu business={business} mayWrite={mayWrite} actions={actions} />
        ) : (
          <IconButton
            label={`More for ${business.name}`}
            icon={EllipsisVertical}
            aria-haspopup="menu"
            aria-expanded={false}
            onPointerEnter={warmMenu}
            onFocus={warmMenu}
            onClick={() => actions.openMenu(business.id)}
          />
        )}
      </div>
    </div>
  );
});

function Name({ business, onOpen }: { business: Business; onOpen: () => void }) {
  return (
    <div className="flex min-w-0 items-center gap-2">
      <button type="button" onClick={onOpen} className="min-w-0 truncate py-0.5 font-semibold hover:underline">
        {business.name}
      </button>
      {business.category && (
        <span className="min-w-0 shrink-9999 truncate text-sm text-quiet max-sm:hidden">{business.category}</span>
      )}
      {business.deal_value_micros !== null && <Badge tone="good">Won</Badge>}
    </div>
  );
}

function Reach({ business: { phone, email } }: { business: Business }) {
  if (!phone && !email) return <p className="text-sm text-quiet">No phone number</p>;
  return (
    <p className="flex min-w-0 gap-2 text-sm text-quiet">
      {phone && <span className="figures shrink-0">{phone}</span>}
      {phone && email && <span aria-hidden>·</span>}
      {email && <span className="min-w-0 truncate">{email}</span>}
    </p>
  );
}

function SiteCell({ business, mayWrite, actions }: Props) {
  const { site } = business;
  if (!site) {
    if (!mayWrite) return <span className="text-quiet">No site</span>;
    return (
      <Button size="sm" look="ghost" className="-ml-3 text-quiet!" onClick={() => actions.generate([business])}>
        Generate a site
      </Button>
    );
  }
  const link = site.status === "completed" ? site.short_url : null;
  return (
    <>
      <NextLink
        href={`/sites?site=${site.id}`}
        prefetch={false}
        title={`The site of ${business.name}`}
        className="shrink-0 py-1 no-underline hover:underline"
      >
        <StatusBadge status={site.status} />
        <span className="sr-only">: site of {business.name}</span>
      </NextLink>
      {link && (
        <span className="flex min-w-0 items-center">
          <ShortLink url={link} className="text-quiet" />
          <CopyButton text={link} what={`the short link of ${business.name}`} className="max-lg:size-10" />
        </span>
      )}
    </>
  );
}
