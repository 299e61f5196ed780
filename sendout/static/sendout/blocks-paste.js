// What is pasted from Word and web pages, before it is put into a text: its lists stay lists.

const MARKER = /^\s*(?:[·•o§▪●-]|\(?[0-9a-z]{1,3}[.)])(?:\s+|$)/i;
const NUMBER = /^[\s\u00a0]*\(?[0-9a-z]{1,3}[.)]/i;
const UNWANTED = "style, script, meta, link, title, xml, head > *, [data-style*='mso-list:Ignore' i]";

// Inline styles are not looked at by the browser under another name, and it need not refuse them.
function parsed(html) {
  const plain = html
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/<!\[(?:if|endif)[^>]*>/gi, "")
    .replace(/(<[^>]*?\s)style\s*=/gi, "$1data-style=");
  return new DOMParser().parseFromString(plain, "text/html").body;
}

function isItem(node) {
  return /mso-list:\s*l\d/i.test(node.dataset?.style ?? "") || /MsoListParagraph/.test(node.className);
}

// Word writes each item of a list as a paragraph that begins with its mark.
function itemsToLists(body) {
  for (const first of body.querySelectorAll("p, h1, h2, h3")) {
    if (!first.isConnected || !isItem(first)) continue;
    const list = document.createElement(NUMBER.test(first.textContent) ? "ol" : "ul");
    first.before(list);
    for (let item = first; item && isItem(item); item = list.nextElementSibling) {
      const line = document.createElement("li");
      for (const mark of item.querySelectorAll("[data-style*='mso-list:Ignore' i]")) mark.remove();
      line.append(...item.childNodes);
      line.innerHTML = line.innerHTML.replace(/&nbsp;/g, " ").replace(/^<span>\s*<\/span>/, "");
      if (line.firstChild?.nodeType === Node.TEXT_NODE) {
        line.firstChild.data = line.firstChild.data.replace(MARKER, "");
      }
      list.append(line);
      item.remove();
    }
  }
}

export function cleanPaste(html) {
  const body = parsed(html);
  itemsToLists(body);
  for (const node of body.querySelectorAll(UNWANTED)) node.remove();
  for (const node of body.querySelectorAll("*")) {
    if (node.localName.includes(":") || node.localName === "font") node.replaceWith(...node.childNodes);
    for (const { name } of [...node.attributes]) if (name !== "href") node.removeAttribute(name);
  }
  return body.innerHTML.replace(/\s*\n\s*/g, " ");
}
