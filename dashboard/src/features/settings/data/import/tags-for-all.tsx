import type { OptionFieldsProps } from "@/features/import/kind";
import { TextField } from "@/ui/field";

/** Return the tags that were typed for all links. */
export const readTags = (typed = ""): string[] =>
  typed
    .split(",")
    .map((tag) => tag.trim())
    .filter(Boolean);

export function TagsForAll({ options, setOption }: OptionFieldsProps) {
  return (
    <TextField
      label="Tags for all of them"
      hint="With commas between. They make it easy to find these links again."
      value={options.tags}
      onChange={(event) => setOption("tags", event.currentTarget.value)}
    />
  );
}
