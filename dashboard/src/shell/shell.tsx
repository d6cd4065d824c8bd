"use client";

/** The frame of every page: where one is, where one can go, and what is wrong with the connection. */
import dynamic from "next/dynamic";
import { type ReactNode, useState } from "react";
import { SessionProvider } from "@/api/session";
import { Failed, Skeleton, Waiting } from "@/ui/states";
import { OfflineBar } from "./offline-bar";
import { SecondFactorGate } from "./second-factor-gate";
import { SessionEnded } from "./session-ended";
import { useShortcuts } from "./shortcuts";
import { Sidebar } from "./sidebar";
import { TabBar, TopBar } from "./tab-bar";

const Palette = dynamic(() => import("./palette").then((module) => module.Palette), { ssr: false });

export function Shell({ children }: { children: ReactNode }) {
  return (
    <SessionProvider
      waiting={
        <Frame>
          <ShellWaiting />
        </Frame>
      }
      failed={(error, retry) => (
        <main className="grid min-h-dvh place-items-center">
          <Failed error={error} onRetry={retry} />
        </main>
      )}
    >
      <Signed>{children}</Signed>
    </SessionProvider>
  );
}

function Signed({ children }: { children: ReactNode }) {
  const [palette, setPalette] = useState<"never" | "open" | "closed">("never");
  useShortcuts({ onPalette: () => setPalette((now) => (now === "open" ? "closed" : "open")) });
  const openPalette = () => setPalette("open");
  return (
    <>
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-3 focus:left-3 focus:z-70 focus:rounded-md focus:bg-ink focus:px-4 focus:py-2 focus:text-paper"
      >
        Skip to the content
      </a>
      <OfflineBar />
      <Frame sidebar={<Sidebar onPalette={openPalette} />} top={<TopBar onPalette={openPalette} />} tabs={<TabBar />}>
        <SecondFactorGate>{children}</SecondFactorGate>
      </Frame>
      {palette !== "never" && <Palette isOpen={palette === "open"} onClose={() => setPalette("closed")} />}
      <SessionEnded />
    </>
  );
}

function Frame({
  sidebar,
  top,
  tabs,
  children,
}: {
  sidebar?: ReactNode;
  top?: ReactNode;
  tabs?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="lg:grid lg:grid-cols-[15rem_minmax(0,1fr)]">
      <aside className="sticky top-0 hidden h-dvh border-r border-line lg:block">{sidebar}</aside>
      <div className="min-w-0">
        {top}
        <main
          id="content"
          tabIndex={-1}
          className="mx-auto min-h-dvh max-w-6xl px-4 pt-5 pb-28 outline-none sm:px-6 lg:px-8 lg:pt-8 lg:pb-12"
        >
          {children}
        </main>
      </div>
      {tabs}
    </div>
  );
}

function ShellWaiting() {
  return (
    <Waiting label="Loading" className="grid gap-4 pt-14 lg:pt-0">
      <Skeleton className="h-9 w-40" />
      <Skeleton className="h-11 w-full" />
      {[0, 1, 2, 3, 4].map((row) => (
        <Skeleton key={row} className="h-16 w-full" />
      ))}
    </Waiting>
  );
}
