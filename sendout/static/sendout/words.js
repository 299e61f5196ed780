// What scripts say, in the language of the page: partials/words.html holds it.
const said = document.getElementById("words").dataset;
const plurals = new Intl.PluralRules(document.documentElement.lang);

export const words = (name) => said[name];

// name: of words with One and Other. A language that has more kinds of numbers says Other for those.
export const counted = (name, n) => said[name + (plurals.select(n) === "one" ? "One" : "Other")];
