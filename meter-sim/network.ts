/**
 * A network that treats datagrams as badly as it is told to: seeded loss, duplication, delay and
 * damage, in virtual time. Datagrams overtake each other where delays differ.
 *
 * Addresses are any strings. It has no connections and tells nobody what became of a datagram, like
 * UDP; what is sent to an address that nobody holds at the time of arrival is lost.
 */
import { between, type Random } from "./random.ts";

/** Probabilities are from 0 to 1 and may be changed while the network runs. */
export interface Faults {
  loss: number;
  /** The probability of a second copy, which has a delay and damage of its own. */
  duplicate: number;
  minDelayMs: number;
  maxDelayMs: number;
  /** The probability that one bit of a copy arrives turned. */
  bitFlip: number;
}

export type Receive = (bytes: Uint8Array, from: string) => void;

export interface Network {
  /** Holds an address; gives its release. */
  listen(address: string, receive: Receive): () => void;
  send(from: string, to: string, bytes: Uint8Array): void;
}

export interface NetworkParts {
  random: Random;
  schedule(delayMs: number, run: () => void): void;
  faults: Faults;
}

const withOneBitTurned = (random: Random, bytes: Uint8Array): Uint8Array => {
  const bit = Math.floor(random() * 8 * bytes.length);
  const damaged = bytes.slice();
  damaged[bit >> 3] ^= 1 << (bit & 7);
  return damaged;
};

export const createNetwork = ({ random, schedule, faults }: NetworkParts): Network => {
  const receivers = new Map<string, Receive>();
  const happens = (probability: number): boolean => random() < probability;

  const deliver = (from: string, to: string, bytes: Uint8Array): void => {
    const delayMs = Math.floor(between(random, faults.minDelayMs, faults.maxDelayMs + 1));
    const arriving = happens(faults.bitFlip) ? withOneBitTurned(random, bytes) : bytes.slice();
    schedule(delayMs, () => receivers.get(to)?.(arriving, from));
  };

  return {
    listen: (address, receive) => {
      if (receivers.has(address)) throw new Error(`Cannot listen on ${address}: it is held`);
      receivers.set(address, receive);
      return () => {
        if (receivers.get(address) === receive) receivers.delete(address);
      };
    },
    send: (from, to, bytes) => {
      if (happens(faults.loss)) return;
      deliver(from, to, bytes);
      if (happens(faults.duplicate)) deliver(from, to, bytes);
    },
  };
};
