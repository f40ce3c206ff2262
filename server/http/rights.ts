/**
 * Who may call what: the one table of rights. A route that is not in it cannot be served, and the
 * tests read it to try every route as everyone.
 */
import { type Role, ROLES, type Scope, SCOPES } from "./caller.ts";
import type { Operations } from "./api.ts";

/** What a route's `:id` names, where only its owner may have it. */
export type Owned = "customer" | "point" | "meter" | "sensor" | "invoice" | "alert";

export interface Right {
  /** Whoever asks, known or not. */
  anyone?: true;
  roles: readonly Role[];
  /** API keys with one of these scopes; those with `operator` may all that operators may. */
  scopes: readonly Scope[];
  /** Customers, and keys of a customer's, only where this is theirs. */
  owns?: Owned;
  /** Nobody's in particular, like a price list; what is not for all, the handler leaves out. */
  common?: true;
  /** A matter of the person who asks: no key can stand in. */
  personal?: true;
}

const anyone: Right = { anyone: true, roles: ["operator", "customer"], scopes: [] };
const staff: Right = { roles: ["operator"], scopes: [] };
/** The key of a customer's device writes only what is theirs. */
const device = (owns: Owned): Right => ({ roles: ["operator"], scopes: ["ingest"], owns });
/** Lists show those who are limited to a customer only what is theirs. */
const readers: Right = { roles: ["operator", "customer"], scopes: ["read"] };
const priceList: Right = { ...readers, common: true };
const owner = (owns: Owned): Right => ({ ...readers, owns });

/** To be changed: no key but the operators' does that. */
const holder = (owns: Owned): Right => ({ roles: ["operator", "customer"], scopes: [], owns });

/** Of whose points is in the query, so the handler looks. */
const watchers: Right = { roles: ["operator", "customer"], scopes: ["live"] };

/** Whoever is known, by whatever they are known. */
const known: Right = { roles: ROLES, scopes: SCOPES };
const own = (roles: readonly Role[] = ROLES): Right => ({ roles, scopes: [], personal: true });

export const RIGHTS: Record<keyof Operations, Right> = {
  about: anyone,
  health: anyone,
  readiness: anyone,
  metrics: anyone,
  openApi: anyone,
  docs: anyone,
  docsStyle: anyone,

  sendDatagram: anyone,
  enrol: anyone,

  signIn: anyone,
  signOut: anyone,
  getMe: known,
  listSessions: own(),
  endSession: own(),
  endOtherSessions: own(),
  changePassword: own(),
  getMyAlerts: own(),
  setMyAlerts: own(),
  beginTotp: own(["operator"]),
  confirmTotp: own(["operator"]),
  endTotp: own(["operator"]),
  checkLink: anyone,
  setPassword: anyone,

  listPeople: staff,
  addPerson: staff,
  getPerson: staff,
  changePerson: staff,
  renewLink: staff,
  resetTotp: staff,
  listSessionsOf: staff,
  endSessionOf: staff,
  endSessionsOf: staff,

  listApiKeys: staff,
  addApiKey: staff,
  revokeApiKey: staff,

  listCustomers: staff,
  addCustomer: staff,
  getCustomer: owner("customer"),
  changeCustomer: staff,
  eraseCustomer: staff,
  downloadCustomerData: owner("customer"),

  listPoints: readers,
  addPoint: staff,
  getPoint: owner("point"),
  changePoint: staff,
  retirePoint: staff,
  getPointLimits: owner("point"),
  setPointLimits: holder("point"),
  listAlerts: readers,
  countAlerts: staff,
  getAlert: owner("alert"),
  acknowledgeAlert: holder("alert"),
  getConsumption: owner("point"),
  downloadConsumption: owner("point"),
  downloadGreenButton: owner("point"),
  getAmbient: owner("point"),

  listMeters: staff,
  addMeter: staff,
  provisionMeters: staff,
  getMeter: owner("meter"),
  changeMeter: staff,
  retireMeter: staff,
  rotateKey: staff,
  renewToken: staff,
  assignMeter: staff,
  exchangeMeter: staff,
  listConflicts: staff,
  addReadings: device("meter"),
  listReadings: owner("meter"),
  downloadReadings: owner("meter"),

  listSensors: readers,
  addSensor: staff,
  getSensor: owner("sensor"),
  changeSensor: staff,
  retireSensor: staff,
  addSensorReadings: device("sensor"),
  listSensorReadings: owner("sensor"),

  listPresets: priceList,
  listTariffs: priceList,
  getTariff: priceList,
  addTariff: staff,
  addTariffVersion: staff,
  changeTariff: staff,
  announceMonth: staff,
  retireTariff: staff,
  getTariffLimits: staff,
  setTariffLimits: staff,
  getBill: owner("point"),
  previewBill: owner("point"),
  getUsual: owner("point"),
  getAdvice: owner("point"),

  getIssuer: staff,
  setIssuer: staff,
  listInvoices: owner("point"),
  listAllInvoices: readers,
  issueInvoice: staff,
  getInvoice: owner("invoice"),
  verifyInvoice: owner("invoice"),
  downloadInvoicePdf: owner("invoice"),
  showInvoice: owner("invoice"),
  showPix: owner("invoice"),
  payInvoice: staff,
  creditInvoice: staff,
  importPayments: staff,
  takePayment: anyone,
  paperStyle: anyone,
  paperRegular: anyone,
  paperStrong: anyone,
  closePeriods: staff,
  getCloseRun: staff,

  importCsv: staff,

  listCases: staff,
  getCase: staff,
  resolveCase: staff,

  listWebhooks: staff,
  addWebhook: staff,
  getWebhook: staff,
  changeWebhook: staff,
  removeWebhook: staff,
  rotateWebhookSecret: staff,
  testWebhook: staff,
  listDeadLetters: staff,
  retryDeadLetters: staff,

  openLive: watchers,
  listAudit: staff,
};
