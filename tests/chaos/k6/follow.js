// Visitors who come at a constant rate, whatever the answers take: a stall is seen by all who come meanwhile.
//
// Environment: URLS, comma-separated engines; CODES, a file with {"held": [...], "cold": [...]}; SECONDS;
// HELD_RATE and COLD_RATE, requests a second (0: none). Each cold code is asked for once. Prints one JSON object.

import exec from "k6/execution";
import http from "k6/http";
import { Counter, Trend } from "k6/metrics";

const urls = __ENV.URLS.split(",");
const codes = JSON.parse(open(__ENV.CODES));
const kinds = ["held", "cold"];
const statuses = ["302", "404", "503", "other"];
const trends = Object.fromEntries(kinds.map((kind) => [kind, new Trend(`time_${kind}`, true)]));
const counters = Object.fromEntries(
  kinds.flatMap((kind) => statuses.map((status) => [`${kind}_${status}`, new Counter(`${kind}_${status}`)])),
);

function scenario(kind, rate) {
  return {
    executor: "constant-arrival-rate",
    exec: kind,
    rate,
    timeUnit: "1s",
    duration: `${__ENV.SECONDS}s`,
    preAllocatedVUs: 50,
    maxVUs: 500,
    gracefulStop: "10s",
  };
}

export const options = {
  discardResponseBodies: true,
  maxRedirects: 0,
  summaryTrendStats: ["p(50)", "p(99)", "max", "count"],
  scenarios: Object.fromEntries(
    kinds
      .map((kind) => [kind, Number(__ENV[`${kind.toUpperCase()}_RATE`])])
      .filter(([, rate]) => rate > 0)
      .map(([kind, rate]) => [kind, scenario(kind, rate)]),
  ),
};

function follow(kind) {
  const number = exec.scenario.iterationInTest;
  const code = codes[kind][number % codes[kind].length];
  const answer = http.get(`${urls[number % urls.length]}/${code}`, { headers: { Accept: "application/json" } });
  trends[kind].add(answer.timings.duration);
  const status = String(answer.status);
  counters[`${kind}_${statuses.includes(status) ? status : "other"}`].add(1);
}

export function held() {
  follow("held");
}

export function cold() {
  follow("cold");
}

export function handleSummary(data) {
  const values = (name) => (data.metrics[name] ? data.metrics[name].values : {});
  const result = { dropped: values("dropped_iterations").count || 0 };
  for (const kind of kinds) {
    const time = values(`time_${kind}`);
    result[kind] = { count: time.count || 0, p50: time["p(50)"] || 0, p99: time["p(99)"] || 0, max: time.max || 0 };
    for (const status of statuses) {
      result[kind][status] = values(`${kind}_${status}`).count || 0;
    }
  }
  return { stdout: JSON.stringify(result) };
}
