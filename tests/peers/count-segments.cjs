// A second opinion on SMS: reads a JSON array of texts from standard input and prints, for each,
// what sms-segments-calculator makes of it: encoding, segments, and septets where it is GSM-7.
const { readFileSync } = require("node:fs");
const { SegmentedMessage } = require("sms-segments-calculator");

const counted = JSON.parse(readFileSync(0, "utf8")).map((text) => {
  const message = new SegmentedMessage(text);
  const gsm = message.encodingName === "GSM-7";
  return [message.encodingName, message.segmentsCount, gsm ? message.numberOfCharacters : null];
});
console.log(JSON.stringify(counted));
