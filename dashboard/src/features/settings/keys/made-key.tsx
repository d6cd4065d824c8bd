"use client";

import { useState } from "react";
import type { Schemas } from "@/api/client";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { CopyButton } from "@/ui/copy";
import { Dialog } from "@/ui/dialog";
import { curlFor } from "./scopes";

/** The key, shown this once, and a command to try it with. */
export function MadeKey({ made, onClose }: { made: Schemas["NewApiKey"]; onClose: () => void }) {
  const [isLeaving, setLeaving] = useState(false);
  const command = curlFor(window.location.origin, made.key, made.scopes);
  return (
    <>
      <Dialog
        isOpen
        onClose={() => setLeaving(true)}
        title={`The key ${made.name} is made`}
        lead="Copy it now: it is shown this once, and only its hash is kept."
        shape="sheet"
        footer={
          <Button look="primary" onClick={onClose}>
            I have copied it
          </Button>
        }
      >
        <div className="grid gap-6">
          <div className="grid gap-2">
            <h3 className="text-sm font-medium">Key</h3>
            <code className="rounded-md bg-sunken p-3 font-mono text-sm wrap-anywhere select-all">{made.key}</code>
            <div>
              <CopyButton text={made.key} what="the key" label="Copy key" size="md" />
            </div>
          </div>
          <div className="grid gap-2">
            <h3 className="text-sm font-medium">Try it in a terminal</h3>
            <pre
              // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways, and so must be reached by keyboard
              tabIndex={0}
              className="overflow-x-auto rounded-md bg-sunken p-3 font-mono text-sm"
            >
              {command}
            </pre>
            <div>
              <CopyButton text={command} what="the command" label="Copy command" size="md" />
            </div>
            <p className="text-sm text-quiet">
              What else there is to ask for is in the{" "}
              <a href="/docs" className="text-accent-ink underline">
                documentation of the API
              </a>
              .
            </p>
          </div>
        </div>
      </Dialog>
      <Confirm
        isOpen={isLeaving}
        onClose={() => setLeaving(false)}
        title="Close without having copied it?"
        label="Close"
        cancelLabel="Go back"
        onConfirm={onClose}
      >
        The key cannot be shown again. If it is lost, revoke it and make another.
      </Confirm>
    </>
  );
}
