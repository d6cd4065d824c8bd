// Lighthouse on pages of a running dashboard, signed in: node lighthouse.mjs ADDRESS EMAIL PASSWORD PATH…
// Prints one JSON line a page: its scores (0–100), and what kept each score from 100.
import lighthouse from "lighthouse";
import puppeteer from "puppeteer-core";

const [address, email, password, ...paths] = process.argv.slice(2);
const CATEGORIES = ["performance", "accessibility", "best-practices"];
const DESKTOP = {
  extends: "lighthouse:default",
  settings: {
    onlyCategories: CATEGORIES,
    formFactor: "desktop",
    screenEmulation: { mobile: false, width: 1440, height: 900, deviceScaleFactor: 1, disabled: false },
    // Lighthouse's own figures for a desktop: 40 ms round trip, 10 Mbit/s, no slower CPU.
    throttling: { rttMs: 40, throughputKbps: 10_240, cpuSlowdownMultiplier: 1 },
    disableStorageReset: true,
  },
};

const browser = await puppeteer.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-background-networking"],
});
try {
  const page = await browser.newPage();
  await page.goto(`${address}/sign-in`);
  await page.evaluate(
    async (body) => {
      const headers = { "Content-Type": "application/json" };
      const answer = await fetch("/v1/auth/sign-in", { method: "POST", headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(await answer.text());
    },
    { email, password },
  );
  for (const path of paths) {
    const { lhr } = await lighthouse(`${address}${path}`, { logLevel: "error" }, DESKTOP, page);
    const scores = Object.fromEntries(CATEGORIES.map((name) => [name, Math.round(lhr.categories[name].score * 100)]));
    const lost = Object.values(lhr.audits)
      .filter((audit) => audit.score !== null && audit.score < 0.9 && audit.scoreDisplayMode !== "informative")
      .map((audit) => `${audit.id}${audit.displayValue ? ` (${audit.displayValue})` : ""}`);
    console.log(JSON.stringify({ path, shown: new URL(lhr.finalDisplayedUrl).pathname, scores, lost }));
  }
} finally {
  await browser.close();
}
