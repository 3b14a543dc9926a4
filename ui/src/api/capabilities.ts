import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ApiError } from "./errors";
import { useSession } from "./hooks";
import { ownCapabilities } from "./own";
import { type Session, session } from "./session";

/** What an action needs: a capability and the path of the API, such as `update sys/policies/acl/ops`. */
export type Need = `${Capability} ${string}`;
export type Capability = "create" | "read" | "update" | "patch" | "delete" | "list" | "scan" | "sudo" | "recover";

/** Whether capabilities cover a need (pure). */
export function covers(found: readonly string[], capability: string): boolean {
  return found.includes("root") || found.includes(capability);
}

const ASKED = "sys/capabilities-self";
const MOST_AT_ONCE = 200;
let waiting: { path: string; by: Session; resolve: (found: string[]) => void; reject: (error: unknown) => void }[] = [];

/** The capabilities of the session's token on a path; what is asked in one turn of the event loop is one request. */
function ask(path: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    if (waiting.length === 0) setTimeout(() => void flush(), 0);
    waiting.push({ path, by: session.current(), resolve, reject });
  });
}

async function flush(): Promise<void> {
  const now = session.current();
  const [asked, left] = partedBy(waiting, ({ by }) => by.user === now.user && by.namespace === now.namespace);
  waiting = [];
  // What may be done here says nothing of another namespace.
  for (const { path, reject } of left) reject(new ApiError("left", 0, [], "POST", path));
  for (let at = 0; at < asked.length; at += MOST_AT_ONCE) {
    const part = asked.slice(at, at + MOST_AT_ONCE);
    try {
      const found = await ownCapabilities(part.map(({ path }) => path));
      for (const { path, resolve } of part) resolve(found[path] ?? []);
    } catch (error) {
      for (const { reject } of part) reject(error);
    }
  }
}

function partedBy<T>(all: readonly T[], test: (each: T) => boolean): [those: T[], others: T[]] {
  return [all.filter(test), all.filter((each) => !test(each))];
}

/** Splits a need into capability and path. */
export function partsOf(need: Need): [Capability, string] {
  const space = need.indexOf(" ");
  return [need.slice(0, space) as Capability, need.slice(space + 1)];
}

/**
 * The paths by which needs are judged (pure): that of a listing ends in a slash, so that a rule for `roles/*` lets list `roles`.
 *
 * What a listing needs beside is judged by the same path.
 */
export function askedBy(needs: readonly Need[]): string[] {
  const parts = needs.map(partsOf);
  const listed = new Set(parts.filter(([capability]) => capability === "list" || capability === "scan").map(([, path]) => path));
  return parts.map(([capability, path]) => (LISTING.has(capability) && listed.has(path) && !path.endsWith("/") ? `${path}/` : path));
}

const LISTING: ReadonlySet<string> = new Set(["list", "scan", "sudo"]);

/** Which of some needs the user's token covers, in their order: by one question for all of them. */
export async function coveredOf(needs: readonly Need[]): Promise<boolean[]> {
  const paths = askedBy(needs);
  const found = await ownCapabilities([...new Set(paths)]);
  return needs.map((need, index) => covers(found[paths[index] ?? ""] ?? [], partsOf(need)[0]));
}

/**
 * Whether the user may do something.
 *
 * @param needs all of them; none for what everybody may.
 * @returns undefined until it is known, and where it can't be: nothing is offered then.
 */
export function useMay(...needs: readonly (Need | undefined)[]): boolean | undefined {
  return useAnswer(needs, false);
}

/**
 * The same for what sends a form whose path is being typed.  Until the new path's answer is there the last one holds:
 * the button would be gone at each letter otherwise, and Enter would do nothing.
 */
export function useMayTyped(...needs: readonly (Need | undefined)[]): boolean | undefined {
  return useAnswer(needs, true);
}

/** Which of many things the user may do, by one question; none until it is known. */
export function useMayWhich(needs: readonly Need[]): ReadonlySet<Need> {
  const { data } = useFound(needs.flatMap((need) => askedBy([need])), false);
  return new Set(data && needs.filter((need, index) => covers(data[index] ?? [], partsOf(need)[0])));
}

function useAnswer(needs: readonly (Need | undefined)[], keepsLast: boolean): boolean | undefined {
  const wanted = needs.filter((need) => need !== undefined);
  const answer = useFound(askedBy(wanted), keepsLast);
  if (wanted.length === 0) return true;
  return answer.data && wanted.every((need, index) => covers(answer.data[index] ?? [], partsOf(need)[0]));
}

/** Whether the user's policies don't even let him ask what he may do, so that nothing is offered. */
export function useMayNotAsk(): boolean {
  return useFound([ASKED], false).error?.kind === "denied";
}

function useFound(paths: readonly string[], keepsLast: boolean) {
  const { token, user, namespace } = useSession();
  return useQuery<string[][], ApiError>({
    queryKey: ["may", user, namespace, ...paths],
    queryFn: () => Promise.all(paths.map(ask)),
    staleTime: 30_000,
    enabled: paths.length > 0 && token !== "",
    ...(keepsLast && { placeholderData: keepPreviousData<string[][]> }),
  });
}
