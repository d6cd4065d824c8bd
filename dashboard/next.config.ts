import type { NextConfig } from "next";

// The API of a running Vayro, for `npm run dev` alone; what is built has no server of its own.
const API = process.env.VAYRO_API ?? "http://127.0.0.1:8080";

const config: NextConfig = {
  output: process.env.NODE_ENV === "development" ? undefined : "export",
  reactStrictMode: true,
  poweredByHeader: false,
  images: { unoptimized: true },
  ...(process.env.NODE_ENV === "development" && {
    rewrites: async () =>
      ["/v1/:path*", "/pages/:path*", "/sign-in", "/openapi.json"].map((source) => ({
        source,
        destination: `${API}${source}`,
      })),
  }),
};

export default config;
