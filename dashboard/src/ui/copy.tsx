"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button, IconButton } from "./button";

const SHOWN_MS = 1600;

/** Put text on the clipboard; where the browser refuses (no TLS), by way of a selection. Returns whether it worked. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const box = document.createElement("textarea");
    box.value = text;
    box.style.position = "fixed";
    box.style.opacity = "0";
    document.body.append(box);
    box.select();
    const isCopied = document.execCommand("copy");
    box.remove();
    return isCopied;
  }
}

/** Copies `text`, and says so where the pointer is. With `label` it is a button with words. */
export function CopyButton({
  text,
  what,
  label,
  size = "sm",
  className,
}: {
  text: string;
  what: string;
  label?: string;
  size?: "sm" | "md";
  className?: string;
}) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async () => setCopied(await copyText(text));
  const icon = isCopied ? Check : Copy;
  return (
    <>
      {label ? (
        <Button size={size} icon={icon} onClick={copy} className={className}>
          {isCopied ? "Copied" : label}
        </Button>
      ) : (
        <IconButton
          size={size}
          icon={icon}
          label={isCopied ? "Copied" : `Copy ${what}`}
          onClick={copy}
          className={className}
        />
      )}
      <span role="status" className="sr-only">
        {isCopied ? `${what} copied` : ""}
      </span>
    </>
  );
}
