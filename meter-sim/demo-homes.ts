/** The twenty homes of the demo, all invented: how they are registered, and what they draw. */
import type { Api } from "./api.ts";
import { householdOfSeed } from "./fleet.ts";
import { type MeterState, newMeterState } from "./fleet-state.ts";
import type { Household } from "./household.ts";

export interface HomeOnPaper {
  name: string;
  address: string;
}

/** A home with its place in the server. */
export interface Home extends HomeOnPaper {
  customerId: string;
  pointId: string;
  /** Unix seconds since which its fridge never stops. */
  oldFridgeSince?: number;
}

export const HOMES: HomeOnPaper[] = [
  ["Maria Aparecida Nogueira", "Rua das Jabuticabeiras, 112, São Paulo, SP"],
  ["João Batista Ferreira", "Rua Coronel Amador, 48, Campinas, SP"],
  ["Ana Beatriz Moura", "Avenida dos Ipês, 1020, apto 71, Belo Horizonte, MG"],
  ["Francisco das Chagas Lima", "Travessa do Cajueiro, 15, Fortaleza, CE"],
  ["Luciana Tavares", "Rua da Alfazema, 233, Salvador, BA"],
  ["Paulo Henrique Salgado", "Ladeira do Farol, 9, Niterói, RJ"],
  ["Yasmin Okamoto", "Rua Hortênsia, 301, Londrina, PR"],
  ["Antônio Carlos Braga", "Estrada do Moinho, 77, Petrópolis, RJ"],
  ["Rosângela Pires", "Rua Sete Estrelas, 540, Recife, PE"],
  ["Mateus Brandão", "Rua Pitangueira, 88, Florianópolis, SC"],
  ["Dona Conceição Rezende", "Praça da Matriz, 3, Ouro Preto, MG"],
  ["Thiago Wagner Schmitt", "Rua dos Imigrantes, 416, Blumenau, SC"],
  ["Iara Figueiredo", "Alameda das Samambaias, 62, Belém, PA"],
  ["Raimundo Nonato Alves", "Rua do Porto Novo, 190, São Luís, MA"],
  ["Cláudia Bittencourt", "Rua Vereador Simões, 705, Porto Alegre, RS"],
  ["Edson Vilela", "Avenida Cerrado Azul, 2210, Goiânia, GO"],
  ["Helena Sampaio Prado", "Rua Quinze de Agosto, 134, Ribeirão Preto, SP"],
  ["Josué e Marta Cardoso", "Rua Araucária, 57, Curitiba, PR"],
  ["Vitória Gusmão", "Beco da Lua, 21, Natal, RN"],
  ["Sebastião Queiroz", "Rua Buriti Alegre, 360, Cuiabá, MT"],
].map(([name, address]) => ({ name, address }));

const SEED = 20_260_801;

/** The transformer of each half of the homes. */
const REGIONS = ["T-0112", "T-0113"];

/** The first home's customer, who signs in, wants to be told soon. */
const LIMITS = { dayWh: 8_000, budget: { amount: 30_000, currency: "BRL" } };

/** In Unix seconds. */
export interface HomesPast {
  /** Since then they pay by a tariff; before, they have used nothing. */
  since: number;
  /** Since then the first home has a fridge that never stops. */
  oldFridgeSince: number;
}

/** A customer, a point and a meter each, which does not count there yet. */
export const registerHomes = async (
  api: Api,
  homes: HomeOnPaper[],
  { since, oldFridgeSince }: HomesPast,
  tariffOf: (home: number) => string,
): Promise<{ homes: Home[]; meters: MeterState[] }> => {
  const registered: Home[] = [];
  const tariffFrom = new Date(since * 1000).toISOString();
  for (const [i, { name, address }] of homes.entries()) {
    const customerId = await api.createCustomer({ name });
    const region = REGIONS[Math.floor(i * REGIONS.length / homes.length)];
    const place = { label: "Casa", address, region, tariffId: tariffOf(i), tariffFrom };
    const pointId = await api.createPoint({ customerId, ...place });
    registered.push({ name, address, customerId, pointId });
  }
  const [first] = registered;
  first.oldFridgeSince = oldFridgeSince;
  await api.setLimits(first.pointId, LIMITS);
  const issued = await api.provisionMeters(registered.map(({ name }) => ({ label: name })));
  const meters = issued.map((meter, i) => newMeterState(meter, SEED + i, since));
  return { homes: registered, meters };
};

const OLD_FRIDGE_WATTS = 150;

/** What each home draws, by the seed of its meter. */
export const householdsOf =
  ({ homes, meters }: { homes: Home[]; meters: MeterState[] }) => (seed: number): Household => {
    const household = householdOfSeed(seed);
    const { oldFridgeSince = Infinity } = homes[meters.findIndex((meter) => meter.seed === seed)];
    return {
      watts: (time) => household.watts(time) + (time < oldFridgeSince ? 0 : OLD_FRIDGE_WATTS),
    };
  };
