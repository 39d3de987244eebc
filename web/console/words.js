// What codes are called at the desk.

const REASONS = {
  asked_for_human: "Asked for a person",
  legal_or_regulator: "Legal or regulator",
  security_incident: "Security",
  money_over_limit: "Money over the limit",
  abusive_or_threatening: "Abuse or threat",
  vulnerable_person: "Vulnerable person",
  repeated_failure: "Failed repeatedly",
  out_of_scope_account_change: "Account change",
  negotiation: "Negotiation",
  low_confidence: "Not sure enough",
  needs_approval: "Needs approval",
  policy: "Policy",
  customer_choice: "Customer's choice",
};

const PRIORITIES = { 1: "Now", 2: "High", 3: "Normal", 4: "Low" };
const REVENUE = { upsell: "Upsell", cross_sell: "Cross-sell", renewal: "Renewal", churn_risk: "Churn risk", referral: "Referral", none: "None" };
const ORIGINS = {
  customer: "said by the customer",
  verified_customer: "said by the customer, who was verified",
  policy: "from policy",
  tool: "from a tool",
  agent: "given by an agent",
  record: "from a record",
  computed: "computed",
  default: "default",
  document: "from a document",
  model: "from the model",
};

const CHANNELS = { web_chat: "Web chat", slack: "Slack", teams: "Microsoft Teams", in_app: "In the app" };

const LANGUAGES = { en: "English", de: "German", fr: "French", es: "Spanish", it: "Italian", pt: "Portuguese", nl: "Dutch", da: "Danish", sv: "Swedish", no: "Norwegian", fi: "Finnish", pl: "Polish", ro: "Romanian", vi: "Vietnamese" };

export const caseState = (state) => (state === "promised" ? "Waits for a promise" : plain(state));
export const language = (code) => LANGUAGES[code] ?? code;
export const plain = (code) => (code ? String(code).replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase()) : "");
export const reason = (code) => REASONS[code] ?? plain(code);
export const priority = (number) => PRIORITIES[number] ?? String(number);
export const revenue = (label) => REVENUE[label] ?? plain(label);
export const origin = (code) => ORIGINS[code] ?? plain(code);
export const channel = (code) => CHANNELS[code] ?? plain(code);
export const percent = (share) => `${Math.round(Number(share) * 100)}%`;

// Amounts are kept in minor units: 40000 with a currency beside it reads 400.00.
export function argument({ name, value }, all) {
  const currency = all.find((each) => each.name === "currency")?.value;
  if (name.endsWith("minor") && Number.isFinite(value)) return `${(value / 100).toFixed(2)}${currency ? ` ${currency}` : ""}`;
  return value === null ? "none" : String(value);
}

export const argumentName = (name) => plain(name.replace(/_minor$/, ""));
