// The box in the header: "/" goes there, arrows move through what was found, Enter opens it.
// Without this the form leads to a page with the same results.

const form = document.getElementById("find-box");
const input = document.getElementById("find-input");
const results = document.getElementById("find-results");

function options() {
  return [...results.querySelectorAll("[role=option]")];
}

function chosen() {
  return results.querySelector("[aria-selected=true]");
}

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
}

function show(open) {
  const shown = open && results.childElementCount > 0;
  results.hidden = !shown;
  input.setAttribute("aria-expanded", String(shown && options().length > 0));
  if (!shown) choose(null);
}

function move(step) {
  const all = options();
  if (results.hidden) show(true);
  if (!all.length) return;
  const at = all.indexOf(chosen());
  choose(all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length]);
}

function typed(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) move(step);
  else if (event.key === "Enter" && chosen()) chosen().click();
  else if (event.key === "Escape" && !results.hidden) show(false);
  else return;
  event.preventDefault();
}

function isWriting(element) {
  return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
}

function goThere(event) {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isWriting(event.target) || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  input.focus();
  input.select();
}

if (form) {
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", "find-results");
  show(false);
  new MutationObserver(() => show(document.activeElement === input)).observe(results, { childList: true });
  input.addEventListener("keydown", typed);
  input.addEventListener("focus", () => show(true));
  form.addEventListener("focusout", (event) => form.contains(event.relatedTarget) || show(false));
  document.addEventListener("keydown", goThere);
}
