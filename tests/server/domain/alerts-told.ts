/** One alert of each kind, as it is stored, and the place where it is told. */
import type { Evidences, Kind } from "../../../server/domain/alert-kinds.ts";
import type { Alert } from "../../../server/domain/alert-life.ts";
import type { AlertPlace } from "../../../server/domain/alert-words.ts";

export const KWH = 1_000_000;
export const HOUR = 3_600;
export const DAY = 86_400;

export const rio = (time: string): number =>
  Temporal.Instant.from(`${time}-03:00`).epochMilliseconds / 1000;

export const SINCE = rio("2026-11-17T14:15:00");
export const LAST = rio("2026-11-19T08:00:00");
export const CLOSED = rio("2026-11-21T09:30:00");

const MONEY = { limit: 45_000, isMoney: 1, until: LAST } as const;
const SIGN = { since: SINCE, last: LAST, times: 5 };

/** The key, and the numbers. */
export const SAMPLES: { [K in Kind]: [key: string, evidence: Evidences[K]] } = {
  dayLimit: ["2026-11-12", { milliwattHours: 13.8 * KWH, limitMilliwattHours: 13 * KWH }],
  budgetForecast: ["2026-11", { ...MONEY, used: 24_800, expected: 46_215 }],
  budgetNear: ["2026-11", { ...MONEY, used: 37_000, expected: 46_215 }],
  budgetPassed: [
    "2026-11",
    { used: 310 * KWH, limit: 300 * KWH, isMoney: 0, until: LAST, expected: 342.5 * KWH },
  ],
  variation: [
    "2026-11",
    { amount: 21_000, seconds: 12 * DAY + HOUR, expected: 47_305, usual: 34_280, bills: 3 },
  ],
  unusual: ["2026-11-17", {
    since: SINCE,
    until: rio("2026-11-17T20:00:00"),
    milliwattHours: 9.8 * KWH,
    usualMilliwattHours: 4.2 * KWH,
  }],
  neverSleeps: ["2026-11-12", { days: 5, watts: 190, beforeWatts: 140 }],
  estimation: [
    "2026-11",
    { estimatedSeconds: 26 * HOUR, missingSeconds: 3 * HOUR, ofSeconds: 12 * DAY },
  ],
  silent: [`${SINCE}`, { heardAt: SINCE, gapSeconds: 300 }],
  outage: [`${SINCE}`, { since: SINCE, meters: 12, ofMeters: 40 }],
  registerFell: ["a-case", { seenAt: SINCE, cases: 2 }],
  clockWrong: [`${SINCE}`, { ...SIGN, peak: 1_020 }],
  conflict: [`${SINCE}`, SIGN],
  tamper: [`${SINCE}`, SIGN],
  signature: [`${SINCE}`, { ...SIGN, times: 12 }],
  impossiblePower: [`${SINCE}`, { ...SIGN, peak: 95_000, limitWatts: 20_000 }],
};

export function sample<K extends Kind>(kind: K, changes: Partial<Evidences[K]> = {}): Alert {
  const [key, evidence] = SAMPLES[kind];
  return {
    id: `${kind}:a:${key}`,
    kind,
    subject: "a",
    key,
    severity: "notice",
    evidence: { ...evidence, ...changes } as Record<string, number>,
    openedAt: SINCE,
    at: SINCE,
  };
}

export const placeIn = (locale: string, name = "CL-42"): AlertPlace => ({
  locale,
  timeZone: "America/Sao_Paulo",
  currency: "BRL",
  name,
});

/** With plain spaces, as one would type it. */
export const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, " ");

type Expected = Record<Kind, { title: string; open: string; closed: string }>;

