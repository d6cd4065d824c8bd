"use client";

import { sentence } from "@/api/errors";
import { Button } from "@/ui/button";
import { Checkbox, SelectField } from "@/ui/field";
import { formatCount } from "@/ui/numbers";
import { Badge, Notice } from "@/ui/panel";
import type { Job, Table } from "./job";
import type { Field, Mapping } from "./kind";
import { Preview } from "./preview";
import { useImport } from "./use-job";

const NOT_IN_IT = "";

/** Says what the columns hold. The guess is filled in; the first rows below show what comes of it. */
export function MappingStep({ table, job, error }: { table: Table; job: Job; error: unknown }) {
  const { mapping, options } = job;
  const here = useImport();
  const { fields, needed, OptionFields } = here.kind;
  const columns = columnsOf(table);
  const count = table.rows.length - (table.hasHeader ? 1 : 0);
  const hasNeeded = mapping[needed.name] !== undefined;
  const rare = fields.filter(({ isRare }) => isRare);
  const select = ({ name, label }: Field) => (
    <ColumnSelect key={name} name={name} label={label} columns={columns} mapping={mapping} />
  );
  return (
    <div className="grid gap-5">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="font-medium wrap-anywhere">{table.fileName}</span>
        <span className="text-quiet">
          <span className="figures">{formatCount(count)}</span> {count === 1 ? "row" : "rows"}
        </span>
        {table.source && <Badge tone="accent">Looks like an export of {table.source}</Badge>}
      </p>
      <fieldset className="grid gap-4">
        <legend className="mb-2 font-semibold">Which column holds what</legend>
        <div className="grid gap-4 sm:grid-cols-2">{fields.filter(({ isRare }) => !isRare).map(select)}</div>
        {rare.length > 0 && (
          <details open={rare.some(({ name }) => mapping[name] !== undefined)}>
            <summary className="cursor-pointer py-1 text-sm text-quiet hover:text-ink">More fields</summary>
            <div className="mt-3 grid gap-4 sm:grid-cols-2">{rare.map(select)}</div>
          </details>
        )}
        <Checkbox
          label="The first row names the columns"
          checked={table.hasHeader}
          onChange={(event) => here.setHasHeader(event.currentTarget.checked)}
        />
        <OptionFields options={options} setOption={(name, value) => here.setOption(name, value)} />
      </fieldset>
      <Preview table={table} mapping={mapping} options={options} />
      {!hasNeeded && <Notice tone="warn">{needed.told}</Notice>}
      {error ? <Notice tone="bad">{sentence(error)}</Notice> : null}
      <div className="flex flex-wrap justify-between gap-2.5">
        <Button look="ghost" onClick={() => here.startOver()}>
          Another file
        </Button>
        <Button look="primary" disabled={!hasNeeded || count === 0} onClick={() => void here.check()}>
          Check {formatCount(count)} {count === 1 ? "row" : "rows"}
        </Button>
      </div>
    </div>
  );
}

function ColumnSelect({
  name,
  label,
  columns,
  mapping,
}: {
  name: string;
  label: string;
  columns: readonly string[];
  mapping: Mapping;
}) {
  const here = useImport();
  const choose = (value: string) => {
    const { [name]: _, ...rest } = mapping;
    here.setMapping(value === NOT_IN_IT ? rest : { ...rest, [name]: Number(value) });
  };
  return (
    <SelectField
      label={label}
      value={mapping[name] === undefined ? NOT_IN_IT : String(mapping[name])}
      onChange={(event) => choose(event.currentTarget.value)}
    >
      <option value={NOT_IN_IT}>Not in this file</option>
      {columns.map((column, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: columns may have the same name, and keep their places
        <option key={index} value={index}>
          {column}
        </option>
      ))}
    </SelectField>
  );
}

function columnsOf({ rows, hasHeader }: Table): string[] {
  const width = Math.max(...rows.slice(0, 50).map((row) => row.length));
  return Array.from({ length: width }, (_, index) => (hasHeader && rows[0]?.[index]?.trim()) || `Column ${index + 1}`);
}
