// How dates, sizes and shares are written.

const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const hour = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

const dated = (form, text) => {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? String(text ?? "") : form.format(time);
};

/** "2025-09-27" or a full time as a day. A date alone is meant where it stands, not at midnight in Greenwich. */
export const dayText = (text) => dated(day, /^\d{4}-\d\d-\d\d$/.test(text ?? "") ? `${text}T12:00:00` : text);

/** A time as day and hour. */
export const timeText = (text) => dated(hour, text);

/** 12345 -> "12,345". */
export const count = (number) => (Number.isFinite(number) ? number.toLocaleString("en-US") : "");

/** "1 page", "3 pages". */
export const several = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;

/** Seconds, short. */
export const seconds = (number) =>
  number >= 10 ? `${Math.round(number)} s` : `${number.toFixed(number >= 1 ? 1 : 2)} s`;

/** 0.123 -> "12%". */
export const percent = (share) => `${Math.round(share * 100)}%`;

/** A measure between 0 and 1, or a small number, with four places at most. */
export const measure = (value) =>
  typeof value !== "number"
    ? String(value)
    : Number.isInteger(value)
      ? count(value)
      : String(Number(value.toPrecision(4)));

/** "Q3 FY2025", "FY2025", "". */
export const fiscal = (year, quarter) => (year ? `${quarter ? `Q${quarter} ` : ""}FY${year}` : "");

/** "look_up_figures" -> "Look up figures". */
export const spoken = (name) => {
  const text = String(name).replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
};
