// A conversation: the counter of the answer, Ctrl+Enter, and what somebody looks at is read.
import { measure } from "./sms-counter.js";
import { showFound } from "./sms-shown.js";

let answered = false;

const box = () => document.getElementById("answer-text");

function typed(event) {
  if (event.target !== box()) return;
  showFound(box().form.querySelector("[data-sms-counter]"), measure(box().value.trim()));
}

function pressed(event) {
  if (event.target !== box() || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  box().form.requestSubmit();
}

function submitted(event) {
  if (event.target.id === "answer") answered = true;
}

// Only what is on a screen that somebody may look at: a tab left open reads nothing.
function lookedAt() {
  const form = document.querySelector("form[data-read]");
  if (form && document.visibilityState === "visible") window.htmx.trigger(form, "read");
}

function swapped() {
  lookedAt();
  if (!answered || box()?.value) return;
  answered = false;
  box()?.focus();
}

document.addEventListener("input", typed);
document.addEventListener("keydown", pressed);
document.addEventListener("submit", submitted, true);
document.addEventListener("visibilitychange", lookedAt);
for (const name of ["htmx:after:swap", "htmx:afterSwap"]) document.addEventListener(name, swapped);
window.addEventListener("load", lookedAt);
