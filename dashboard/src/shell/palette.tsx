"use client";

/** Everything by keyboard: places, things to do, and every link by its code, title or destination. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import {
  AppWindow,
  FileDown,
  Link2,
  LogOut,
  type LucideIcon,
  MessageSquareText,
  Moon,
  Plus,
  Store,
  Sun,
} from "lucide-react";
import { useRouter } from "next/navigation";
import { type ReactNode, useDeferredValue, useState } from "react";
import { foundLinksQuery } from "@/api/lists";
import { useSession, useSignOut } from "@/api/session";
import { PARTS, PLACES, type Place, SETTINGS } from "./navigation";
import { setTheme } from "./theme";

const MAX_FOUND = 8;
const SETTINGS_PAGES = SETTINGS.map((place) => ({ ...place, label: `Settings: ${place.label}` }));
const ALL_PLACES = [...PLACES, ...PARTS, ...SETTINGS_PAGES].filter(
  (place, index, all) => all.findIndex(({ label }) => label === place.label) === index,
);

export function Palette({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const { scopes } = useSession();
  const router = useRouter();
  const signOut = useSignOut();
  const may = (place: Place) => !place.needs || scopes.includes(place.needs);
  const run = (act: () => void) => () => {
    onClose();
    setTyped("");
    act();
  };
  return (
    <Command.Dialog
      open={isOpen}
      onOpenChange={(open) => !open && onClose()}
      label="Search or jump to"
      overlayClassName="fixed inset-0 z-40 bg-[rgb(10_14_20/0.5)]"
      contentClassName="fixed left-1/2 top-[12vh] z-50 w-[min(36rem,calc(100vw-1.5rem))] -translate-x-1/2 overflow-hidden rounded-xl border border-line bg-panel shadow-float"
    >
      <Command.Input
        value={typed}
        onValueChange={setTyped}
        placeholder="A link, a page, something to do"
        className="h-13 w-full border-b border-line bg-transparent px-4 text-lg outline-none"
      />
      <Command.List className="max-h-[55vh] overflow-y-auto p-1.5">
        <Command.Empty className="px-3 py-8 text-center text-quiet">Nothing is called that.</Command.Empty>
        {typed.length > 1 && scopes.includes("links:read") && (
          <FoundLinks typed={typed} onChoose={(id) => run(() => router.push(`/?link=${id}`))()} />
        )}
        <Group heading="Do">
          {scopes.includes("links:write") && (
            <Item icon={Plus} onSelect={run(() => router.push("/?new=1"))} keywords={["create", "make", "shorten"]}>
              New link
            </Item>
          )}
          {scopes.includes("sites:write") && (
            <>
              <Item icon={Store} onSelect={run(() => router.push("/businesses?add=1"))} keywords={["new", "create"]}>
                Add a business
              </Item>
              <Item icon={FileDown} onSelect={run(() => router.push("/businesses/import"))} keywords={["csv"]}>
                Import businesses
              </Item>
              <Item icon={AppWindow} onSelect={run(() => router.push("/sites?new=1"))} keywords={["new", "make"]}>
                Generate a site
              </Item>
            </>
          )}
          {scopes.includes("campaigns:write") && (
            <Item
              icon={MessageSquareText}
              onSelect={run(() => router.push("/campaigns/new"))}
              keywords={["create", "make", "send", "sms", "compose"]}
            >
              New campaign
            </Item>
          )}
          <Item icon={Sun} onSelect={run(() => setTheme("light"))} keywords={["theme"]}>
            Light look
          </Item>
          <Item icon={Moon} onSelect={run(() => setTheme("dark"))} keywords={["theme"]}>
            Dark look
          </Item>
          <Item icon={LogOut} onSelect={run(() => void signOut())} keywords={["log out", "leave"]}>
            Sign out
          </Item>
        </Group>
        <Group heading="Go to">
          {ALL_PLACES.filter(may).map(({ href, label, icon, words }) => (
            <Item key={label} icon={icon} onSelect={run(() => router.push(href))} keywords={words?.split(" ")}>
              {label}
            </Item>
          ))}
        </Group>
      </Command.List>
    </Command.Dialog>
  );
}

function FoundLinks({ typed, onChoose }: { typed: string; onChoose: (id: string) => void }) {
  const q = useDeferredValue(typed);
  const { data } = useQuery({ ...foundLinksQuery(q, MAX_FOUND), placeholderData: keepPreviousData });
  if (!data?.length) return null;
  return (
    <Group heading="Links">
      {data.map((link) => (
        // What was found by its destination need not hold the letters: the value does, so that it is shown all the same.
        <Item key={link.id} icon={Link2} onSelect={() => onChoose(link.id)} value={`${typed} ${link.id}`}>
          <span className="font-mono text-sm">{link.short_code}</span>
          <span className="min-w-0 truncate text-sm text-quiet">{link.title ?? link.target_url}</span>
        </Item>
      ))}
    </Group>
  );
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="**:[[cmdk-group-heading]]:px-2.5 **:[[cmdk-group-heading]]:pt-2 **:[[cmdk-group-heading]]:pb-1 **:[[cmdk-group-heading]]:text-xs **:[[cmdk-group-heading]]:text-quiet"
    >
      {children}
    </Command.Group>
  );
}

function Item({
  icon: Icon,
  onSelect,
  keywords,
  value,
  children,
}: {
  icon: LucideIcon;
  onSelect: () => void;
  keywords?: string[];
  value?: string;
  children: ReactNode;
}) {
  return (
    <Command.Item
      value={value}
      keywords={keywords}
      onSelect={onSelect}
      className="flex h-11 cursor-pointer items-center gap-3 rounded-md px-2.5 data-[selected=true]:bg-accent-wash data-[selected=true]:text-accent-ink"
    >
      <Icon aria-hidden className="size-4.5 shrink-0" />
      {children}
    </Command.Item>
  );
}
