import { bodyOf, type Schema, useDescription } from "../../api/openapi";
import type { Question } from "../../components/Loaded";
import { link, useParam } from "../../app/location";

/** The mount that the page shows, with its slash. */
export const useMount = () => useParam("mount");

/** What the API says of the body that a path of a mount takes.  `below` has variables in braces. */
export function useBody(mount: string, below: string): Question<Schema> {
  const { data, error, refetch } = useDescription();
  const operation = data?.paths[`/${mount}${below}`]?.post;
  return { data: data && (operation ? bodyOf(data, operation) : {}), error, refetch };
}

/** The link to a page of a mount. */
export const mountLink = (page: string, mount: string, shows: Record<string, string> = {}) => link(page, { mount, ...shows });
