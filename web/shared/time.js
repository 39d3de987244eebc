// Times in the reader's own zone.

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export const hour = (iso) => clock.format(new Date(iso));
export const dayAndHour = (iso) => day.format(new Date(iso));
export const exact = (iso) => full.format(new Date(iso));

// "12 min", "3 h", "2 d": how much, without when.
export function span(seconds) {
  const left = Math.abs(seconds);
  if (left < 60) return "<1 min";
  if (left < 3600) return `${Math.round(left / 60)} min`;
  if (left < 86400) return `${Math.round(left / 3600)} h`;
  return `${Math.round(left / 86400)} d`;
}

export function until(iso, now) {
  const seconds = (new Date(iso) - new Date(now)) / 1000;
  return seconds >= 0 ? `in ${span(seconds)}` : `${span(seconds)} ago`;
}
