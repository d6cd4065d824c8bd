"use client";

import { useWidth } from "@/charts/use-width";

/**
 * A site's page, scaled to the width that there is. The frame is a sandbox that allows nothing: what is in it runs no
 * script, sends no form and knows nothing of this page.
 *
 * Args: width, how wide the window is that the page believes to be in, in CSS pixels; label, what screen readers call it,
 * null where the frame only illustrates.
 */
export function SiteFrame({ html, width, label }: { html: string; width: number; label: string | null }) {
  const [box, room] = useWidth<HTMLDivElement>();
  const scale = room ? Math.min(1, room / width) : 0;
  return (
    <div ref={box} className="relative size-full overflow-hidden bg-[white]">
      {scale > 0 && (
        <iframe
          sandbox=""
          srcDoc={html}
          loading="lazy"
          title={label ?? "Picture of the site"}
          aria-hidden={label === null || undefined}
          tabIndex={label === null ? -1 : undefined}
          className="absolute top-0 left-1/2 origin-top border-0"
          style={{
            width,
            height: `${100 / scale}%`,
            transform: `translateX(-50%) scale(${scale})`,
            ...(label === null && { pointerEvents: "none" }),
          }}
        />
      )}
    </div>
  );
}
