/** What many homes have and can use at other hours, with what it takes; for advice, not for bills. */
import type { Appliance } from "./advice.ts";

export const APPLIANCES: Appliance[] = [
  { name: "shower", milliwattHoursAUse: 900_000, usesAPeriod: 30 },
  { name: "washingMachine", milliwattHoursAUse: 700_000, usesAPeriod: 12 },
  { name: "dishwasher", milliwattHoursAUse: 1_100_000, usesAPeriod: 15 },
  { name: "iron", milliwattHoursAUse: 1_000_000, usesAPeriod: 4 },
];
