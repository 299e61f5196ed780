// The picture of a block: sent as soon as it is chosen, shown as it will be.

export function showPicture(card) {
  const source = card.querySelector("[data-field=source]").value;
  const shown = card.querySelector("[data-shown]");
  const ours = source && !source.startsWith("http");
  shown.hidden = !source;
  shown.querySelector("img").hidden = !ours;
  if (ours) shown.querySelector("img").src = `/images/${source}`;
  shown.querySelector("[data-web]").textContent = ours ? "" : source;
}

function say(card, words) {
  const problem = card.querySelector("[data-problem]");
  problem.textContent = words;
  problem.hidden = !words;
}

async function send(file, editor) {
  const sent = new FormData();
  sent.append("file", file);
  sent.append("csrfmiddlewaretoken", editor.closest("form").elements.csrfmiddlewaretoken.value);
  const answer = await fetch(editor.dataset.upload, { method: "POST", body: sent });
  if (answer.status !== 200 && answer.status !== 422) throw new Error(answer.status);
  return answer.json();
}

async function chosen(input, editor, changed) {
  const card = input.closest("[data-block]");
  const [file] = input.files;
  if (!file) return;
  input.disabled = true;
  say(card, "");
  try {
    const answer = await send(file, editor);
    if (answer.problem) return say(card, answer.problem);
    card.querySelector("[data-field=source]").value = answer.source;
    showPicture(card);
    changed();
  } catch {
    say(card, editor.dataset.failed);
  } finally {
    input.disabled = false;
    input.value = "";
  }
}

export function bindPictures(editor, changed) {
  editor.addEventListener("change", (event) => {
    if (event.target.matches("[data-upload]")) chosen(event.target, editor, changed);
  });
}
