// Blocks, Markdown or HTML: the text goes over from one to the other, and what would be lost is said first.
import { load } from "./blocks.js";

const form = document.querySelector("[data-compose]");
const choices = form ? [...form.elements.body_format] : [];
const now = () => choices.find((choice) => choice.checked)?.value;
let before = now();

function source() {
  return before === "blocks" ? form.elements.blocks.value : form.elements.body.value.trim();
}

async function convert(after) {
  const sent = new FormData();
  for (const name of ["csrfmiddlewaretoken", "body", "blocks"]) sent.append(name, form.elements[name].value);
  sent.append("other_body", form.elements.in_both.checked ? form.elements.other_body.value : "");
  sent.append("before", before);
  sent.append("after", after);
  const answer = await fetch(form.dataset.convert, { method: "POST", body: sent });
  if (answer.status !== 200 && answer.status !== 422) throw new Error(answer.status);
  return answer.json();
}

function take(converted) {
  if (now() === "blocks") return load(converted.blocks);
  for (const name of ["body", "other_body"]) {
    form.elements[name].value = converted[name];
    form.elements[name].dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function stay(words) {
  if (words) window.alert(words);
  choices.find((choice) => choice.value === before).checked = true;
}

async function switched() {
  if (source()) {
    try {
      const converted = await convert(now());
      if (converted.problem) stay(converted.problem);
      else if (!converted.question || window.confirm(converted.question)) take(converted);
      else stay();
    } catch {
      stay(form.dataset.convertFailed);
    }
  }
  before = now();
}

for (const choice of choices) choice.addEventListener("change", switched);
