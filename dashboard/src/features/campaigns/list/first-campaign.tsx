"use client";

/** What is there before the first campaign: what to do next, which depends on whether anybody could be written to. */
import { useQuery } from "@tanstack/react-query";
import { ButtonLink } from "@/ui/button";
import { Panel } from "@/ui/panel";
import { Skeleton, Waiting } from "@/ui/states";
import { businessesQuery } from "../wire";

const STEPS = [
  { title: "Bring in businesses", text: "One by one or as a CSV file: a name and a phone number are enough." },
  { title: "Generate their sites", text: "Each gets a page of its own, and one short link that stays." },
  { title: "Write to them", text: "Every message carries that same link, so that one number tells what came of it." },
];

export function FirstCampaign() {
  const { data, isPending } = useQuery(businessesQuery({ limit: 1 }));
  if (isPending) {
    return (
      <Waiting label="Looking for businesses to write to">
        <Skeleton className="h-72 w-full" />
      </Waiting>
    );
  }
  const isReady = Boolean(data?.length);
  return (
    <Panel className="py-8!">
      <div className="mx-auto grid max-w-xl gap-6">
        <div className="grid gap-1">
          <h2 className="text-xl">{isReady ? "Write the first campaign" : "First, somebody to write to"}</h2>
          <p className="text-quiet">
            {isReady
              ? "There are businesses with a site. Choose whom to write to, and see each message before it is sent."
              : "A campaign writes to businesses that have a site. There is none yet."}
          </p>
        </div>
        <ol className="grid gap-4">
          {STEPS.map(({ title, text }, index) => (
            <li key={title} className="grid grid-cols-[2rem_minmax(0,1fr)] gap-2">
              <span aria-hidden className="figures pt-px text-lg text-accent-ink">
                {index + 1}
              </span>
              <div>
                <p className="font-medium">{title}</p>
                <p className="text-sm text-quiet">{text}</p>
              </div>
            </li>
          ))}
        </ol>
        <div className="flex flex-wrap gap-2.5">
          {isReady ? (
            <ButtonLink look="primary" href="/campaigns/new">
              New campaign
            </ButtonLink>
          ) : (
            <>
              <ButtonLink look="primary" href="/businesses">
                Go to businesses
              </ButtonLink>
              <ButtonLink href="/sites">Go to sites</ButtonLink>
            </>
          )}
        </div>
      </div>
    </Panel>
  );
}
