// The work of `sendout bench send` through nodemailer's pool. Reads what to do from standard input
// and prints what it took, both as one JSON object; see sendout/bench/work.py.
const { readFileSync } = require("node:fs");
const nodemailer = require("nodemailer");

const AHEAD = 2; // messages under way for each connection, so that none of them ever waits

function person(number, { names, site }) {
  const values = {};
  for (const [field, words] of Object.entries(names)) values[field] = words[number % words.length];
  values.email = `swimmer${number}@example.test`;
  values.unsubscribe_url = `${site}/u/${String(number).padStart(26, "0")}/`;
  return values;
}

const fill = (pieces, values) =>
  pieces.map((piece, place) => (place % 2 ? values[piece] : piece)).join("");

function message(values, work) {
  return {
    from: work.mail_from,
    to: { name: `${values.first_name} ${values.last_name}`, address: values.email },
    subject: work.subject,
    text: fill(work.text, values),
    html: fill(work.html, values),
    list: { unsubscribe: values.unsubscribe_url },
  };
}

function peakMemory() {
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))[1]);
}

async function main() {
  const work = JSON.parse(readFileSync(0, "utf8"));
  const began = performance.now();
  const cpuBefore = process.cpuUsage();
  const transport = nodemailer.createTransport({
    pool: true,
    host: work.host,
    port: work.port,
    secure: work.tls,
    ignoreTLS: true,
    maxConnections: work.connections,
    maxMessages: Infinity,
  });
  let next = 0;
  let sent = 0;
  const line = async () => {
    while (next < work.messages && performance.now() - began < work.seconds * 1000) {
      await transport.sendMail(message(person(next++, work), work));
      sent++;
    }
  };
  await Promise.all(Array.from({ length: work.connections * AHEAD }, line));
  transport.close();
  const cpu = process.cpuUsage(cpuBefore);
  console.log(JSON.stringify({
    name: "nodemailer",
    messages: sent,
    seconds: (performance.now() - began) / 1000,
    cpu_seconds: (cpu.user + cpu.system) / 1e6,
    peak_rss_kb: peakMemory(),
  }));
}

main();
