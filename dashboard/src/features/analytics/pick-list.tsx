"use client";

/** A list to search in and to pick one of, by keys or by pointer. Loaded when it is opened. */
import { Command } from "cmdk";
import type { ReactNode } from "react";

export type PickItem = { value: string; label: ReactNode; aside: ReactNode };
export type PickGroup = { heading: string; items: readonly PickItem[] };

export function PickList({
  label,
  placeholder,
  empty,
  groups,
  typed,
  onType,
  onPick,
}: {
  label: string;
  placeholder: string;
  empty: ReactNode;
  groups: readonly PickGroup[];
  /** With these two somebody else searches; without them the list does it by the values. */
  typed?: string;
  onType?: (typed: string) => void;
  onPick: (value: string) => void;
}) {
  return (
    <Command label={label} shouldFilter={!onType} filter={isIn} className="-m-2">
      <Command.Input
        autoFocus
        value={typed}
        onValueChange={onType}
        placeholder={placeholder}
        className="mb-1 h-10 w-full rounded-md border border-line bg-sunken px-3"
      />
      <Command.List className="max-h-72 overflow-y-auto">
        <Command.Empty className="px-3 py-6 text-center text-sm text-quiet">{empty}</Command.Empty>
        {groups
          .filter(({ items }) => items.length > 0)
          .map(({ heading, items }) => (
            <Command.Group
              key={heading}
              heading={heading}
              className="**:[[cmdk-group-heading]]:px-2.5 **:[[cmdk-group-heading]]:pt-2 **:[[cmdk-group-heading]]:pb-1 **:[[cmdk-group-heading]]:text-xs **:[[cmdk-group-heading]]:text-quiet"
            >
              {items.map(({ value, label: name, aside }) => (
                <Command.Item
                  key={value}
                  value={value}
                  onSelect={() => onPick(value)}
                  className="flex min-h-10 cursor-pointer items-center gap-3 rounded-md px-2.5 text-sm data-[selected=true]:bg-accent-wash data-[selected=true]:text-accent-ink"
                >
                  <span className="min-w-0 truncate">{name}</span>
                  {aside && <span className="ml-auto min-w-0 truncate text-xs text-quiet">{aside}</span>}
                </Command.Item>
              ))}
            </Command.Group>
          ))}
      </Command.List>
    </Command>
  );
}

/** The letters as they were typed: "tokyo" is Tokyo, and not each name with these letters somewhere. */
const isIn = (value: string, typed: string): number =>
  value.replaceAll("_", " ").toLowerCase().includes(typed.trim().toLowerCase()) ? 1 : 0;
