/**
 * The reports that have left and are not acknowledged: found by their answer, and told to leave
 * again when that has taken far longer than those of the others.
 */
import type { WireReading } from "../meter-firmware/protocol/datagram.ts";

export interface Flight<Meter> {
  meter: Meter;
  readings: WireReading[];
}

export interface Flights<Meter> {
  size(): number;
  add(flight: Flight<Meter>): void;
  /** Takes out the flight of this meter whose last reading has this number. */
  land(meter: Meter, lastNumber: number): Flight<Meter> | undefined;
  /** Those that are late, at most `limit`; they count as sent anew. */
  takeLate(limit: number): Flight<Meter>[];
  /** Milliseconds since anything was answered. */
  silence(): number;
}

interface InFlight<Meter> extends Flight<Meter> {
  sentAt: number;
  isRepeated: boolean;
}

const FIRST_PATIENCE_MS = 3000;
const LEAST_PATIENCE_MS = 500;
const PATIENT_FOR_ROUND_TRIPS = 3;
/** How much the last round trip counts. */
const NEWEST_PART = 1 / 16;

export const createFlights = <Meter>(now: () => number): Flights<Meter> => {
  const flights = new Map<Meter, Map<number, InFlight<Meter>>>();
  let size = 0;
  let roundTripMs: number | undefined;
  let answeredAt = now();

  const flightsOf = (meter: Meter): Map<number, InFlight<Meter>> => {
    const known = flights.get(meter);
    if (known) return known;
    const none = new Map<number, InFlight<Meter>>();
    flights.set(meter, none);
    return none;
  };

  const patienceMs = (): number =>
    roundTripMs === undefined
      ? FIRST_PATIENCE_MS
      : LEAST_PATIENCE_MS + PATIENT_FOR_ROUND_TRIPS * roundTripMs;

  /** The answer to a repeated report may belong to its first sending. */
  const learnFrom = ({ sentAt, isRepeated }: InFlight<Meter>): void => {
    answeredAt = now();
    if (isRepeated) return;
    const tookMs = answeredAt - sentAt;
    roundTripMs = (roundTripMs ?? tookMs) * (1 - NEWEST_PART) + tookMs * NEWEST_PART;
  };

  return {
    size: () => size,
    add: (flight) => {
      const lastNumber = flight.readings[flight.readings.length - 1].n;
      flightsOf(flight.meter).set(lastNumber, { ...flight, sentAt: now(), isRepeated: false });
      size += 1;
    },
    land: (meter, lastNumber) => {
      const flight = flightsOf(meter).get(lastNumber);
      if (!flight) return undefined;
      flightsOf(meter).delete(lastNumber);
      size -= 1;
      learnFrom(flight);
      return flight;
    },
    takeLate: (limit) => {
      const late = [...flights.values()].flatMap((ofMeter) => [...ofMeter.values()])
        .filter(({ sentAt }) => now() - sentAt > patienceMs()).slice(0, limit);
      for (const flight of late) {
        flight.sentAt = now();
        flight.isRepeated = true;
      }
      return late;
    },
    silence: () => now() - answeredAt,
  };
};