const PORTUGUESE: Expected = {
  dayLimit: {
    title: "Consumo do dia acima do limite",
    open: "Quinta, 12 de novembro: consumo de 13,8 kWh até agora; o limite é de 13 kWh por dia.",
    closed:
      "Quinta, 12 de novembro: consumo de pelo menos 13,8 kWh; o limite era de 13 kWh por dia.",
  },
  budgetForecast: {
    title: "Previsão da conta acima do orçamento",
    open:
      "Até quinta, 19 de novembro, às 08:00, a conta de novembro está em R$ 248,00 e deve fechar em R$ 462,15; o orçamento é de R$ 450,00.",
    closed:
      "Até quinta, 19 de novembro, às 08:00, a conta de novembro tinha chegado a R$ 248,00; a previsão era de R$ 462,15 e o orçamento, de R$ 450,00.",
  },
  budgetNear: {
    title: "Orçamento da conta quase no fim",
    open:
      "Até quinta, 19 de novembro, às 08:00, a conta de novembro está em R$ 370,00, 82% do orçamento de R$ 450,00. A previsão para o fim do período é de R$ 462,15.",
    closed:
      "Até quinta, 19 de novembro, às 08:00, a conta de novembro tinha chegado a R$ 370,00, 82% do orçamento de R$ 450,00.",
  },
  budgetPassed: {
    title: "Conta acima do orçamento",
    open:
      "Até quinta, 19 de novembro, às 08:00, o consumo da conta de novembro está em 310 kWh, 10 kWh acima do orçamento de 300 kWh. A previsão para o fim do período é de 342,5 kWh.",
    closed:
      "Até quinta, 19 de novembro, às 08:00, o consumo da conta de novembro tinha chegado a 310 kWh, 10 kWh acima do orçamento de 300 kWh.",
  },
  variation: {
    title: "Conta bem maior que as anteriores",
    open:
      "A conta de novembro deve fechar em R$ 473,05, 38% acima da média das últimas 3 contas (R$ 342,80 para o mesmo número de dias). Em 12 dias, já está em R$ 210,00.",
    closed:
      "Em 12 dias, a conta de novembro tinha chegado a R$ 210,00; a previsão era de R$ 473,05, 38% acima da média das últimas 3 contas (R$ 342,80 para o mesmo número de dias).",
  },
  unusual: {
    title: "Consumo bem acima do comum",
    open:
      "De terça, 17 de novembro, às 14:15, até as 20:00, o consumo foi de 9,8 kWh: 133% acima do que é comum nessas horas (4,2 kWh).",
    closed:
      "De terça, 17 de novembro, às 14:15, até as 20:00, o consumo foi de 9,8 kWh: 133% acima do que é comum nessas horas (4,2 kWh).",
  },
  neverSleeps: {
    title: "Algo ligado dia e noite",
    open:
      "Há 5 dias, desde quinta, 12 de novembro, o consumo não fica abaixo de 190 W em hora nenhuma; antes, descia a 140 W. Em 30 dias, a diferença dá 36 kWh.",
    closed:
      "A partir de quinta, 12 de novembro, por 5 dias, o consumo não ficou abaixo de 190 W em hora nenhuma; antes, descia a 140 W.",
  },
  estimation: {
    title: "Muitas horas sem medição",
    open:
      "CL-42: a conta de novembro tem 29 horas sem medição (por estimativa: 26 horas; sem leitura: 3 horas). Isso é 10% do tempo até agora.",
    closed:
      "CL-42: a conta de novembro chegou a ter 29 horas sem medição (por estimativa: 26 horas; sem leitura: 3 horas). Isso era 10% do tempo até então.",
  },
  silent: {
    title: "Medidor sem comunicação",
    open:
      "CL-42: está sem comunicação desde terça, 17 de novembro, às 14:15. O costume é uma leitura a cada 5 minutos.",
    closed:
      "CL-42: sem comunicação desde terça, 17 de novembro, às 14:15; no sábado, 21 de novembro, às 09:30, já tinha voltado.",
  },
  outage: {
    title: "Muitos medidores sem comunicação",
    open:
      "Região CL-42: sem comunicação com 12 de 40 medidores (30%) desde terça, 17 de novembro, às 14:15.",
    closed:
      "Região CL-42: houve falha de comunicação a partir de terça, 17 de novembro, às 14:15; no sábado, 21 de novembro, às 09:30, já tinha acabado.",
  },
  registerFell: {
    title: "O total do medidor diminuiu",
    open:
      "CL-42: na terça, 17 de novembro, às 14:15, o total do medidor apareceu menor que antes. 2 casos esperam resposta.",
    closed:
      "CL-42: na terça, 17 de novembro, às 14:15, o total do medidor apareceu menor que antes. Os casos já estavam encerrados no sábado, 21 de novembro, às 09:30.",
  },
  clockWrong: {
    title: "Relógio do medidor errado",
    open:
      "CL-42: o relógio do medidor está errado em até 17 minutos. Visto em 5 leituras, de terça, 17 de novembro, às 14:15, até quinta, 19 de novembro, às 08:00.",
    closed:
      "CL-42: o relógio do medidor esteve errado em até 17 minutos. Visto em 5 leituras, de terça, 17 de novembro, às 14:15, até quinta, 19 de novembro, às 08:00.",
  },
  conflict: {
    title: "Leituras que se contradizem",
    open:
      "CL-42: chegaram leituras que contradizem as já guardadas, 5 vezes, de terça, 17 de novembro, às 14:15, até quinta, 19 de novembro, às 08:00. Valem as primeiras.",
    closed:
      "CL-42: chegaram leituras que contradizem as já guardadas, 5 vezes, de terça, 17 de novembro, às 14:15, até quinta, 19 de novembro, às 08:00. Valem as primeiras.",
  },
  tamper: {
    title: "Tampa do medidor aberta",
    open:
      "CL-42: a tampa do medidor esteve aberta em 5 leituras, de terça, 17 de novembro, às 14:15, até quinta, 19 de novembro, às 08:00.",
    closed:
      "CL-42: a tampa do medidor esteve aberta em 5 leituras, de terça, 17 de novembro, às 14:15, até quinta, 19 de novembro, às 08:00.",
  },
  signature: {
    title: "Mensagens com assinatura errada",
    open:
      "CL-42: 12 mensagens recusadas por assinatura errada, de terça, 17 de novembro, às 14:15, até quinta, 19 de novembro, às 08:00.",
    closed:
      "CL-42: 12 mensagens recusadas por assinatura errada, de terça, 17 de novembro, às 14:15, até quinta, 19 de novembro, às 08:00.",
  },
  impossiblePower: {
    title: "Consumo maior que o possível",
    open:
      "CL-42: o total subiu tão depressa que a potência seria de 95 kW; o limite desta ligação é de 20 kW. Visto em 5 leituras, de terça, 17 de novembro, às 14:15, até quinta, 19 de novembro, às 08:00.",
    closed:
      "CL-42: o total subiu tão depressa que a potência seria de 95 kW; o limite desta ligação é de 20 kW. Visto em 5 leituras, de terça, 17 de novembro, às 14:15, até quinta, 19 de novembro, às 08:00.",
  },
};

