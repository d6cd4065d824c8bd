"use client";

import { useMutation } from "@tanstack/react-query";
import { api, take } from "@/api/client";
import { sentence } from "@/api/errors";
import { useMay } from "@/api/session";
import { Button } from "@/ui/button";
import { Notice, Panel } from "@/ui/panel";
import { WhoMay } from "../needs-admin";

type Wish = "pro" | "enterprise" | "portal";

/** The way to the pages where plans are paid for. Where there is no billing, the API says so. */
export function Billing({ plan }: { plan: string }) {
  const mayPay = useMay("admin");
  const open = useMutation({
    mutationFn: (wish: Wish) =>
      wish === "portal"
        ? take(api.POST("/v1/billing/portal"))
        : take(api.POST("/v1/billing/checkout", { body: { plan: wish } })),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  if (!mayPay) {
    return (
      <Panel title="Billing">
        <WhoMay what="take, change and end plans" />
      </Panel>
    );
  }
  const button = (wish: Wish, label: string) => (
    <Button
      isBusy={open.isPending && open.variables === wish}
      disabled={open.isPending}
      onClick={() => open.mutate(wish)}
    >
      {label}
    </Button>
  );
  return (
    <Panel title="Billing" lead="Plans are paid for on a page of Stripe, and there they are changed and ended.">
      <div className="flex flex-wrap gap-2.5">
        {plan !== "pro" && plan !== "enterprise" && button("pro", "Take the plan pro")}
        {plan !== "enterprise" && button("enterprise", "Take the plan enterprise")}
        {button("portal", "Invoices and changes")}
      </div>
      {open.error && (
        <div className="mt-4">
          <Notice>{sentence(open.error)}</Notice>
        </div>
      )}
    </Panel>
  );
}
