"use client";

import { Clock } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { Button } from "@/ui/button";
import { Popover } from "@/ui/popover";
import { browserZone } from "./wall-clock";

const PickList = dynamic(() => import("./pick-list").then((module) => module.PickList), { ssr: false });

/** Whose clocks are meant. */
export function ZoneControl({ zone, onChange }: { zone: string; onChange: (zone: string) => void }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover
      label="Time zone"
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <Button icon={Clock} className="max-w-56 min-w-0 text-sm!">
          <span className="sr-only">Time zone: </span>
          <span className="truncate">{zone.replaceAll("_", " ")}</span>
        </Button>
      }
    >
      <PickList
        label="Search time zones"
        placeholder="City or region"
        empty="No time zone is called that."
        groups={[
          { heading: "Usual", items: [...new Set([browserZone(), "UTC"])].map(itemOf) },
          { heading: "All", items: listZones().map(itemOf) },
        ]}
        onPick={(chosen) => {
          setOpen(false);
          onChange(chosen);
        }}
      />
    </Popover>
  );
}

const listZones = (): string[] => Intl.supportedValuesOf("timeZone").filter((zone) => zone !== browserZone());

const itemOf = (zone: string) => ({ value: zone, label: zone.replaceAll("_", " "), aside: null });
