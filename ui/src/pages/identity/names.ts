import { useMemo } from "react";
import { useMay } from "../../api/capabilities";
import { useList, useRead } from "../../api/hooks";
import type { Choice } from "../../components/Field";

interface EntityInfo {
  name: string;
  aliases?: { name: string; mount_path: string }[] | null;
}

interface GroupInfo {
  name: string;
  num_member_entities: number;
  num_parent_groups: number;
}

interface AuthMount {
  accessor: string;
  type: string;
}

/** The entities of the namespace, for who may list them: their names by id. */
export function useEntities() {
  const may = useMay("list identity/entity/id");
  return useList<EntityInfo>("identity/entity/id", { enabled: may === true });
}

/** The groups of the namespace, for who may list them. */
export function useGroups() {
  const may = useMay("list identity/group/id");
  return useList<GroupInfo>("identity/group/id", { enabled: may === true });
}

/** Entities as choices, with the names that they log in by. */
export function useEntityChoices(): readonly Choice[] {
  const { data } = useEntities();
  return useMemo(() => choicesOf(data?.keys, (id) => data?.key_info[id]?.name, (id) => (data?.key_info[id]?.aliases ?? []).map(({ mount_path, name }) => mount_path + name).join(", ")), [data]);
}

/** Groups as choices. */
export function useGroupChoices(): readonly Choice[] {
  const { data } = useGroups();
  return useMemo(() => choicesOf(data?.keys, (id) => data?.key_info[id]?.name), [data]);
}

/** Policies as choices, for who may list them. */
export function usePolicyChoices(): readonly Choice[] {
  const may = useMay("list sys/policies/acl");
  const { data } = useList("sys/policies/acl", { enabled: may === true });
  return useMemo(() => choicesOf(data?.keys.filter((name) => name !== "root"), (name) => name), [data]);
}

/** Auth methods as choices, by their accessors, for who may see them. */
export function useMountChoices(): readonly Choice[] {
  const may = useMay("read sys/auth");
  const { data } = useRead<Record<string, AuthMount>>("sys/auth", { enabled: may === true });
  return useMemo(() => Object.entries(data ?? {}).map(([path, { accessor }]) => ({ id: accessor, label: `auth/${path}` })), [data]);
}

function choicesOf(ids: readonly string[] = [], nameOf: (id: string) => string | undefined, aboutOf: (id: string) => string = () => ""): Choice[] {
  const found = ids.map((id) => {
    const description = aboutOf(id);
    return { id, label: nameOf(id) ?? id, ...(description && { description }) };
  });
  return found.sort((a, b) => inOrder(a.label, b.label));
}

/** The order of two names; the server's own is that of ids (pure). */
export function inOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The name of a choice by its id; the id itself where it isn't known. */
export function nameIn(choices: readonly Choice[], id: string): string {
  return choices.find((choice) => choice.id === id)?.label ?? id;
}
