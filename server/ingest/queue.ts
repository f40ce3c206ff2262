/** A queue of fixed capacity: when it is full the oldest makes room and is handed back. */
export class DropOldestQueue<Item> {
  #items: (Item | undefined)[];
  #first = 0;
  #length = 0;

  constructor(capacity: number) {
    this.#items = new Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** Answers with the item that had to leave, if any. */
  push(item: Item): Item | undefined {
    const capacity = this.#items.length;
    const dropped = this.#length === capacity ? this.shift() : undefined;
    this.#items[(this.#first + this.#length) % capacity] = item;
    this.#length++;
    return dropped;
  }

  /** The oldest ones, which stay. */
  first(count: number): Item[] {
    const capacity = this.#items.length;
    const length = Math.min(count, this.#length);
    return Array.from({ length }, (_, i) => this.#items[(this.#first + i) % capacity]!);
  }

  shift(): Item | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#items[this.#first];
    this.#items[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#items.length;
    this.#length--;
    return item;
  }
}
