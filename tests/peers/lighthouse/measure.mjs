// Asks Lighthouse how the main pages of an installation do, on a desktop and on a phone.
//
//   npm ci --prefix tests/peers/lighthouse --ignore-scripts
//   node tests/peers/lighthouse/measure.mjs ADDRESS EMAIL PASSWORD [--runs N] [--json] [--only NAME]
//
// Performance is the median of N runs (default 3) under Lighthouse's own simulated throttling: what a
// slow phone on a slow network would see, computed from what was loaded and how long scripts took.
// Lighthouse takes the machine for 4 times as fast as that phone; how much faster this one is, is
// measured, as Chrome's own calibration does it. A machine that does other things besides makes it
// worse, never better. The exit code is 1 where performance is below 90 or accessibility below 95.

import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";
import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";
import puppeteer from "puppeteer-core";

const QUIET = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"];
const FORMS = { desktop: desktopConfig, phone: undefined }; // a phone is Lighthouse's default
const CATEGORIES = ["performance", "accessibility"];
const SLOW_PHONE = 264; // Lighthouse's benchmark on the phone it plays, by Chrome's CalibrationController.ts
const CALIBRATIONS = 5;
const AGAIN = 5;
const LEAST = { performance: 90, accessibility: 95 };
const WORST = 0.1; // shift of the layout that people do not mind, https://web.dev/articles/cls
const BROWSERS = ["chromium", "chromium-browser", "google-chrome"];

class Visitor {
  // Keeps the cookies of one sign-in.
  constructor(address) {
    this.address = address;
    this.cookies = new Map();
  }

  get header() {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  async ask(path, form) {
    const answer = await fetch(this.address + path, {
      method: form ? "POST" : "GET",
      body: form && new URLSearchParams(form),
      headers: { Cookie: this.header, Referer: this.address + path },
      redirect: "manual",
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
      this.cookies.set(name, value);
    }
    return answer;
  }

  async signIn(email, password) {
    const path = "/account/login/";
    const page = await (await this.ask(path)).text();
    const [, token] = page.match(/name="csrfmiddlewaretoken" value="([^"]+)"/);
    const answer = await this.ask(path, { csrfmiddlewaretoken: token, login: email, password });
    if (answer.status !== 302) throw new Error(`Signing in as ${email} failed.`);
  }

  // Where somebody lands who follows all redirects.
  async land(path) {
    const answer = await this.ask(path);
    return answer.status === 302 ? this.land(answer.headers.get("location")) : [path, answer];
  }
}

// The main pages by name; a send-out that has left is found on the Messages page.
async function mainPages(visitor) {
  const [messages, answer] = await visitor.land("/");
  const [, club] = messages.match(/^(\/o\/[^/]+)\/messages\//);
  const html = await answer.text();
  const row = html.split("<tr>").find((each) => /data-status="(sent|delivered)"/.test(each));
  if (!row) throw new Error("The Messages page lists nothing that was sent.");
  return {
    messages,
    popup: row.match(/href="([^"]+)"/)[1],
    write: `${club}/compose/`,
    participants: `${club}/participants/`,
    unsubscribes: `${club}/unsubscribes/`,
  };
}

function browser() {
  for (const name of BROWSERS) {
    try {
      return execFileSync("which", [name], { encoding: "utf8", stdio: "pipe" }).trim();
    } catch {
      // the next one
    }
  }
  throw new Error("Chromium is not installed.");
}

const middle = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
// Chrome is signed in as the visitor is.
async function signedIn(chrome, { address, cookies }) {
  const connected = await puppeteer.connect({ browserURL: `http://127.0.0.1:${chrome.port}` });
  const domain = new URL(address).hostname;
  await connected.setCookie(...[...cookies].map(([name, value]) => ({ name, value, domain, path: "/" })));
  await connected.disconnect();
}

const hundredths = (score) => Math.round(score * 100);

// What keeps people out, in words; empty where everything passes.
function failing({ categories, audits }) {
  return categories.accessibility.auditRefs
    .filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 1)
    .map(({ id }) => audits[id].title);
}

