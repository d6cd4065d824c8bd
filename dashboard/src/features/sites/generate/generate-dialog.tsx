"use client";

/** Has sites made: of a business that is chosen here, or of those that were chosen before. */
import { useState } from "react";
import { sentence } from "@/api/errors";
import type { Business } from "@/features/businesses/business";
import { useBusiness } from "@/features/businesses/queries";
import { Dialog } from "@/ui/dialog";
import { Notice } from "@/ui/panel";
import { Skeleton, Waiting } from "@/ui/states";
import { BusinessPicker } from "./business-picker";
import { ManySites } from "./many-sites";
import { OneSite } from "./one-site";

type Props = {
  /** Whose sites; none: it is asked. */
  businesses?: readonly Business[];
  businessId?: string | null;
  onClose: () => void;
};

export default function GenerateDialog({ businesses = [], businessId = null, onClose }: Props) {
  const asked = useBusiness(businessId);
  const [picked, setPicked] = useState<Business | null>(null);
  if (businesses.length > 1) return <ManySites businesses={businesses} onClose={onClose} />;
  const one = businesses[0] ?? picked ?? asked.data;
  if (one) {
    return <OneSite business={one} onClose={onClose} onBack={picked ? () => setPicked(null) : undefined} />;
  }
  return (
    <Dialog isOpen onClose={onClose} title="Generate a site" lead="For which business?">
      {businessId && asked.isPending ? (
        <Waiting label="Loading the business">
          <Skeleton className="h-40 w-full" />
        </Waiting>
      ) : (
        <div className="grid gap-4 pt-1">
          {asked.error && <Notice tone="warn">{sentence(asked.error)} Choose one here.</Notice>}
          <BusinessPicker onChoose={setPicked} />
        </div>
      )}
    </Dialog>
  );
}
