"use client";

/** The page itself, small. It is asked for when it comes into sight, and not before. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Skeleton } from "@/ui/states";
import { htmlQuery } from "../queries";
import type { Site } from "../site";
import { SiteFrame } from "../site-frame";

const WINDOW_PX = 1280;

export function Thumbnail({ site }: { site: Site }) {
  const [box, isSeen] = useSeen();
  const { data: html, isError } = useQuery({ ...htmlQuery(site), enabled: isSeen });
  return (
    <div ref={box} className="size-full">
      {html !== undefined ? (
        <SiteFrame html={html} width={WINDOW_PX} label={null} />
      ) : isError ? (
        <p className="grid size-full place-items-center p-4 text-sm text-quiet">Its picture could not be loaded.</p>
      ) : (
        <Skeleton className="size-full rounded-none" />
      )}
    </div>
  );
}

/** Return a ref and whether its element was ever near the part of the page that is in sight. */
function useSeen() {
  const box = useRef<HTMLDivElement>(null);
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    if (!box.current || isSeen) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && setSeen(true), {
      rootMargin: "200px",
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [isSeen]);
  return [box, isSeen] as const;
}
