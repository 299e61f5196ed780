// A provider's SMPP server, which records every text before it answers, gives receipts, and makes
// trouble by plan. Reads its plan from the first argument and orders, one JSON object a line, from
// standard input; prints its port, then an answer to each order. See tests/rigs/smsc.py.
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const readline = require("node:readline");
const smpp = require("smpp");

const plan = JSON.parse(process.argv[2]);
const file = fs.openSync(plan.record, "a");
const listening = new Set(); // sessions that take receipts and texts of phones
const queue = []; // what is to be told: {pdu, tries}
const counts = {};
let next = plan.first_id;
let submits = 0;
let turn = 0;

const count = (name) => (counts[name] = (counts[name] || 0) + 1);
const note = (entry) => fs.writeSync(file, JSON.stringify(entry) + "\n");
const port = (session) => session.socket.remotePort;

// A number from 0 up to 1 that belongs to a recipient for good.
function chance(name, to) {
  const hash = createHash("sha256").update(`${plan.seed}/${name}/${to}`).digest();
  return hash.readUInt32BE(0) / 2 ** 32;
}

const seen = {};
const first = (name, to) => !seen[`${name}/${to}`] && (seen[`${name}/${to}`] = true);

function fate(to) {
  const drawn = chance("fate", to);
  if (drawn < plan.undeliv) return "UNDELIV";
  return drawn < plan.undeliv + plan.expired ? "EXPIRED" : "DELIVRD";
}

const STATES = { DELIVRD: 2, EXPIRED: 3, DELETED: 4, UNDELIV: 5, ACCEPTD: 6, REJECTD: 8 };
const written = (id, how) => (how === "hex" ? id.toString(16).toUpperCase() : String(id));

function receipt(id, pdu, state) {
  const named = written(id, plan.receipt_ids);
  const err = state === "UNDELIV" ? "001" : state === "DELIVRD" ? "000" : "027";
  const delivered = state === "DELIVRD" ? "001" : "000";
  const told = {
    esm_class: 0x04,
    source_addr: pdu.destination_addr, source_addr_ton: 1, source_addr_npi: 1,
    destination_addr: pdu.source_addr, dest_addr_ton: 5, dest_addr_npi: 0,
    short_message: `id:${named} sub:001 dlvrd:${delivered} submit date:2611250312 ` +
      `done date:2611250313 stat:${state} err:${err} text:`,
  };
  if (plan.tlvs) Object.assign(told, { receipted_message_id: named, message_state: STATES[state] });
  if (plan.echo && pdu.user_message_reference !== undefined)
    told.user_message_reference = pdu.user_message_reference;
  return told;
}

function tell(told) {
  queue.push(told);
  flush();
}

// Everything is told until it is acknowledged, to whoever listens, in turn.
function flush() {
  const free = [...listening].filter((session) => session.told < plan.window);
  while (queue.length && free.length) {
    const session = free[turn++ % free.length];
    const told = queue.shift();
    session.told += 1;
    session.waiting.add(told);
    session.deliver_sm({ ...told }, (answer) => {
      session.told -= 1;
      if (!session.waiting.delete(told)) return;
      count(answer.command_status ? "not_taken" : "acknowledged");
      note({ acknowledged: told.short_message.message || told.short_message, by: port(session),
        status: answer.command_status });
      if (answer.command_status) setTimeout(() => tell(told), 300);
      else flush();
    });
    if (session.told >= plan.window) free.splice(free.indexOf(session), 1);
  }
}

function closed(session) {
  if (!session.isOpen) return;
  session.isOpen = false;
  listening.delete(session);
  note({ closed: port(session) });
  for (const told of session.waiting) queue.push(told);
  session.waiting.clear();
  flush();
}

// The header comes as one Buffer, or as one for each of its elements.
const bytesOf = (udh) => [udh || []].flat().flatMap((each) => [...each]);

function text(pdu) {
  const { udh, message } = pdu.short_message;
  const payload = pdu.message_payload && (pdu.message_payload.message ?? pdu.message_payload);
  return { udh: Buffer.from(bytesOf(udh)).toString("hex"), text: (message && String(message)) || String(payload || "") };
}

