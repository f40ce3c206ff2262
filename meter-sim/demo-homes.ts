/** The twenty homes of the demo, all invented, and how they are registered. */
import type { Api } from "./api.ts";
import { type MeterState, newMeterState } from "./fleet-state.ts";

export interface HomeOnPaper {
  name: string;
  address: string;
}

/** A home with its place in the server. */
export interface Home extends HomeOnPaper {
  customerId: string;
  pointId: string;
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

/** A customer, a point and a meter each; `since` then they pay by a tariff, and have used nothing. */
export const registerHomes = async (
  api: Api,
  homes: HomeOnPaper[],
  since: number,
  tariffOf: (home: number) => string,
): Promise<{ homes: Home[]; meters: MeterState[] }> => {
  const registered: Home[] = [];
  const tariffFrom = new Date(since * 1000).toISOString();
  for (const [i, { name, address }] of homes.entries()) {
    const customerId = await api.createCustomer({ name });
    const tariff = { tariffId: tariffOf(i), tariffFrom };
    const pointId = await api.createPoint({ customerId, label: "Casa", address, ...tariff });
    registered.push({ name, address, customerId, pointId });
  }
  const asked = registered.map(({ pointId, name }) => ({ pointId, label: name }));
  const issued = await api.provisionMeters(asked);
  const meters = issued.map((meter, i) => newMeterState(meter, SEED + i, since));
  return { homes: registered, meters };
};
