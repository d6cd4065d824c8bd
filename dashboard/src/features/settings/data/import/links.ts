/** Links from a file: of one's own, or of another service. */
import type { Failure } from "@/features/import/failures";
import { ImportJob } from "@/features/import/job";
import type { Check, Kind, Read } from "@/features/import/kind";
import { plainName } from "@/features/import/names";
import { guess } from "./columns";
import { toLink } from "./convert";
import { FIELDS, type NewLink } from "./fields";
import { PlanLimit } from "./plan-limit";
import { readTags, TagsForAll } from "./tags-for-all";
import { findMade, readNewest, sendLinks } from "./wire";

const links: Kind<NewLink> = {
  fields: FIELDS,
  needed: { name: "target_url", told: "Choose the column with the destinations first." },
  words: {
    title: "Import links",
    lead: "A CSV file of your own, or an export of Bitly, Dub, Rebrandly, Shlink or YOURLS.",
    one: "link",
    many: "links",
    make: "Make",
    making: "Making links",
    notTwice: "No link is made twice.",
    before: "Each link keeps in its metadata which row it came from.",
    look: { label: "Look at the links", href: "/" },
  },
  options: { tags: "" },
  OptionFields: TagsForAll,
  Limit: PlanLimit,
  guess,
  convert: (cells, mapping, options, origin) => toLink(cells, mapping, readTags(options.tags), origin),
  createCheck,
  async open(importId, isDryRun) {
    const send = (wanted: readonly NewLink[]) => sendLinks(wanted, isDryRun);
    if (isDryRun) return { send };
    const since = await readNewest();
    return { send, findMade: (rows) => findMade(importId, rows, since) };
  },
  show(name, value) {
    if (name === "password") return "••••";
    if (name !== "metadata") return null;
    return JSON.stringify(value, (key, inner) => (key === "import" || key === "row" ? undefined : inner));
  },
};

/** A call knows only its own rows: codes that come again in another call are found here. */
function createCheck(): Check<NewLink> {
  const seen = new Set<string>();
  const find = ({ index, thing, cells, header, mapping }: Read<NewLink>): Failure | null => {
    const { short_code: code, domain, password } = thing;
    const hadPassword = header.findIndex((name) => plainName(name) === "haspassword");
    if (hadPassword >= 0 && cells[hadPassword]?.toLowerCase() === "true" && !password) {
      const detail = "The link had a password, which an export does not know: give it one in a column of its own.";
      return { index, code: "validation_failed", title: "A password is missing", field: "password", detail };
    }
    if (!code || mapping.short_code === undefined) return null;
    const key = `${domain ?? ""}/${code}`;
    if (seen.has(key)) {
      const detail = `Another row of this file has the short code ${code}.`;
      return { index, code: "code_taken", title: "The short code is taken", field: "short_code", detail };
    }
    seen.add(key);
    return null;
  };
  return { find };
}

export const linkImport = new ImportJob(links);
