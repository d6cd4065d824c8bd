import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { Providers } from "@/shell/providers";
import { SET_THEME_EARLY } from "@/shell/theme-script";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Vayro", template: "%s · Vayro" },
  description: "Short links, and what was clicked.",
  icons: { icon: "/pages/mark.svg" },
  robots: { index: false },
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f7f6f2" },
    { media: "(prefers-color-scheme: dark)", color: "#10141b" },
  ],
};

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: our own constant; it runs before the first paint */}
        <script dangerouslySetInnerHTML={{ __html: SET_THEME_EARLY }} />
      </head>
      <body>
        <Providers>{children}</Providers>
      </body>
    </html>
  );
}
