"use client";

/** Finds the business that a site is for. Those that have one already are shown, and lead to it. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Business } from "@/features/businesses/business";
import { foundBusinessesQuery } from "@/features/businesses/queries";
import { Button, ButtonLink } from "@/ui/button";
import { SearchField } from "@/ui/search-field";
import { Failed, Skeleton, Waiting } from "@/ui/states";

const SHOWN = 8;

export function BusinessPicker({ onChoose }: { onChoose: (business: Business) => void }) {
  const [sought, setSought] = useState("");
  const { data, isPending, error, refetch } = useQuery({
    ...foundBusinessesQuery(sought.trim(), SHOWN),
    placeholderData: keepPreviousData,
  });
  return (
    <div className="grid gap-3">
      <SearchField
        isFirst
        label="Search businesses"
        placeholder="Search name, phone or e-mail"
        value={sought}
        onChange={setSought}
      />
      {isPending ? (
        <Waiting label="Loading businesses" className="grid gap-2">
          {[0, 1, 2, 3].map((row) => (
            <Skeleton key={row} className="h-14 w-full" />
          ))}
        </Waiting>
      ) : error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : data.length ? (
        <ul aria-label="Businesses" className="grid divide-y divide-line rounded-md border border-line">
          {data.map((business) => (
            <Choice key={business.id} business={business} onChoose={onChoose} />
          ))}
        </ul>
      ) : (
        <NobodyFound sought={sought} />
      )}
    </div>
  );
}

function Choice({ business, onChoose }: { business: Business; onChoose: (business: Business) => void }) {
  const told = [business.category, business.phone].filter(Boolean).join(" · ");
  return (
    <li className="flex items-center justify-between gap-3 px-3 py-2">
      <div className="min-w-0">
        <p className="truncate font-medium">{business.name}</p>
        {told && <p className="truncate text-sm text-quiet">{told}</p>}
      </div>
      {business.site ? (
        <ButtonLink size="sm" look="ghost" href={`/sites?site=${business.site.id}`}>
          Has a site
        </ButtonLink>
      ) : (
        <Button size="sm" aria-label={`Choose ${business.name}`} onClick={() => onChoose(business)}>
          Choose
        </Button>
      )}
    </li>
  );
}

function NobodyFound({ sought }: { sought: string }) {
  return (
    <div className="grid justify-items-start gap-3 rounded-md border border-line px-4 py-5">
      <p className="text-quiet">
        {sought.trim() ? "No business is called that, or has that number." : "There are no businesses yet."}
      </p>
      <ButtonLink size="sm" href="/businesses?add=1">
        Add a business
      </ButtonLink>
    </div>
  );
}
