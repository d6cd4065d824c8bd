"use client";

/** Short messages at the edge of the page, some of which can be taken back. They stay while a pointer or focus is on them. */
import { CircleAlert, CircleCheck, X } from "lucide-react";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { sentence } from "@/api/errors";
import { IconButton } from "./button";

type Action = { label: string; act: () => void };
type Toast = { id: number; text: string; isError: boolean; action?: Action };
type Show = {
  /** Say that something is done; `action` may take it back. */
  done: (text: string, action?: Action) => void;
  /** Say what went wrong, in the API's own words. */
  failed: (error: unknown, action?: Action) => void;
};

const SHOWN_MS = 6000;
const SHOWN_WITH_ACTION_MS = 12_000;
const MAX_SHOWN = 4;

const ToastContext = createContext<Show | null>(null);

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const counter = useRef(0);
  const add = useCallback((text: string, isError: boolean, action?: Action) => {
    counter.current += 1;
    const toast = { id: counter.current, text, isError, action };
    setToasts((shown) => [...shown, toast].slice(-MAX_SHOWN));
  }, []);
  const close = useCallback((id: number) => setToasts((shown) => shown.filter((toast) => toast.id !== id)), []);
  const show = useMemo<Show>(
    () => ({
      done: (text, action) => add(text, false, action),
      failed: (error, action) => add(typeof error === "string" ? error : sentence(error), true, action),
    }),
    [add],
  );
  return (
    <ToastContext value={show}>
      {children}
      <section
        aria-label="Messages"
        aria-live="polite"
        className="pointer-events-none fixed inset-x-3 bottom-20 z-60 grid justify-items-center gap-2 lg:inset-x-auto lg:right-5 lg:bottom-5 lg:justify-items-end"
      >
        {toasts.map((toast) => (
          <ToastCard key={toast.id} toast={toast} onClose={() => close(toast.id)} />
        ))}
      </section>
    </ToastContext>
  );
}

function ToastCard({ toast, onClose }: { toast: Toast; onClose: () => void }) {
  const [isHeld, setHeld] = useState(false);
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(() => close.current(), toast.action ? SHOWN_WITH_ACTION_MS : SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isHeld, toast.action]);
  const Icon = toast.isError ? CircleAlert : CircleCheck;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: pointer and focus only hold it in sight
    <div
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className="pointer-events-auto flex max-w-full items-center gap-3 rounded-lg bg-ink py-2 pr-2 pl-4 text-sm text-paper shadow-float motion-safe:animate-[rise_.18s_ease-out] sm:max-w-md"
    >
      <Icon aria-hidden className="size-4.5 shrink-0" />
      <span className="py-1">{toast.text}</span>
      {toast.action && (
        <button
          type="button"
          className="rounded-sm px-2 py-1 font-semibold underline underline-offset-4"
          onClick={() => {
            toast.action?.act();
            onClose();
          }}
        >
          {toast.action.label}
        </button>
      )}
      <IconButton label="Dismiss" icon={X} size="sm" className="text-paper! hover:bg-transparent" onClick={onClose} />
    </div>
  );
}

export function useToast(): Show {
  const show = useContext(ToastContext);
  if (!show) throw new Error("useToast is called outside of ToastProvider");
  return show;
}
