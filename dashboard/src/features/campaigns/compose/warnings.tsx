import { Button } from "@/ui/button";
import { Notice } from "@/ui/panel";
import { hasPlain, plainMarks } from "../segments";
import type { Draft } from "./draft";
import { MANY } from "./meter";
import type { Change } from "./use-draft";
import type { Shown } from "./use-preview";

type Props = { shown: Shown; draft: Draft; locale: string; change: Change };

/** What the sender should know: in the server's words; while somebody types, in ours. */
export function Warnings({ shown, draft, locale, change }: Props) {
  const told = shown.warnings.length ? shown.warnings : guessed(shown);
  const isOwn = draft.variant === "custom";
  const mend = () =>
    change({
      texts: draft.texts.map((one) => (one.locale === locale ? { locale, text: plainMarks(one.text) } : one)),
    });
  const text = draft.texts.find((one) => one.locale === locale)?.text ?? "";
  return (
    <div className="grid gap-2">
      {told.map(({ code, detail }) => (
        <Notice
          key={code}
          tone="warn"
          action={
            code === "ucs2" && isOwn && hasPlain([...text]) ? (
              <Button size="sm" onClick={mend}>
                Use plain marks
              </Button>
            ) : null
          }
        >
          <span className="wrap-anywhere">{detail}</span>
        </Notice>
      ))}
      {shown.segments === MANY - 1 && (
        <Notice>
          Three segments. With more than <span className="figures">{shown.remaining}</span> further characters, each
          message takes a fourth.
        </Notice>
      )}
    </div>
  );
}

function guessed({ non_gsm, segments }: Shown): Shown["warnings"] {
  const warnings: Shown["warnings"] = [];
  if (non_gsm.length) {
    const detail = `Not in the plain SMS alphabet, so that an SMS holds 70 characters instead of 160: ${non_gsm.slice(0, 10).join(" ")}`;
    warnings.push({ code: "ucs2", detail });
  }
  if (segments >= MANY) {
    warnings.push({ code: "many_segments", detail: `The message takes ${segments} SMS, and costs as many.` });
  }
  return warnings;
}
