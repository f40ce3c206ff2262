/** What alerts say in English. */
import type { Count } from "./alert-figures.ts";
import type { AlertWords, Told } from "./alert-words.ts";

const between = ({ from, to }: { from: string; to: string }): string => `from ${from} to ${to}`;

const counted = ({ isOne, text }: Count, one: string, many = `${one}s`): string =>
  `${text} ${isOne ? one : many}`;

type Sign = Told<"conflict">;

const seen = ({ ends, at }: Sign): string => ends ? between(ends) : `on ${at}`;

const inReadings = (sign: Sign): string => `${counted(sign.times, "reading")}, ${seen(sign)}`;

const by = (moment: string): string => `by ${moment}${moment.includes(",") ? "," : ""}`;

type Budget = Told<"budgetNear">;

const billUntil = ({ isMoney, month, until }: Budget): string =>
  `As of ${until}, ${isMoney ? "" : "the energy of "}the ${month} bill`;

const atTheStart = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const forecastOf = ({ expected }: Budget): string =>
  expected ? ` It is expected to come to ${expected} by the end of the period.` : "";

const partOf = ({ percent, limit }: Budget): string =>
  `${percent ? `${percent} of` : "close to"} the budget of ${limit}`;

const overOf = ({ over, limit }: Budget): string =>
  over ? `${over} above the budget of ${limit}` : "all of the budget";

const aboveOthers = ({ percent, bills, usual }: Told<"variation">): string => {
  const others = bills.isOne ? "the last bill" : `the average of the last ${bills.text} bills`;
  return `${percent ? `${percent} ` : ""}above ${others} (${usual} for as many days)`;
};

const muchMore = ({ ends, used, usual, percent }: Told<"unusual">): string => {
  const more = `${percent ?? "far"} above what is usual at these hours`;
  return `${atTheStart(between(ends))}, ${used} was used: ${more} (${usual}).`;
};

const unmeasured = ({ unknown, estimated, missing }: Told<"estimation">): string => {
  if (!estimated) return `${unknown} without readings`;
  if (!missing) return `${unknown} that were only estimated`;
  return `${unknown} that were not measured (estimated: ${estimated}; no readings: ${missing})`;
};

const wrongClock = ({ off }: Told<"clockWrong">): string => off ? `wrong by up to ${off}` : "wrong";

const fell = ({ name, at }: Told<"registerFell">): string =>
  `${name}: on ${at}, the meter’s total came in lower than before`;

const contradicted = (told: Sign): string => {
  const times = counted(told.times, "time");
  return `${told.name}: readings came that contradict those already kept, ${times}, ${
    seen(told)
  }. The first ones count.`;
};

const opened = (told: Sign): string =>
  `${told.name}: the meter’s cover was open in ${inReadings(told)}.`;

const refused = (told: Sign): string => {
  const messages = counted(told.times, "message");
  return `${told.name}: ${messages} refused for a wrong signature, ${seen(told)}.`;
};

const tooMuch = (told: Told<"impossiblePower">): string => {
  const passed = told.most
    ? `the total rose so fast that it would take ${told.most}; the limit of this supply is ${told.limit}`
    : `the total rose faster than the limit of this supply allows, ${told.limit}`;
  return `${told.name}: ${passed}. Seen in ${inReadings(told)}.`;
};

