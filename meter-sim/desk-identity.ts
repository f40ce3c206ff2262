/** Who the meter on the desk is: a new one at a point of its own, or one that has a token. */
import { createApi, type IssuedMeter } from "./api.ts";
import { OptionError } from "./arguments.ts";
import { NoAnswerError, refusalIn } from "./failure.ts";
import type { Options } from "./options.ts";
import type { Wires } from "./server-uplink.ts";

export interface Identity extends IssuedMeter {
  udpPort: number | undefined;
  /** Undefined where only the operator knows it. */
  pointId: string | undefined;
}

const NAME = "Desktop twin";
const HARDWARE_ID = "desktop twin";
const ANSWER_MS = 30_000;
const ENROL = "enrol the meter";
export const NO_OPERATOR_KEY =
  "no operator key to register meters with: set CONTALUZ_OPERATOR_KEY to the server's, " +
  "or give --operator-key";

const enrolled = async (server: string, token: string, { fetch }: Wires): Promise<Identity> => {
  const response = await fetch(`${server}/api/v1/enrol`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token, hardwareId: HARDWARE_ID }),
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch((error) => {
    throw new NoAnswerError(ENROL, server, error);
  });
  if (!response.ok) throw new Error(`Cannot ${ENROL}: ${await refusalIn(response)}`);
  const { meterId, key, keyId, udpPort } = await response.json();
  return { id: meterId, key, keyId, udpPort: udpPort ?? undefined, pointId: undefined };
};

export const identify = async (options: Options, wires: Wires): Promise<Identity> => {
  const { server, udpPort, operatorKey, token } = options;
  if (token !== undefined) return await enrolled(server, token, wires);
  if (operatorKey === undefined) {
    throw new OptionError(`${NO_OPERATOR_KEY}, or --token of a meter that is registered`);
  }
  const api = createApi({ address: server, operatorKey, fetch: wires.fetch });
  const customerId = await api.createCustomer({ name: NAME });
  const pointId = await api.createPoint({ customerId, label: "Desk" });
  const [issued] = await api.provisionMeters([{ pointId, label: NAME }]);
  return { ...issued, udpPort, pointId };
};
