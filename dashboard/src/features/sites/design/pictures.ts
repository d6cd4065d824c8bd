/** What the designs look like: a page of each, small. `make screenshots` takes them anew. */
import type { StaticImageData } from "next/image";
import clinic from "./pictures/clinic.webp";
import counsel from "./pictures/counsel.webp";
import market from "./pictures/market.webp";
import plan from "./pictures/plan.webp";
import studio from "./pictures/studio.webp";
import table from "./pictures/table.webp";
import trade from "./pictures/trade.webp";

export const PICTURES: Readonly<Record<string, StaticImageData>> = {
  clinic,
  counsel,
  market,
  plan,
  studio,
  table,
  trade,
};
