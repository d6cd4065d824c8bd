import assert from "node:assert/strict";
import { test } from "node:test";
import { curlFor } from "./scopes";

const BASE = "https://vayro.example.com";

test("a key that makes links is shown making one", () => {
  const command = curlFor(BASE, "vk_abc", ["links:read", "links:write"]);
  assert.match(command, /^curl https:\/\/vayro\.example\.com\/v1\/links \\\n/);
  assert.match(command, /Bearer vk_abc"/);
  assert.match(command, /"target_url"/);
});

test("a key is shown only what it may do", () => {
  assert.match(curlFor(BASE, "vk_abc", ["links:read"]), /\/v1\/links \\\n {2}-H [^\n]*$/);
  assert.match(curlFor(BASE, "vk_abc", ["analytics:read"]), /\/v1\/analytics \\/);
  assert.match(curlFor(BASE, "vk_abc", ["admin"]), /\/v1\/workspace \\/);
  assert.match(curlFor(BASE, "vk_abc", ["*"]), /target_url/);
});
