import type { Alias, Entity } from "./records";

/** Two aliases in one mount, of entities that are merged: one of them stays. */
export interface Clash {
  own: Alias;
  other: Alias;
}

/** The aliases of two entities that can't both stay when these are merged (pure). */
export function clashesOf(entity: Entity, other: Entity): Clash[] {
  const own = new Map((entity.aliases ?? []).map((alias) => [alias.mount_accessor, alias]));
  return (other.aliases ?? []).flatMap((alias) => {
    const mine = own.get(alias.mount_accessor);
    return mine ? [{ own: mine, other: alias }] : [];
  });
}

/** The ids of the aliases that stay (pure): those of the entity itself, where nothing else is chosen. */
export function keptOf(clashes: readonly Clash[], chosen: Readonly<Record<string, string>>): string[] {
  return clashes.map(({ own, other }) => (chosen[own.mount_accessor] === other.id ? other.id : own.id));
}
