"use client";

import { Dialog } from "@/ui/dialog";
import { qrAddress } from "./options";

export function QrDesigner({ id, onClose }: { id: string; onClose: () => void }) {
  return (
    <Dialog isOpen onClose={onClose} title="QR code">
      {/* biome-ignore lint/performance/noImgElement: drawn by the API */}
      <img src={qrAddress(id)} alt="QR code" />
    </Dialog>
  );
}
