"use client";

/** Everything by keyboard: places, things to do, and every link by its code, title or destination. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { Link2, LogOut, type LucideIcon, Moon, Sun } from "lucide-react";
import { useRouter } from "next/navigation";
import { type ReactNode, useDeferredValue, useState } from "react";
import { foundLinksQuery } from "@/api/lists";
import { useSession, useSignOut } from "@/api/session";
import { DEEDS, DESTINATIONS, type Entry, isMeant } from "./palette-entries";
import { setTheme } from "./theme";

const MAX_FOUND = 8;

type Choice = Pick<Entry, "label" | "icon" | "words"> & { act: () => void };

export function Palette({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const { scopes } = useSession();
  const router = useRouter();
  const signOut = useSignOut();
  const close = () => {
    onClose();
    setTyped("");
  };
  const lead = (entries: readonly Entry[]): Choice[] =>
    entries
      .filter(({ needs }) => !needs || scopes.includes(needs))
      .map((entry) => ({ ...entry, act: () => router.push(entry.href) }));
  const deeds: Choice[] = [
    ...lead(DEEDS),
    { label: "Light look", icon: Sun, words: "theme", act: () => setTheme("light") },
    { label: "Dark look", icon: Moon, words: "theme", act: () => setTheme("dark") },
    { label: "Sign out", icon: LogOut, words: "log out leave", act: () => void signOut() },
  ];
  return (
    // What fits is decided here: its own filter runs a moment after the list has changed, and Enter may come in between.
    <Command.Dialog
      shouldFilter={false}
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
        <Choices heading="Do" among={deeds} typed={typed} onClose={close} />
        <Choices heading="Go to" among={lead(DESTINATIONS)} typed={typed} onClose={close} />
        {typed.length > 1 && scopes.includes("links:read") && (
          <FoundLinks
            typed={typed}
            onChoose={(id) => {
              close();
              router.push(`/?link=${id}`);
            }}
          />
        )}
      </Command.List>
    </Command.Dialog>
  );
}

function Choices(props: { heading: string; among: Choice[]; typed: string; onClose: () => void }) {
  const meant = props.among.filter((choice) => isMeant(props.typed, choice));
  if (!meant.length) return null;
  const choose = (choice: Choice) => () => {
    props.onClose();
    choice.act();
  };
  return (
    <Group heading={props.heading}>
      {meant.map((choice) => (
        <Item key={choice.label} icon={choice.icon} onSelect={choose(choice)}>
          {choice.label}
        </Item>
      ))}
    </Group>
  );
}

function FoundLinks({ typed, onChoose }: { typed: string; onChoose: (id: string) => void }) {
  const q = useDeferredValue(typed);
  const { data, isPlaceholderData } = useQuery({ ...foundLinksQuery(q, MAX_FOUND), placeholderData: keepPreviousData });
  if (!data?.length) return null;
  return (
    <Group heading="Links">
      {data.map((link) => (
        // Those of what was typed before stay in sight for a moment, but Enter must not lead there.
        <Item
          key={link.id}
          icon={Link2}
          value={link.id}
          isDisabled={isPlaceholderData}
          onSelect={() => onChoose(link.id)}
        >
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
  value,
  isDisabled,
  children,
}: {
  icon: LucideIcon;
  onSelect: () => void;
  isDisabled?: boolean;
  value?: string;
  children: ReactNode;
}) {
  return (
    <Command.Item
      value={value}
      disabled={isDisabled}
      onSelect={onSelect}
      className="flex h-11 cursor-pointer items-center gap-3 rounded-md px-2.5 data-[selected=true]:bg-accent-wash data-[selected=true]:text-accent-ink"
    >
      <Icon aria-hidden className="size-4.5 shrink-0" />
      {children}
    </Command.Item>
  );
}
