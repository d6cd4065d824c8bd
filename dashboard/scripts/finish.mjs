// The last step of the build: what `vayro api` needs to serve the exported files with a strict policy, fast.
//
//   out/*.html        → which inline scripts a page holds, as hashes for its Content-Security-Policy (policies.json)
//   out/**            → a .br and a .gz beside every file that compresses
//   out/              → the target folder, put in place by renaming, so that a running API never sees half of it
import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const OUT = "out";
const TARGET = "../src/vayro/api/dashboard";
const COMPRESSED = new Set([".html", ".js", ".css", ".json", ".svg", ".txt", ".webmanifest"]);
const WORTH_IT_BYTES = 512;
const FACE = "hanken-grotesk-latin-wght-normal.woff2";
const INLINE_SCRIPT = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g;

function* listFiles(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* listFiles(path);
    else yield path;
  }
}

function hashScripts(html) {
  const hashes = new Set();
  for (const [, script] of html.matchAll(INLINE_SCRIPT)) {
    if (script) hashes.add(`sha256-${createHash("sha256").update(script, "utf8").digest("base64")}`);
  }
  return [...hashes].sort();
}

function compress(path) {
  const body = readFileSync(path);
  if (!COMPRESSED.has(extname(path)) || body.length < WORTH_IT_BYTES) return;
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  writeFileSync(`${path}.br`, brotliCompressSync(body, quality));
  writeFileSync(`${path}.gz`, gzipSync(body, { level: 9 }));
}

// For the pages of the API that are not built here: signing in has the same face.
cpSync(`node_modules/@fontsource-variable/hanken-grotesk/files/${FACE}`, join(OUT, "fonts", FACE));

const files = [...listFiles(OUT)];
const pages = files.filter((path) => path.endsWith(".html"));
const policies = Object.fromEntries(
  pages.map((path) => [relative(OUT, path), hashScripts(readFileSync(path, "utf8"))]),
);
for (const path of files) compress(path);
writeFileSync(join(OUT, "policies.json"), JSON.stringify(policies, null, 1));

cpSync(OUT, `${TARGET}.new`, { recursive: true });
if (existsSync(TARGET)) renameSync(TARGET, `${TARGET}.old`);
renameSync(`${TARGET}.new`, TARGET);
rmSync(`${TARGET}.old`, { recursive: true, force: true });

const size = files.reduce((sum, path) => sum + statSync(path).size, 0);
console.log(`${pages.length} pages, ${files.length} files, ${(size / 1e6).toFixed(1)} MB`);
