// The compose pages: live SMS counter and plain characters, merge fields put at the cursor.
import { bindMergeFields } from "./merge-insert.js";
import { measure } from "./sms-counter.js";
import { plain } from "./sms-plain.js";
import { codes, segments, showFound } from "./sms-shown.js";

const form = document.querySelector("[data-compose]");
const marks = JSON.parse(document.querySelector("#sms-marks")?.textContent ?? "{}");

// What the text ends with, unless its author says STOP already.
function closingOf(counter, text) {
  const { closingMarketing, closingOperational } = counter.dataset;
  const words = form.elements.category.value === "marketing" ? closingMarketing : closingOperational;
  return text && !/\b(STOP|ARR[EÊ]T)\b/.test(text) ? words : "";
}

function show(counter) {
  const text = form.elements.sms_text.value.trim();
  const closing = closingOf(counter, text);
  const whole = closing ? `${text}\n${closing}` : text;
  showFound(counter, measure(plain(whole, form.elements.sms_plain.value, marks).text));
  counter.querySelector("[data-closing]").textContent = closing;
  counter.querySelector("[data-closing-line]").hidden = !closing;
  showLevels(whole);
}

// Each level with the text as it would leave. One that changes nothing more is not offered.
function showLevels(whole) {
  const levels = form.querySelector("[data-levels]");
  levels.hidden = !measure(whole).forcing.length;
  let before = null;
  for (const level of levels.querySelectorAll("[data-level]")) {
    const made = plain(whole, level.dataset.level, marks);
    const found = measure(made.text);
    const cost = `${found.segments} ${segments(found.segments)}, ${found.encoding}`;
    level.querySelector("[data-cost]").textContent = cost;
    level.querySelector("[data-text]").textContent = made.text;
    level.querySelector("[data-pairs]").replaceChildren(...made.pairs.map(pairShown));
    level.hidden = made.text === before && !level.querySelector("input").checked;
    before = made.text;
  }
}

function pairShown([fine, put]) {
  const shown = document.createElement("span");
  const [from, to] = [codes([fine])[0], codes([put])[0]];
  shown.append(from, " → ", to, " ");
  return shown;
}

function firstShown() {
  const first = form.querySelector("[data-blocks] :is(trix-editor, [data-merge])");
  return [form.elements.body, first, form.elements.sms_text].find((box) => box?.offsetParent);
}

function prepareWriting() {
  const sms = form.elements.sms_text;
  const counter = form.querySelector("[data-sms-counter]");
  bindMergeFields(form, firstShown);
  sms.addEventListener("input", () => show(counter));
  form.addEventListener("change", () => show(counter));
  show(counter);
}

function confirmFirst(event) {
  const question = event.target.dataset?.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
}

// Whoever was picked leaves the list of those found; a test is filled for who is previewed.
function afterSwap() {
  const chosen = document.querySelector("#preview-person");
  for (const test of document.querySelectorAll("[data-follows-preview]")) {
    if (chosen) test.elements.participant.value = chosen.value;
  }
}

function picked(event) {
  const row = event.target.closest("[data-picks]")?.closest("li");
  if (row) row.hidden = true;
}

if (form) prepareWriting();
document.addEventListener("submit", confirmFirst);
document.addEventListener("submit", picked);
for (const name of ["htmx:after:swap", "htmx:afterSwap"]) document.addEventListener(name, afterSwap);