function submit(session, pdu) {
  submits += 1;
  const to = pdu.destination_addr;
  const entry = {
    to, from: pdu.source_addr, ton: [pdu.source_addr_ton, pdu.dest_addr_ton],
    coding: pdu.data_coding, reference: pdu.user_message_reference, by: port(session),
    esm_class: pdu.esm_class, sar: pdu.sar_segment_seqnum && [pdu.sar_msg_ref_num, pdu.sar_total_segments, pdu.sar_segment_seqnum],
    ...text(pdu),
  };
  const error = plan.errors[to] ?? plan.middle?.[bytesOf(pdu.short_message.udh).at(-1)];
  const busy = first("throttled", to) && chance("throttled", to) < plan.throttled;
  const status = error ?? (busy ? smpp.ESME_RTHROTTLED : 0);
  if (status) {
    count(`refused ${status}`);
    note({ ...entry, refused: status });
    session.send(pdu.response({ command_status: status }));
    return;
  }
  const id = next++;
  note({ ...entry, id });
  count("taken");
  const end = plan.fates[to] || fate(to);
  const wait = plan.receipt_after * (0.2 + 0.8 * Math.random());
  if (pdu.registered_delivery) setTimeout(() => tell(receipt(id, pdu, end)), wait);
  if (plan.drop_at.includes(submits)) {
    count("dropped");
    session.destroy();
  } else if (chance("mute", to) < plan.mute) {
    count("mute");
  } else {
    const answer = () => session.send(pdu.response({ message_id: written(id, plan.answer_ids) }));
    plan.answer_after ? setTimeout(answer, plan.answer_after) : answer();
  }
}

function bind(session, pdu) {
  const right = pdu.system_id === plan.system_id && pdu.password === plan.password;
  note({ bind: pdu.command, by: port(session), right });
  if (!right) {
    session.send(pdu.response({ command_status: smpp.ESME_RINVPASWD }));
    session.close();
    return;
  }
  count(pdu.command);
  session.send(pdu.response({ system_id: "smsc" }));
  if (pdu.command !== "bind_transmitter") {
    listening.add(session);
    flush();
  }
}

const server = smpp.createServer(plan.tls || {}, (session) => {
  Object.assign(session, { told: 0, waiting: new Set(), isOpen: true });
  for (const kind of ["bind_transmitter", "bind_receiver", "bind_transceiver"])
    session.on(kind, (pdu) => bind(session, pdu));
  session.on("submit_sm", (pdu) => submit(session, pdu));
  session.on("enquire_link", (pdu) => plan.deaf || session.send(pdu.response()));
  session.on("unbind", (pdu) => {
    session.send(pdu.response());
    session.close();
  });
  session.on("deliver_sm_resp", () => {});
  session.on("close", () => closed(session));
  session.on("error", () => closed(session));
});

const orders = {
  tell: (told) => tell({ source_addr_ton: 1, source_addr_npi: 1, ...bytes(told) }),
  set: (values) => Object.assign(plan, values),
  drop: (kind) => server.sessions.slice().forEach((session) => {
    if (!kind || (kind === "listening") === listening.has(session)) session.destroy();
  }),
  unbind: () => server.sessions.forEach((session) => session.unbind()),
  sessions: () => server.sessions.map((session) => [port(session), listening.has(session)]),
  counts: () => ({ ...counts, queue: queue.length,
    told: [...listening].reduce((sum, session) => sum + session.waiting.size, 0) }),
};

// Octets come as hexadecimal digits.
function bytes(told) {
  if (told.octets === undefined) return told;
  const { octets, ...rest } = told;
  const data = Buffer.from(octets, "hex");
  if (!(rest.esm_class & 0x40)) return { ...rest, short_message: { message: data } };
  const end = data[0] + 1;
  return { ...rest, short_message: { udh: data.subarray(0, end), message: data.subarray(end) } };
}

server.listen(plan.port, "127.0.0.1", () => console.log(server.address().port));
readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const [[name, value]] = Object.entries(JSON.parse(line));
  console.log(JSON.stringify(orders[name](value) ?? null));
}).on("close", () => process.exit(0));
