// Takes out of Tabler's style sheet what no page uses, and writes the rest, one rule a line.
//
//   npm ci --prefix tests/peers/styles --ignore-scripts
//   node tests/peers/styles/trim.mjs FILE
//
// A class stays that is named in a class attribute of a template, in a string of a script, or in
// Python as class="...", and what Bootstrap's scripts put on by themselves. Tags and attributes of
// HTML all stay: Django, allauth and Trix write them too. A variable stays that is used by what
// stays or by another style sheet; names of classes must stand in full, not be put together.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import postcss from "postcss";
import selectorParser from "postcss-selector-parser";
import { PurgeCSS } from "purgecss";

const ROOT = fileURLToPath(new URL("../../../sendout/", import.meta.url));
const STATIC = `${ROOT}static/`;
const TABLER = fileURLToPath(new URL("node_modules/@tabler/core/dist/css/tabler.min.css", import.meta.url));
const TRIMMED = "sendout/tabler.css";
const CONTENT = ["templates/**/*.html", "pages/**/*.py", "static/sendout/*.js"];
const HEADER = `/* What Sendout uses of the style sheet below, taken out of it by "make styles". With Bootstrap, Copyright
   2011-2026 The Bootstrap Authors, under the same licence: vendor/tabler-core-1.6.1/LICENSE */`;
// What a part of Bootstrap puts on, by its name in data-bs-toggle or data-bs-dismiss.
const PUT_ON = {
  collapse: ["collapse", "collapsed", "collapsing", "show"],
  dropdown: ["show"],
  tab: ["active", "fade", "show"],
  toast: ["fade", "hide", "show", "showing"],
};
const PLACED = ["data-bs-popper", "static", "data-popper-placement", "top", "right", "bottom", "left"];

const EXTRACTORS = { html: fromTemplate, py: fromPython, js: fromScript, sheet: ofHtml };

const words = (text) => text.match(/[\w-]+/g) ?? [];
const all = (text, pattern) => [...text.matchAll(pattern)].flatMap((found) => words(found[1]));

function putOn(part) {
  if (PUT_ON[part]) return PUT_ON[part];
  throw new Error(`PUT_ON in trim.mjs does not say which classes Bootstrap's "${part}" puts on.`);
}

// Inside of a template tag a quote does not end the attribute.
function fromTemplate(source) {
  const spoken = source.replace(/\{#.*?#\}|\{%\s*comment\b.*?endcomment\s*%\}/gs, "");
  const classes = all(spoken, /class="((?:\{%.*?%\}|\{\{.*?\}\}|[^"])*?)"/gs);
  const icons = all(spoken, /\{% icon \S+ ([^%]*)%\}/g);
  const parts = all(spoken, /data-bs-(?:toggle|dismiss)="(\w+)"/g);
  return named([...classes, ...icons, ...parts.flatMap(putOn)], words(spoken));
}

function fromPython(source) {
  return named(all(source, /class["']?\s*[=:]\s*["']([^"']*)/g), []);
}

function fromScript(source) {
  return named(all(source, /"([^"\n]*)"/g), words(source));
}

function named(classes, attributes) {
  return { classes, attributes: { names: attributes, values: attributes }, ids: [], tags: [], undetermined: [] };
}

// What any HTML may have, as far as the style sheet speaks of it.
function ofHtml(sheet) {
  const [tags, attributes] = [[], []];
  const look = selectorParser((root) => {
    root.walkTags(({ value }) => tags.push(value));
    root.walkAttributes(({ attribute, value }) => attribute.startsWith("data-") || attributes.push(attribute, value ?? ""));
  });
  postcss.parse(sheet).walkRules(({ selector }) => void look.processSync(selector));
  return { ...named([], [...attributes, ...PLACED]), tags };
}

// The variables of Tabler that other files of the front end use.
function variablesElsewhere() {
  const files = readdirSync(STATIC, { recursive: true }).filter((name) => /\.(css|js)$/.test(name));
  const others = files.filter((name) => name !== TRIMMED);
  const used = others.flatMap((name) => readFileSync(STATIC + name, "utf8").match(/--tblr-[\w-]+/g) ?? []);
  return [...new Set(used)];
}

// PurgeCSS keeps what a variable is made of only where a rule uses it, so a rule does.
function using(variables) {
  return `:root{content:${variables.map((name) => `var(${name})`).join(" ")}}`;
}

async function trim(sheet) {
  const [{ css }] = await new PurgeCSS().purge({
    content: [...CONTENT.map((pattern) => ROOT + pattern), { raw: sheet, extension: "sheet" }],
    extractors: Object.entries(EXTRACTORS).map(([name, extractor]) => ({ extensions: [name], extractor })),
    css: [{ raw: sheet + using(variablesElsewhere()) }],
    keyframes: true,
    variables: true,
  });
  const trimmed = postcss.parse(css);
  trimmed.last.remove();
  trimmed.walkRules((rule) => void (rule.nodes.length || rule.remove()));
  return trimmed.nodes;
}

const sheet = readFileSync(TABLER, "utf8").replace(/\n\/\*# sourceMappingURL.*/, "");
const [charset, ...rules] = (await trim(sheet)).map(String);
writeFileSync(process.argv[2], [`${charset};`, HEADER, ...rules, ""].join("\n"));
