// The compose pages: live SMS counter, merge fields put at the cursor, only the channels in use.
import { measure } from "./sms-counter.js";

const form = document.querySelector("[data-compose]");
const USED = { email: ["email"], sms: ["sms"] };
let writing = null;

export function show(counter, text) {
  const found = measure(text.trim());
  const put = (name, words) => (counter.querySelector(`[data-${name}]`).textContent = words);
  put("segments", found.segments);
  put("segments-word", found.segments === 1 ? "segment" : "segments");
  put("left", found.left);
  put("encoding", found.encoding);
  counter.querySelector("[data-forcing]").hidden = !found.forcing.length;
  counter.querySelector("[data-characters]").replaceChildren(
    ...found.forcing.flatMap((character) => {
      const code = document.createElement("code");
      code.textContent = character;
      return [code, " "];
    }),
  );
}

function showChannels(channels) {
  const used = USED[channels] ?? ["email", "sms"];
  for (const card of form.querySelectorAll("[data-channel]")) {
    card.hidden = !used.includes(card.dataset.channel);
  }
}

function firstShown() {
  const boxes = [form.elements.body, form.elements.sms_text];
  return boxes.find((box) => !box.closest("[data-channel]").hidden);
}

function insert(name) {
  const box = writing && !writing.closest("[data-channel]").hidden ? writing : firstShown();
  box.focus();
  box.setRangeText(`{{ ${name} }}`, box.selectionStart, box.selectionEnd, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

function prepareWriting() {
  const { channels, subject, body, sms_text: sms } = form.elements;
  const counter = form.querySelector("[data-sms-counter]");
  for (const box of [subject, body, sms]) box.addEventListener("focus", () => (writing = box));
  sms.addEventListener("input", () => show(counter, sms.value));
  channels.addEventListener("change", () => showChannels(channels.value));
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (button) insert(button.dataset.insert);
  });
  showChannels(channels.value);
  show(counter, sms.value);
  keepUnsaved();
}

// The browser asks before what was typed and not saved is left behind.
function keepUnsaved() {
  let unsaved = Boolean(document.querySelector("[data-conflict]"));
  form.addEventListener("input", () => (unsaved = true));
  form.addEventListener("submit", () => (unsaved = false));
  window.addEventListener("beforeunload", (event) => unsaved && event.preventDefault());
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