// A busy machine sometimes loses the beginning of a recording; that run is done again.
async function report(address, flags, config) {
  for (let left = AGAIN; ; left -= 1) {
    const { lhr } = await lighthouse(address, flags, config);
    if (lhr.runtimeError?.code === "NO_NAVSTART" && left > 0) continue;
    if (lhr.runtimeError) throw new Error(`${address}: ${lhr.runtimeError.message}`);
    if (lhr.finalDisplayedUrl !== address) throw new Error(`${address} led to ${lhr.finalDisplayedUrl}.`);
    return lhr;
  }
}

// How many times faster than the phone this machine is; every report knows how fast it was at the time.
async function slowdown(address, port) {
  const found = [];
  while (found.length < CALIBRATIONS) {
    const { environment } = await report(address, { port, onlyAudits: ["viewport"], logLevel: "error" });
    found.push(environment.benchmarkIndex / SLOW_PHONE);
  }
  return Math.max(1, middle(found));
}

async function measure(address, port, form, runs, times) {
  const flags = { port, onlyCategories: CATEGORIES, logLevel: "error" };
  if (form === "phone") flags.throttling = { cpuSlowdownMultiplier: times };
  const reports = [];
  while (reports.length < runs) reports.push(await report(address, flags, FORMS[form]));
  const value = (audit) => middle(reports.map((lhr) => lhr.audits[audit].numericValue));
  return {
    performance: middle(reports.map((lhr) => hundredths(lhr.categories.performance.score))),
    accessibility: Math.min(...reports.map((lhr) => hundredths(lhr.categories.accessibility.score))),
    contentful: Math.round(value("first-contentful-paint")),
    largest: Math.round(value("largest-contentful-paint")),
    blocked: Math.round(value("total-blocking-time")),
    shift: Number(Math.max(...reports.map((lhr) => lhr.audits["cumulative-layout-shift"].numericValue)).toFixed(3)),
    bytes: Math.round(value("total-byte-weight")),
    packed: reports[0].audits["uses-text-compression"].score === 1,
    forgotten: reports[0].audits["uses-long-cache-ttl"].details.items.map(({ url }) => url),
    failing: failing(reports[0]),
  };
}

function print(name, form, found) {
  const cells = [
    name.padEnd(14), form.padEnd(8), String(found.accessibility).padStart(5), String(found.performance).padStart(6),
    String(found.contentful).padStart(8), String(found.largest).padStart(8), String(found.blocked).padStart(6),
    found.shift.toFixed(3).padStart(6), String(Math.round(found.bytes / 1024)).padStart(7),
  ];
  console.log(cells.join(" "), found.failing.join("; "));
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: { type: "string", default: "3" }, json: { type: "boolean" }, only: { type: "string" } },
  });
  const [address, email, password] = positionals;
  const visitor = new Visitor(address);
  await visitor.signIn(email, password);
  const pages = await mainPages(visitor);
  const chrome = await launch({ chromePath: browser(), chromeFlags: QUIET, logLevel: "silent" });
  const all = [];
  try {
    await signedIn(chrome, visitor);
    const times = await slowdown(address + pages.messages, chrome.port);
    if (!values.json) console.log(`This machine is ${times.toFixed(1)} times as fast as the phone.`);
    if (!values.json) console.log("page           on        a11y   perf  FCP(ms)  LCP(ms) TBT(ms)  CLS  kB");
    for (const [name, path] of Object.entries(pages)) {
      if (values.only && values.only !== name) continue;
      for (const form of Object.keys(FORMS)) {
        const found = await measure(address + path, chrome.port, form, Number(values.runs), times);
        all.push({ name, form, ...found });
        if (!values.json) print(name, form, found);
      }
    }
  } finally {
    chrome.kill();
  }
  if (values.json) console.log(JSON.stringify(all));
  const short = Object.entries(LEAST).some(([name, least]) => all.some((each) => each[name] < least));
  process.exitCode = short || all.some(({ shift }) => shift > WORST) ? 1 : 0;
}

await main();
