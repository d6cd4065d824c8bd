"use client";

import { Download } from "lucide-react";
import { useState } from "react";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Dialog } from "@/ui/dialog";
import { Checkbox } from "@/ui/field";
import { saveText } from "@/ui/save-file";

/** Shows recovery codes this once. Closing takes a tick: whoever loses them and the phone is locked out. */
export function RecoveryCodes({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  const [isKept, setKept] = useState(false);
  const text = `${codes.join("\n")}\n`;
  return (
    <Dialog
      isOpen
      onClose={() => isKept && onClose()}
      title="Your recovery codes"
      lead="Each stands in for the app once, when your phone is lost. They are shown this once."
      footer={
        <Button look="primary" disabled={!isKept} onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className="grid gap-4">
        <ol className="grid gap-x-6 gap-y-1 rounded-md bg-sunken p-4 font-mono text-sm sm:grid-cols-2">
          {codes.map((code) => (
            <li key={code} className="wrap-anywhere">
              {code}
            </li>
          ))}
        </ol>
        <div className="flex flex-wrap gap-2">
          <CopyButton text={text} what="recovery codes" label="Copy" size="md" />
          <Button icon={Download} onClick={() => saveText("vayro-recovery-codes.txt", text)}>
            Download
          </Button>
        </div>
        <Checkbox
          label="I keep them in a safe place"
          checked={isKept}
          onChange={(event) => setKept(event.currentTarget.checked)}
        />
      </div>
    </Dialog>
  );
}
