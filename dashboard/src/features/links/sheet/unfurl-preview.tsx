"use client";

/** How chats and networks show the link: they follow it and read the page behind. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, take } from "@/api/client";
import { sentence } from "@/api/errors";
import { withoutScheme } from "@/ui/addresses";
import { Skeleton, Waiting } from "@/ui/states";
import { useSettled } from "@/ui/use-settled";
import { completeUrl } from "../create/url";
import { Section } from "./section";

const TYPING_MS = 800;
const FRESH_MS = 300_000;

export function UnfurlPreview({ url }: { url: string }) {
  const [isOpen, setOpen] = useState(false);
  const target = completeUrl(useSettled(url, TYPING_MS));
  return (
    <Section title="How it looks when shared" onToggle={setOpen} isOpen={isOpen}>
      {isOpen && (target ? <Card target={target} /> : <p className="text-quiet">Type the destination first.</p>)}
    </Section>
  );
}

function Card({ target }: { target: string }) {
  const { data, error, isPending } = useQuery({
    queryKey: ["links", "unfurl", target],
    queryFn: ({ signal }) => take(api.POST("/v1/links/unfurl", { body: { target_url: target }, signal })),
    staleTime: FRESH_MS,
    retry: false,
  });
  if (isPending) {
    return (
      <Waiting label="Reading the page" className="grid gap-2 rounded-lg border border-line p-3">
        <Skeleton className="h-32 w-full" />
        <Skeleton className="h-4 w-2/3" />
        <Skeleton className="h-3.5 w-full" />
      </Waiting>
    );
  }
  if (error || data.problem) return <p className="text-sm text-quiet">{error ? sentence(error) : data.problem}</p>;
  return (
    <figure className="overflow-hidden rounded-lg border border-line bg-panel">
      {/* biome-ignore lint/performance/noImgElement: a picture inside of the answer, there is nothing to optimise */}
      {data.image && <img src={data.image} alt="" className="aspect-[1.91] w-full border-b border-line object-cover" />}
      <figcaption className="grid gap-0.5 p-3">
        <span className="truncate text-xs text-quiet">{data.site_name ?? withoutScheme(data.url).split("/")[0]}</span>
        <span className="line-clamp-2 font-semibold">{data.title ?? withoutScheme(data.url)}</span>
        {data.description && <span className="line-clamp-3 text-sm text-quiet">{data.description}</span>}
      </figcaption>
    </figure>
  );
}
