// Buttons that copy a text: data-copy names the field, data-copied is what the button says then.
// Where the browser lets no script copy, the field is marked, for Ctrl-C.

async function copy(event) {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    return;
  }
  button.querySelector("[data-label]").textContent = button.dataset.copied;
}

for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
document.addEventListener("click", copy);
