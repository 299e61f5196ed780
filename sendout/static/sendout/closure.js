// The closure page: find a group by a few letters; show the blanks (twice for two languages), or the box for one's
// own words, or neither.

function narrow(event) {
  const rows = event.target.dataset?.narrow;
  if (!rows) return;
  const letters = event.target.value.trim().toLowerCase();
  for (const row of document.querySelectorAll(rows)) {
    row.hidden = !row.textContent.toLowerCase().includes(letters) && !row.querySelector(":checked");
  }
}

function showBlanks() {
  const chosen = document.querySelector("#closure-form [name=occasion]:checked");
  if (!chosen) return;
  const template = chosen.value.startsWith("template-");
  const when = template ? "template" : chosen.value === "own" ? "own" : "prepared";
  for (const part of document.querySelectorAll("[data-when]")) {
    part.hidden = part.dataset.when !== when;
  }
  const language = document.querySelector("#closure-form [name=language]");
  for (const part of document.querySelectorAll("[data-in-both]")) {
    part.hidden = language.value !== "both";
  }
}

document.addEventListener("input", narrow);
document.addEventListener("change", showBlanks);
showBlanks();