const ENGLISH: Expected = {
  dayLimit: {
    title: "Use of the day above the limit",
    open: "Thursday 12 November: 13.8 kWh so far; the limit is 13 kWh a day.",
    closed: "Thursday 12 November: at least 13.8 kWh was used; the limit was 13 kWh a day.",
  },
  budgetForecast: {
    title: "Forecast of the bill above the budget",
    open:
      "As of Thursday 19 November, 08:00, the November bill is at R$ 248.00 and expected to come to R$ 462.15; the budget is R$ 450.00.",
    closed:
      "As of Thursday 19 November, 08:00, the November bill had come to R$ 248.00; the forecast was R$ 462.15 and the budget R$ 450.00.",
  },
  budgetNear: {
    title: "Budget of the bill nearly used",
    open:
      "As of Thursday 19 November, 08:00, the November bill is at R$ 370.00, 82% of the budget of R$ 450.00. It is expected to come to R$ 462.15 by the end of the period.",
    closed:
      "As of Thursday 19 November, 08:00, the November bill had come to R$ 370.00, 82% of the budget of R$ 450.00.",
  },
  budgetPassed: {
    title: "Bill above the budget",
    open:
      "As of Thursday 19 November, 08:00, the energy of the November bill is at 310 kWh, 10 kWh above the budget of 300 kWh. It is expected to come to 342.5 kWh by the end of the period.",
    closed:
      "As of Thursday 19 November, 08:00, the energy of the November bill had come to 310 kWh, 10 kWh above the budget of 300 kWh.",
  },
  variation: {
    title: "Bill much higher than those before",
    open:
      "The November bill is expected to come to R$ 473.05, 38% above the average of the last 3 bills (R$ 342.80 for as many days). After 12 days, it is at R$ 210.00.",
    closed:
      "After 12 days, the November bill had come to R$ 210.00; the forecast was R$ 473.05, 38% above the average of the last 3 bills (R$ 342.80 for as many days).",
  },
  unusual: {
    title: "Much more used than usual",
    open:
      "From Tuesday 17 November, 14:15 to 20:00, 9.8 kWh was used: 133% above what is usual at these hours (4.2 kWh).",
    closed:
      "From Tuesday 17 November, 14:15 to 20:00, 9.8 kWh was used: 133% above what is usual at these hours (4.2 kWh).",
  },
  neverSleeps: {
    title: "Something on day and night",
    open:
      "For 5 days, since Thursday 12 November, the use has not gone below 190 W at any hour; before, it went down to 140 W. Over 30 days, the difference makes 36 kWh.",
    closed:
      "As of Thursday 12 November, for 5 days, the use did not go below 190 W at any hour; before, it went down to 140 W.",
  },
  estimation: {
    title: "Many hours without measurements",
    open:
      "CL-42: the November bill has 29 hours that were not measured (estimated: 26 hours; no readings: 3 hours). That is 10% of the time so far.",
    closed:
      "CL-42: at one time, the November bill had 29 hours that were not measured (estimated: 26 hours; no readings: 3 hours). That was 10% of the time until then.",
  },
  silent: {
    title: "Meter out of contact",
    open:
      "CL-42: out of contact since Tuesday 17 November, 14:15. Usually a reading comes every 5 minutes.",
    closed:
      "CL-42: was out of contact from Tuesday 17 November, 14:15; by Saturday 21 November, 09:30, it was back.",
  },
  outage: {
    title: "Many meters out of contact",
    open: "Region CL-42: no contact with 12 of 40 meters (30%) since Tuesday 17 November, 14:15.",
    closed:
      "Region CL-42: there was an outage from Tuesday 17 November, 14:15; by Saturday 21 November, 09:30, it was over.",
  },
  registerFell: {
    title: "The meter’s total went down",
    open:
      "CL-42: on Tuesday 17 November, 14:15, the meter’s total came in lower than before. 2 cases wait for an answer.",
    closed:
      "CL-42: on Tuesday 17 November, 14:15, the meter’s total came in lower than before. The cases were closed by Saturday 21 November, 09:30.",
  },
  clockWrong: {
    title: "Wrong clock of a meter",
    open:
      "CL-42: the meter’s clock is wrong by up to 17 minutes. Seen in 5 readings, from Tuesday 17 November, 14:15 to Thursday 19 November, 08:00.",
    closed:
      "CL-42: the meter’s clock was wrong by up to 17 minutes. Seen in 5 readings, from Tuesday 17 November, 14:15 to Thursday 19 November, 08:00.",
  },
  conflict: {
    title: "Readings that contradict each other",
    open:
      "CL-42: readings came that contradict those already kept, 5 times, from Tuesday 17 November, 14:15 to Thursday 19 November, 08:00. The first ones count.",
    closed:
      "CL-42: readings came that contradict those already kept, 5 times, from Tuesday 17 November, 14:15 to Thursday 19 November, 08:00. The first ones count.",
  },
  tamper: {
    title: "Open cover of a meter",
    open:
      "CL-42: the meter’s cover was open in 5 readings, from Tuesday 17 November, 14:15 to Thursday 19 November, 08:00.",
    closed:
      "CL-42: the meter’s cover was open in 5 readings, from Tuesday 17 November, 14:15 to Thursday 19 November, 08:00.",
  },
  signature: {
    title: "Messages with a wrong signature",
    open:
      "CL-42: 12 messages refused for a wrong signature, from Tuesday 17 November, 14:15 to Thursday 19 November, 08:00.",
    closed:
      "CL-42: 12 messages refused for a wrong signature, from Tuesday 17 November, 14:15 to Thursday 19 November, 08:00.",
  },
  impossiblePower: {
    title: "More used than the supply can give",
    open:
      "CL-42: the total rose so fast that it would take 95 kW; the limit of this supply is 20 kW. Seen in 5 readings, from Tuesday 17 November, 14:15 to Thursday 19 November, 08:00.",
    closed:
      "CL-42: the total rose so fast that it would take 95 kW; the limit of this supply is 20 kW. Seen in 5 readings, from Tuesday 17 November, 14:15 to Thursday 19 November, 08:00.",
  },
};

/** What is told of the samples, by the language. */
export const TOLD: Record<string, Expected> = { "pt-BR": PORTUGUESE, en: ENGLISH };