export const ENGLISH: AlertWords = {
  subjects: {
    point: { named: (name) => name, nameless: "Point without a name" },
    meter: { named: (name) => name, nameless: "Meter without a name" },
    region: { named: (name) => `Region ${name}`, nameless: "Points without a region" },
  },
  kinds: {
    dayLimit: {
      name: "Limit of the day",
      title: "Use of the day above the limit",
      open: ({ day, used, limit }) => `${day}: ${used} so far; the limit is ${limit} a day.`,
      closed: ({ day, used, limit }) =>
        `${day}: at least ${used} was used; the limit was ${limit} a day.`,
      hint: "See at which hours most was used.",
    },
    budgetForecast: {
      name: "Forecast above the budget",
      title: "Forecast of the bill above the budget",
      open: (told) => {
        const { used, expected, limit } = told;
        const close = expected ? `come to ${expected}; the budget is` : "pass the budget of";
        return `${billUntil(told)} is at ${used} and expected to ${close} ${limit}.`;
      },
      closed: (told) => {
        const forecast = told.expected ? `was ${told.expected}` : "was more than that";
        const used = `${billUntil(told)} had come to ${told.used}`;
        return `${used}; the forecast ${forecast} and the budget ${told.limit}.`;
      },
    },
    budgetNear: {
      name: "Budget nearly used",
      title: "Budget of the bill nearly used",
      open: (told) => `${billUntil(told)} is at ${told.used}, ${partOf(told)}.${forecastOf(told)}`,
      closed: (told) => `${billUntil(told)} had come to ${told.used}, ${partOf(told)}.`,
    },
    budgetPassed: {
      name: "Budget passed",
      title: "Bill above the budget",
      open: (told) => `${billUntil(told)} is at ${told.used}, ${overOf(told)}.${forecastOf(told)}`,
      closed: (told) => `${billUntil(told)} had come to ${told.used}, ${overOf(told)}.`,
      hint: "See which days weigh most in the bill.",
    },
    variation: {
      name: "Bill higher than before",
      title: "Bill much higher than those before",
      open: (told) => {
        const { month, expected, days, used } = told;
        const bill = `The ${month} bill is expected to come to ${expected}`;
        return `${bill}, ${aboveOthers(told)}. After ${days}, it is at ${used}.`;
      },
      closed: (told) => {
        const { month, expected, days, used } = told;
        const bill = `After ${days}, the ${month} bill had come to ${used}`;
        return `${bill}; the forecast was ${expected}, ${aboveOthers(told)}.`;
      },
      hint: "See in the history on which day the use began to rise.",
    },
    unusual: {
      name: "Unusual use",
      title: "Much more used than usual",
      open: muchMore,
      closed: muchMore,
      hint: "See whether something was left on that need not be.",
    },
    neverSleeps: {
      name: "Something always on",
      title: "Something on day and night",
      open: ({ days, day, least, before, more }) =>
        `For ${days}, since ${day}, the use has not gone below ${least} at any hour; before, it went down to ${before}. Over 30 days, the difference makes ${more}.`,
      closed: ({ days, day, least, before }) =>
        `As of ${day}, for ${days}, the use did not go below ${least} at any hour; before, it went down to ${before}.`,
      hint: "Switch things off one by one and see with which of them the use goes down.",
    },
    estimation: {
      name: "Much estimated",
      title: "Many hours without measurements",
      open: (told) => {
        const part = told.percent ? ` That is ${told.percent} of the time so far.` : "";
        return `${told.name}: the ${told.month} bill has ${unmeasured(told)}.${part}`;
      },
      closed: (told) => {
        const part = told.percent ? ` That was ${told.percent} of the time until then.` : "";
        return `${told.name}: at one time, the ${told.month} bill had ${unmeasured(told)}.${part}`;
      },
      hint: "See whether the meter keeps readings that can still come.",
    },
    silent: {
      name: "Silent meter",
      title: "Meter out of contact",
      open: ({ name, since, gap }) => {
        const every = gap?.isRough ? "about every" : "every";
        const usual = gap ? ` Usually a reading comes ${every} ${gap.text}.` : "";
        return `${name}: out of contact since ${since}.${usual}`;
      },
      closed: ({ name, since, overBy }) =>
        `${name}: was out of contact from ${since}; ${by(overBy)} it was back.`,
      hint: "See whether there is power and a network signal at the place.",
    },
    outage: {
      name: "Outage of a region",
      title: "Many meters out of contact",
      open: ({ name, meters, ofMeters, percent, since }) => {
        const share = percent ? ` (${percent})` : "";
        return `${name}: no contact with ${meters} of ${ofMeters} meters${share} since ${since}.`;
      },
      closed: ({ name, since, overBy }) =>
        `${name}: there was an outage from ${since}; ${by(overBy)} it was over.`,
      hint: "See whether the power or the data network of the region is down.",
    },
    registerFell: {
      name: "Meter’s total went down",
      title: "The meter’s total went down",
      open: (told) => {
        const { isOne, text } = told.cases;
        const waiting = isOne ? "1 case waits for an answer" : `${text} cases wait for an answer`;
        return `${fell(told)}. ${waiting}.`;
      },
      closed: (told) => {
        const over = told.cases.isOne ? "The case was" : "The cases were";
        return `${fell(told)}. ${over} closed by ${told.overBy}.`;
      },
      hint: "Say whether it was an exchange, a reset or a roll-over; no bill closes before.",
    },
    clockWrong: {
      name: "Wrong clock",
      title: "Wrong clock of a meter",
      open: (told) =>
        `${told.name}: the meter’s clock is ${wrongClock(told)}. Seen in ${inReadings(told)}.`,
      closed: (told) =>
        `${told.name}: the meter’s clock was ${wrongClock(told)}. Seen in ${inReadings(told)}.`,
      hint: "Use is counted at the right hour already. See whether the meter finds a time server.",
    },
    conflict: {
      name: "Contradicting readings",
      title: "Readings that contradict each other",
      open: contradicted,
      closed: contradicted,
      hint: "See whether two devices use the same identity.",
    },
    tamper: {
      name: "Open cover",
      title: "Open cover of a meter",
      open: opened,
      closed: opened,
      hint: "Have someone look at the meter.",
    },
    signature: {
      name: "Wrong signature",
      title: "Messages with a wrong signature",
      open: refused,
      closed: refused,
      hint: "See whether the meter has the key on record, or another device poses as it.",
    },
    impossiblePower: {
      name: "Impossible power",
      title: "More used than the supply can give",
      open: tooMuch,
      closed: tooMuch,
      hint: "Compare the total on the meter’s display with what came in.",
    },
  },
};
