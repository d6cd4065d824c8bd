"use client";

/** The QR code of a link: its colours, its margin, a logo; seen as it is changed, and saved as a file. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { api, take } from "@/api/client";
import { withoutScheme } from "@/ui/addresses";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Notice } from "@/ui/panel";
import { saveFile } from "@/ui/save-file";
import { Failed, Skeleton, Waiting } from "@/ui/states";
import { useToast } from "@/ui/toast";
import { useSettled } from "@/ui/use-settled";
import type { Link } from "../link";
import { useLink } from "../queries";
import { warnOfColors } from "./contrast";
import { toPng, withLogo } from "./drawing";
import { PLAIN, type QrDesign, type QrOptions, toOptions } from "./options";
import { QrFields } from "./qr-fields";

const TYPING_MS = 120;

export function QrDesigner({ id, onClose }: { id: string; onClose: () => void }) {
  const { data: link, error, refetch } = useLink(id);
  const [design, setDesign] = useState<QrDesign>(PLAIN);
  const picture = usePicture(id, design);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      shape="wide"
      title="QR code"
      lead={link && <span className="figures break-all">{withoutScheme(link.short_url)}</span>}
      footer={link && picture.svg && <Downloads link={link} svg={picture.svg} size={design.size} />}
    >
      {error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : (
        <div className="grid gap-6 md:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)]">
          <Preview link={link} address={picture.address} error={picture.error} design={design} />
          <QrFields design={design} onChange={(patch) => setDesign((now) => ({ ...now, ...patch }))} />
        </div>
      )}
    </Dialog>
  );
}

/** Return the picture that the API drew, with the logo in it. */
function usePicture(id: string, design: QrDesign) {
  const options = useSettled(JSON.stringify(toOptions(design)), TYPING_MS);
  const { data, error } = useQuery({
    queryKey: ["links", "qr", id, options],
    queryFn: ({ signal }) => readPicture(id, JSON.parse(options) as QrOptions, signal),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { logo, background } = design;
  const svg = useMemo(() => {
    if (!data) return null;
    return new Blob([logo ? withLogo(data, logo, background) : data], { type: "image/svg+xml" });
  }, [data, logo, background]);
  return { svg, error, address: useAddress(svg) };
}

const readPicture = (id: string, query: QrOptions, signal: AbortSignal): Promise<string> =>
  take(
    api.GET("/v1/links/{link_id}/qr", {
      params: {
        path: { link_id: id },
        query: { ...query, color: bare(query.color), background: bare(query.background) },
      },
      parseAs: "text",
      signal,
    }),
  );

const bare = (color?: string) => color?.replace(/^#/, "");

/** Return an address for what the browser holds, for as long as it is shown. */
function useAddress(blob: Blob | null): string | null {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    if (!blob) return;
    const made = URL.createObjectURL(blob);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return address;
}

type PreviewProps = { link: Link | undefined; address: string | null; error: Error | null; design: QrDesign };

function Preview({ link, address, error, design }: PreviewProps) {
  const warning = warnOfColors(design.color, design.background);
  return (
    <div className="grid content-start gap-3">
      <div className="grid aspect-square place-items-center rounded-lg border border-line bg-sunken p-4 max-md:mx-auto max-md:w-64">
        {address && link ? (
          // biome-ignore lint/performance/noImgElement: drawn here, there is nothing to optimise
          <img src={address} alt={`QR code of ${link.short_url}`} className="size-full rounded-sm" />
        ) : (
          <Waiting label="Drawing the QR code" className="size-full">
            <Skeleton className="size-full" />
          </Waiting>
        )}
      </div>
      {error && <Notice tone="bad">{error.message}</Notice>}
      {warning && <Notice tone="warn">{warning}</Notice>}
    </div>
  );
}

function Downloads({ link, svg, size }: { link: Link; svg: Blob; size: number }) {
  const toast = useToast();
  const savePng = async () => {
    try {
      saveFile(`${link.short_code}.png`, await toPng(svg, size));
    } catch {
      toast.failed("This browser could not draw the picture. Download the SVG instead.");
    }
  };
  return (
    <>
      <Button icon={Download} onClick={() => saveFile(`${link.short_code}.svg`, svg)}>
        <Wide>Download</Wide> SVG
      </Button>
      <Button look="primary" icon={Download} onClick={savePng}>
        <Wide>Download</Wide> PNG
      </Button>
    </>
  );
}

/** A word that small screens leave out, and screen readers say all the same. */
const Wide = ({ children }: { children: string }) => <span className="max-sm:sr-only">{children}</span>;
