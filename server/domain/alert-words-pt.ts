/** What alerts say in Portuguese. */
import type { Count } from "./alert-figures.ts";
import type { AlertWords, Told } from "./alert-words.ts";

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Weekdays are feminine, but for the two of the weekend. */
const on = (moment: string): string => `${/^(sáb|dom)/.test(moment) ? "no" : "na"} ${moment}`;

const between = ({ from, to }: { from: string; to: string }): string => `de ${from}, até ${to}`;

const counted = ({ isOne, text }: Count, one: string, many: string): string =>
  `${text} ${isOne ? one : many}`;

type Sign = Told<"conflict">;

const seen = ({ ends, at }: Sign): string => ends ? between(ends) : on(at);

const inReadings = (sign: Sign): string =>
  `${counted(sign.times, "leitura", "leituras")}, ${seen(sign)}`;

/** Weekdays need a word before them, times have one. */
const at = (moment: string): string => /^às? /.test(moment) ? moment : on(moment);

const by = (moment: string): string => moment.includes(",") ? `${at(moment)},` : at(moment);

type Budget = Told<"budgetNear">;

const billUntil = ({ isMoney, month, until }: Budget): string =>
  `Até ${until}, ${isMoney ? "a conta" : "o consumo da conta"} de ${month}`;

const forecastOf = ({ expected }: Budget): string =>
  expected ? ` A previsão para o fim do período é de ${expected}.` : "";

const partOf = ({ percent, limit }: Budget): string =>
  `${percent ? `${percent} do` : "perto do"} orçamento de ${limit}`;

const overOf = ({ over, limit }: Budget): string =>
  over ? `${over} acima do orçamento de ${limit}` : `o orçamento inteiro`;

const aboveOthers = ({ percent, bills, usual }: Told<"variation">): string => {
  const others = bills.isOne ? "da última conta" : `da média das últimas ${bills.text} contas`;
  return `${percent ? `${percent} ` : ""}acima ${others} (${usual} para o mesmo número de dias)`;
};

const muchMore = ({ ends, used, usual, percent }: Told<"unusual">): string => {
  const more = `${percent ?? "muito"} acima do que é comum nessas horas`;
  return `${capital(between(ends))}, o consumo foi de ${used}: ${more} (${usual}).`;
};

const unmeasured = ({ unknown, estimated, missing }: Told<"estimation">): string => {
  if (!estimated) return `${unknown} sem leitura`;
  if (!missing) return `${unknown} só por estimativa`;
  return `${unknown} sem medição (por estimativa: ${estimated}; sem leitura: ${missing})`;
};

const wrongClock = ({ off }: Told<"clockWrong">): string => off ? `errado em até ${off}` : "errado";

const fell = ({ name, at }: Told<"registerFell">): string =>
  `${name}: ${on(at)}, o total do medidor apareceu menor que antes`;

const contradicted = (told: Sign): string => {
  const times = counted(told.times, "vez", "vezes");
  return `${told.name}: chegaram leituras que contradizem as já guardadas, ${times}, ${
    seen(told)
  }. Valem as primeiras.`;
};

const opened = (told: Sign): string =>
  `${told.name}: a tampa do medidor esteve aberta em ${inReadings(told)}.`;

const refused = (told: Sign): string => {
  const messages = counted(told.times, "mensagem recusada", "mensagens recusadas");
  return `${told.name}: ${messages} por assinatura errada, ${seen(told)}.`;
};

const tooMuch = (told: Told<"impossiblePower">): string => {
  const passed = told.most
    ? `o total subiu tão depressa que a potência seria de ${told.most}; o limite desta ligação é de ${told.limit}`
    : `o total subiu mais depressa que o limite desta ligação permite, ${told.limit}`;
  return `${told.name}: ${passed}. Visto em ${inReadings(told)}.`;
};

