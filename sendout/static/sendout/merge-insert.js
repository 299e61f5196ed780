// Merge fields put where the cursor is, or was last.
import { insertField } from "./blocks-text.js";

const WRITTEN = "#id_subject, #id_body, #id_sms_text, [data-merge], trix-editor"; // where fields may stand
let writing = null;

function insert(name, first) {
  const box = writing?.offsetParent ? writing : first();
  if (!box) return;
  if (box.matches("trix-editor")) return insertField(box, name);
  box.focus();
  box.setRangeText(`{{ ${name} }}`, box.selectionStart, box.selectionEnd, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

// first: gives where a field goes before anybody has written.
export function bindMergeFields(form, first) {
  form.addEventListener("focusin", ({ target }) => {
    if (target.matches(WRITTEN)) writing = target;
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (button) insert(button.dataset.insert, first);
  });
}
