"use client";

/** Sets of UTM parameters that the workspace keeps: used, saved and deleted. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { api, take } from "@/api/client";
import { ApiError, sentence } from "@/api/errors";
import { Button, IconButton } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import { useToast } from "@/ui/toast";
import { UTM_FIELDS, type Utm } from "./utm";

const KEY = ["links", "utm-templates"] as const;

const useTemplates = () =>
  useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) => (await take(api.GET("/v1/utm-templates", { signal }))).data,
  });

export function UtmTemplates({ values, onUse }: { values: Utm; onUse: (values: Utm) => void }) {
  const { data: templates = [] } = useTemplates();
  const [isNaming, setNaming] = useState(false);
  const isSame = (template: (typeof templates)[number]) =>
    UTM_FIELDS.every((field) => (template[field] ?? "") === values[field]);
  const used = templates.find(isSame);
  const use = (id: string) => {
    const template = templates.find((one) => one.id === id);
    if (template) onUse(Object.fromEntries(UTM_FIELDS.map((field) => [field, template[field] ?? ""])) as Utm);
  };
  const hasValues = UTM_FIELDS.some((field) => values[field]);
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-end gap-2.5">
        {templates.length > 0 && (
          <SelectField
            label="Template"
            className="min-w-40 grow"
            value={used?.id ?? ""}
            onChange={(event) => use(event.target.value)}
          >
            <option value="">None</option>
            {templates.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </SelectField>
        )}
        {used && <DeleteTemplate id={used.id} name={used.name} />}
        {!used && hasValues && !isNaming && <Button onClick={() => setNaming(true)}>Save as a template</Button>}
      </div>
      {isNaming && <NameTemplate values={values} onDone={() => setNaming(false)} />}
    </div>
  );
}

function DeleteTemplate({ id, name }: { id: string; name: string }) {
  const client = useQueryClient();
  const toast = useToast();
  const { mutate, isPending } = useMutation({
    mutationFn: () => take(api.DELETE("/v1/utm-templates/{template_id}", { params: { path: { template_id: id } } })),
    onSuccess: () => toast.done(`Deleted the template ${name}`),
    onError: (error) => toast.failed(error),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
  return (
    <IconButton label={`Delete the template ${name}`} icon={Trash2} disabled={isPending} onClick={() => mutate()} />
  );
}

function NameTemplate({ values, onDone }: { values: Utm; onDone: () => void }) {
  const [name, setName] = useState("");
  const client = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => {
      const filled = Object.fromEntries(UTM_FIELDS.map((field) => [field, values[field] || null]));
      return take(api.POST("/v1/utm-templates", { body: { name: name.trim(), ...filled } }));
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: KEY });
      onDone();
    },
  });
  const said = error instanceof ApiError ? (error.fields.name ?? error.message) : error && sentence(error);
  return (
    <div className="flex flex-wrap items-start gap-2.5">
      <TextField
        label="Name of the template"
        className="min-w-40 grow"
        value={name}
        maxLength={100}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          // Inside of the form of the link: Enter means this field's button.
          event.preventDefault();
          if (name.trim()) mutate();
        }}
        error={said}
      />
      <div className="mt-6.5 flex gap-2">
        <Button disabled={!name.trim()} isBusy={isPending} onClick={() => mutate()}>
          Save
        </Button>
        <Button look="ghost" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </div>
  );
}
