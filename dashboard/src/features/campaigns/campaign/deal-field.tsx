"use client";

/** What a business brought in, typed where it is read. Kept when the field is left or Enter is pressed. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useRef, useState } from "react";
import { useMay } from "@/api/session";
import { classes } from "@/ui/classes";
import { useToast } from "@/ui/toast";
import { editMoney, formatMoney, readMoney } from "../money";
import type { ReportRow } from "../types";
import { enterDeal, REPORTS_KEY } from "../wire";

export function DealField({ row, currency }: { row: ReportRow; currency: string }) {
  const mayWrite = useMay("sites:write") && row.name !== null;
  const micros = row.deal_value_micros;
  if (!mayWrite) return <span className="figures">{micros === null ? "–" : formatMoney(micros, currency)}</span>;
  return <Editable key={micros} row={row} currency={currency} />;
}

function Editable({ row, currency }: { row: ReportRow; currency: string }) {
  const known = editMoney(row.deal_value_micros);
  const [typed, setTyped] = useState(known);
  const [isWrong, setWrong] = useState(false);
  const isLeaving = useRef(false);
  const client = useQueryClient();
  const toast = useToast();
  const enter = useMutation({
    mutationFn: (micros: number | null) => enterDeal(row.business_id, micros),
    onSuccess: (business) => {
      void client.invalidateQueries({ queryKey: REPORTS_KEY });
      void client.invalidateQueries({ queryKey: ["businesses"] });
      const value = business.deal_value_micros;
      toast.done(
        value === null ? `No deal with ${row.name}.` : `${formatMoney(value, currency)} from ${row.name}: kept.`,
      );
    },
    onError: (error) => {
      setTyped(known);
      toast.failed(error);
    },
  });
  const save = () => {
    if (isLeaving.current) {
      isLeaving.current = false;
      return;
    }
    const micros = readMoney(typed);
    setWrong(micros === undefined);
    if (micros !== undefined && micros !== row.deal_value_micros) enter.mutate(micros);
  };
  const listen = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Enter") event.currentTarget.blur();
    if (event.key !== "Escape") return;
    setTyped(known);
    setWrong(false);
    isLeaving.current = true;
    event.currentTarget.blur();
  };
  return (
    <span className="inline-grid gap-0.5">
      <span className="inline-flex items-center justify-end gap-1.5">
        <input
          aria-label={`Deal won with ${row.name}, in ${currency}`}
          aria-invalid={isWrong || undefined}
          inputMode="decimal"
          autoComplete="off"
          placeholder="–"
          value={typed}
          disabled={enter.isPending}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onBlur={save}
          onKeyDown={listen}
          className={classes(
            "figures h-9 w-28 rounded-md border border-line bg-panel px-2 text-right hover:border-edge max-md:h-10",
            "aria-invalid:border-bad disabled:opacity-60",
          )}
        />
        <span aria-hidden className="text-xs text-quiet">
          {currency}
        </span>
      </span>
      {isWrong && (
        <span role="alert" className="text-right text-xs text-bad">
          This is no amount.
        </span>
      )}
    </span>
  );
}
