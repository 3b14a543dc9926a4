/** A code as `code/` answers it. */
export interface Answered {
  code: string;
  /** Seconds since 1970, by the server's clock. */
  expire_time: number;
  generated: number;
}

/** How long a code is the present one, by the browser's clock, whatever that says (pure). */
export function endOf({ expire_time, generated }: Answered, receivedAt: number): number {
  return receivedAt + (expire_time - generated) * 1000;
}
