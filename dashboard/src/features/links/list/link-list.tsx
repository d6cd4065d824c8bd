"use client";

import { VirtualRows } from "@/ui/virtual-rows";
import type { Link } from "../link";
import { LinkRow, type RowActions } from "./link-row";

const ROW_REM = { small: 6.75, large: 4.5 };

type Props = {
  links: readonly Link[];
  chosen: ReadonlySet<string>;
  edited: string | null;
  menu: string | null;
  mayWrite: boolean;
  mayAnalyse: boolean;
  actions: RowActions;
  hasMore: boolean;
  isStale: boolean;
  onMore: () => void;
};

export function LinkList({ links, chosen, edited, menu, hasMore, isStale, onMore, ...row }: Props) {
  return (
    <VirtualRows label="Links" items={links} rowRem={ROW_REM} {...{ edited, hasMore, isStale, onMore }}>
      {(link) => (
        <LinkRow
          link={link}
          isChosen={chosen.has(link.id)}
          isEdited={link.id === edited}
          hasMenu={menu === link.id}
          {...row}
        />
      )}
    </VirtualRows>
  );
}
