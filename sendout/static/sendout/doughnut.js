// Draws <canvas data-doughnut="ID"> from the table inside element ID: one ring part per row with
// data-status and data-count, in the colour of the row's swatch. When the table is replaced or the
// theme changes, the chart that is there moves on; it is not made anew. The library, at the canvas's
// data-library, is loaded for the first ring alone.

import { load } from "./library.js";

const ORDER = [
  "delivered", "opened", "clicked", "replied", "sent", "sending", "queued", "deferred",
  "unknown", "bounced", "complained", "error", "skipped", "carried", "cancelled",
];
const still = window.matchMedia("(prefers-reduced-motion: reduce)");
const charts = new Map();
let pending = false;

function numbers(source) {
  const parts = ORDER.map((status) => ({ status, label: status, count: 0, colour: "transparent" }));
  for (const row of source.querySelectorAll("[data-count]")) {
    const part = parts.find(({ status }) => status === row.dataset.status);
    if (!part) continue;
    part.label = row.querySelector("button, th").textContent.trim();
    part.count = Number(row.dataset.count);
    part.colour = getComputedStyle(row.querySelector(".so-swatch")).backgroundColor;
  }
  return parts;
}

function options() {
  return {
    cutout: "72%",
    responsive: true,
    maintainAspectRatio: true,
    animation: still.matches ? false : { duration: 500 },
    borderWidth: 0,
    spacing: 1,
    plugins: { legend: { display: false }, tooltip: { displayColors: false } },
  };
}

function draw(canvas) {
  const source = document.getElementById(canvas.dataset.doughnut);
  if (!source || !canvas.offsetParent) return;
  if (!window.Chart) {
    load(canvas.dataset.library).then(soon, () => {});
    return;
  }
  const parts = numbers(source);
  const seen = JSON.stringify(parts);
  const known = charts.get(canvas);
  if (known?.seen === seen) return;
  const chart = known?.chart ?? new window.Chart(canvas, {
    type: "doughnut",
    data: { labels: [], datasets: [{ data: [] }] },
    options: options(),
  });
  chart.data.labels = parts.map(({ label }) => label);
  chart.data.datasets[0].data = parts.map(({ count }) => count);
  chart.data.datasets[0].backgroundColor = parts.map(({ colour }) => colour);
  chart.update(known ? undefined : "none");
  charts.set(canvas, { chart, seen });
}

function drawAll() {
  pending = false;
  for (const [canvas, { chart }] of charts) {
    if (canvas.isConnected) continue;
    chart.destroy();
    charts.delete(canvas);
  }
  document.querySelectorAll("canvas[data-doughnut]").forEach(draw);
}

function soon() {
  if (pending) return;
  pending = true;
  requestAnimationFrame(drawAll);
}

const watcher = new MutationObserver(soon);
watcher.observe(document.body, { childList: true, subtree: true });
watcher.observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
document.addEventListener("shown.bs.tab", soon);
soon();