export const PORTUGUESE: AlertWords = {
  subjects: {
    point: { named: (name) => name, nameless: "Ponto sem nome" },
    meter: { named: (name) => name, nameless: "Medidor sem nome" },
    region: { named: (name) => `Região ${name}`, nameless: "Pontos sem região" },
  },
  kinds: {
    dayLimit: {
      name: "Limite do dia",
      title: "Consumo do dia acima do limite",
      open: ({ day, used, limit }) =>
        `${capital(day)}: consumo de ${used} até agora; o limite é de ${limit} por dia.`,
      closed: ({ day, used, limit }) =>
        `${capital(day)}: consumo de pelo menos ${used}; o limite era de ${limit} por dia.`,
      hint: "Veja em que horas o consumo foi maior.",
    },
    budgetForecast: {
      name: "Previsão acima do orçamento",
      title: "Previsão da conta acima do orçamento",
      open: (told) => {
        const { used, expected, limit } = told;
        const close = expected ? `em ${expected}; o orçamento é` : "acima do orçamento,";
        return `${billUntil(told)} está em ${used} e deve fechar ${close} de ${limit}.`;
      },
      closed: (told) => {
        const forecast = told.expected
          ? `era de ${told.expected} e o orçamento,`
          : "passava disso e o orçamento era";
        const used = `${billUntil(told)} tinha chegado a ${told.used}`;
        return `${used}; a previsão ${forecast} de ${told.limit}.`;
      },
    },
    budgetNear: {
      name: "Orçamento quase no fim",
      title: "Orçamento da conta quase no fim",
      open: (told) =>
        `${billUntil(told)} está em ${told.used}, ${partOf(told)}.${forecastOf(told)}`,
      closed: (told) => `${billUntil(told)} tinha chegado a ${told.used}, ${partOf(told)}.`,
    },
    budgetPassed: {
      name: "Orçamento ultrapassado",
      title: "Conta acima do orçamento",
      open: (told) =>
        `${billUntil(told)} está em ${told.used}, ${overOf(told)}.${forecastOf(told)}`,
      closed: (told) => `${billUntil(told)} tinha chegado a ${told.used}, ${overOf(told)}.`,
      hint: "Veja quais dias pesaram mais na conta.",
    },
    variation: {
      name: "Conta maior que as anteriores",
      title: "Conta bem maior que as anteriores",
      open: (told) => {
        const { month, expected, days, used } = told;
        const bill = `A conta de ${month} deve fechar em ${expected}`;
        return `${bill}, ${aboveOthers(told)}. Em ${days}, já está em ${used}.`;
      },
      closed: (told) => {
        const { month, expected, days, used } = told;
        const bill = `Em ${days}, a conta de ${month} tinha chegado a ${used}`;
        return `${bill}; a previsão era de ${expected}, ${aboveOthers(told)}.`;
      },
      hint: "Veja no histórico em que dia o consumo começou a subir.",
    },
    unusual: {
      name: "Consumo fora do comum",
      title: "Consumo bem acima do comum",
      open: muchMore,
      closed: muchMore,
      hint: "Veja se algum aparelho ficou ligado sem necessidade.",
    },
    neverSleeps: {
      name: "Algo sempre ligado",
      title: "Algo ligado dia e noite",
      open: ({ days, day, least, before, more }) =>
        `Há ${days}, desde ${day}, o consumo não fica abaixo de ${least} em hora nenhuma; antes, descia a ${before}. Em 30 dias, a diferença dá ${more}.`,
      closed: ({ days, day, least, before }) =>
        `A partir de ${day}, por ${days}, o consumo não ficou abaixo de ${least} em hora nenhuma; antes, descia a ${before}.`,
      hint: "Desligue os aparelhos um a um e veja com qual deles o consumo desce.",
    },
    estimation: {
      name: "Muito por estimativa",
      title: "Muitas horas sem medição",
      open: (told) => {
        const part = told.percent ? ` Isso é ${told.percent} do tempo até agora.` : "";
        return `${told.name}: a conta de ${told.month} tem ${unmeasured(told)}.${part}`;
      },
      closed: (told) => {
        const part = told.percent ? ` Isso era ${told.percent} do tempo até então.` : "";
        return `${told.name}: a conta de ${told.month} chegou a ter ${unmeasured(told)}.${part}`;
      },
      hint: "Veja se há leituras guardadas no medidor que ainda podem chegar.",
    },
    silent: {
      name: "Medidor sem comunicação",
      title: "Medidor sem comunicação",
      open: ({ name, since, gap }) => {
        const every = gap?.isRough ? "a cada cerca de" : "a cada";
        const usual = gap ? ` O costume é uma leitura ${every} ${gap.text}.` : "";
        return `${name}: está sem comunicação desde ${since}.${usual}`;
      },
      closed: ({ name, since, overBy }) =>
        `${name}: sem comunicação desde ${since}; ${by(overBy)} já tinha voltado.`,
      hint: "Veja se há energia e sinal de rede no local.",
    },
    outage: {
      name: "Falha em uma região",
      title: "Muitos medidores sem comunicação",
      open: ({ name, meters, ofMeters, percent, since }) => {
        const share = percent ? ` (${percent})` : "";
        return `${name}: sem comunicação com ${meters} de ${ofMeters} medidores${share} desde ${since}.`;
      },
      closed: ({ name, since, overBy }) =>
        `${name}: houve falha de comunicação a partir de ${since}; ${by(overBy)} já tinha acabado.`,
      hint: "Veja se falta energia ou a rede de dados na região.",
    },
    registerFell: {
      name: "Total do medidor diminuiu",
      title: "O total do medidor diminuiu",
      open: (told) => {
        const { isOne, text } = told.cases;
        const waiting = isOne ? "1 caso espera resposta" : `${text} casos esperam resposta`;
        return `${fell(told)}. ${waiting}.`;
      },
      closed: (told) => {
        const over = told.cases.isOne
          ? "O caso já estava encerrado"
          : "Os casos já estavam encerrados";
        return `${fell(told)}. ${over} ${at(told.overBy)}.`;
      },
      hint: "Diga se foi troca, reinício ou volta a zero; até lá, a conta não fecha.",
    },
    clockWrong: {
      name: "Relógio errado",
      title: "Relógio do medidor errado",
      open: (told) =>
        `${told.name}: o relógio do medidor está ${wrongClock(told)}. Visto em ${
          inReadings(told)
        }.`,
      closed: (told) =>
        `${told.name}: o relógio do medidor esteve ${wrongClock(told)}. Visto em ${
          inReadings(told)
        }.`,
      hint: "O consumo já conta na hora certa. Veja se o medidor acerta o relógio pela rede.",
    },
    conflict: {
      name: "Leituras em contradição",
      title: "Leituras que se contradizem",
      open: contradicted,
      closed: contradicted,
      hint: "Veja se dois aparelhos usam a mesma identificação.",
    },
    tamper: {
      name: "Tampa aberta",
      title: "Tampa do medidor aberta",
      open: opened,
      closed: opened,
      hint: "Mande alguém ver o medidor no local.",
    },
    signature: {
      name: "Assinatura errada",
      title: "Mensagens com assinatura errada",
      open: refused,
      closed: refused,
      hint: "Veja se a chave do medidor é a do cadastro, ou se outro aparelho se passa por ele.",
    },
    impossiblePower: {
      name: "Potência impossível",
      title: "Consumo maior que o possível",
      open: tooMuch,
      closed: tooMuch,
      hint: "Compare o total mostrado no medidor com o que foi recebido.",
    },
  },
};
