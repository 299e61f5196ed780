// A second opinion on mails: reads file names from standard input and prints what mailparser makes
// of each, one JSON object a line.
const { readFileSync } = require("node:fs");
const { simpleParser } = require("mailparser");

async function main() {
  for (const file of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
    const mail = await simpleParser(readFileSync(file), { skipImageLinks: true });
    const list = mail.headers.get("list") || {};
    console.log(JSON.stringify({
      file,
      subject: mail.subject,
      from: mail.from && mail.from.value,
      to: mail.to && mail.to.value,
      date: mail.date,
      messageId: mail.messageId,
      unsubscribe: list.unsubscribe && list.unsubscribe.url,
      oneClick: list["unsubscribe-post"] && list["unsubscribe-post"].name,
      text: mail.text,
      html: mail.html,
      attachments: mail.attachments.length,
    }));
  }
}

main();
