/** Who sent each of the last datagrams. An answer that comes later than that has nowhere to go. */
export class Senders<Address> {
  #slots: ({ number: number; address: Address } | undefined)[];

  constructor(capacity: number) {
    this.#slots = new Array(capacity);
  }

  remember(number: number, address: Address): void {
    this.#slots[number % this.#slots.length] = { number, address };
  }

  of(number: number): Address | undefined {
    const slot = this.#slots[number % this.#slots.length];
    return slot?.number === number ? slot.address : undefined;
  }
}
