// Reads the cards in the files that are named with the renderer that Microsoft publishes; prints what it finds wrong, as JSON.
// Usage: node parse_cards.cjs LIBRARY FILE...
const fs = require("fs");

globalThis.self = globalThis;
globalThis.window = globalThis;
const [library, ...files] = process.argv.slice(2);
const { AdaptiveCard, SerializationContext } = require(library);

function cardsIn(value, found = []) {
  if (!value || typeof value !== "object") return found;
  if (value.type === "AdaptiveCard" && value.body) found.push(value);
  else for (const inner of Object.values(value)) cardsIn(inner, found);
  return found;
}

function faultsOf(body) {
  const context = new SerializationContext();
  const card = new AdaptiveCard();
  card.parse(body, context);
  const parsed = Array.from({ length: context.eventCount }, (_, place) => context.getEventAt(place).message);
  return [...parsed, ...card.validateProperties().validationEvents.map((event) => event.message)];
}

const found = files.map((file) => ({ file, faults: cardsIn(JSON.parse(fs.readFileSync(file, "utf8"))).map(faultsOf) }));
console.log(JSON.stringify(found));
