import type { Entity, Group } from "./records";

export type Kind = "entity" | "group";

export interface Node {
  id: string;
  kind: Kind;
  name: string;
  /** What membership gives, or the entity has itself; null where it can't be read. */
  policies: string[] | null;
}

/** A membership: `from` is in `to`. */
export interface Edge {
  from: string;
  to: string;
}

export interface Graph {
  nodes: Node[];
  edges: Edge[];
  /** Members that aren't shown, as there are too many. */
  leftOut: number;
}

/** How one of them is read: null for what can't be. */
export interface Reader {
  entity: (id: string) => Promise<Entity | null>;
  group: (id: string) => Promise<Group | null>;
  nameOf: (kind: Kind, id: string) => string;
}

const MOST_GROUPS = 200;
const MOST_ENTITIES = 60;

/** The groups above an entity or a group, and all that is in a group. */
export async function around(kind: Kind, id: string, reader: Reader): Promise<Graph> {
  const found = new Found(reader);
  if (kind === "entity") {
    const entity = await reader.entity(id);
    found.node({ id, kind, name: entity?.name ?? reader.nameOf(kind, id), policies: entity?.policies ?? (entity ? [] : null) });
    const direct = entity?.direct_group_ids ?? [];
    for (const group of direct) found.edge(id, group);
    await found.up(direct);
  } else {
    await found.up([id]);
    await found.down([id]);
  }
  return found.graph();
}

class Found {
  private readonly nodes = new Map<string, Node>();
  private readonly edges = new Map<string, Edge>();
  private readonly groups = new Map<string, Group | null>();
  private entities = 0;
  private leftOut = 0;

  constructor(private readonly reader: Reader) {}

  node(node: Node): void {
    this.nodes.set(node.id, node);
  }

  edge(from: string, to: string): void {
    this.edges.set(`${from} ${to}`, { from, to });
  }

  /** The groups above some, level by level. */
  async up(ids: readonly string[]): Promise<void> {
    for (let level = [...ids]; level.length > 0; ) {
      const read = await this.read(level);
      level = read.flatMap((group) => {
        const above = group.parent_group_ids ?? [];
        for (const id of above) this.edge(group.id, id);
        return above;
      }).filter((id) => !this.groups.has(id));
    }
  }

  /** The groups and entities in some, level by level. */
  async down(ids: readonly string[]): Promise<void> {
    const seen = new Set<string>();
    for (let level = [...ids]; level.length > 0; ) {
      const fresh = level.filter((id) => !seen.has(id));
      for (const id of fresh) seen.add(id);
      await this.read(fresh.filter((id) => !this.groups.has(id)));
      level = [];
      for (const id of fresh) level.push(...this.within(this.groups.get(id) ?? null));
    }
  }

  graph(): Graph {
    const edges = [...this.edges.values()].filter(({ from, to }) => this.nodes.has(from) && this.nodes.has(to));
    return { nodes: [...this.nodes.values()], edges, leftOut: this.leftOut };
  }

  private within(group: Group | null): string[] {
    if (!group) return [];
    for (const id of group.member_entity_ids ?? []) {
      if (!this.nodes.has(id) && this.entities >= MOST_ENTITIES) {
        this.leftOut++;
        continue;
      }
      if (!this.nodes.has(id)) {
        this.entities++;
        this.node({ id, kind: "entity", name: this.reader.nameOf("entity", id), policies: null });
      }
      this.edge(id, group.id);
    }
    const below = group.member_group_ids ?? [];
    for (const id of below) this.edge(id, group.id);
    return below;
  }

  private async read(ids: readonly string[]): Promise<Group[]> {
    const wanted = [...new Set(ids)].filter((id) => !this.groups.has(id));
    const some = wanted.slice(0, Math.max(0, MOST_GROUPS - this.groups.size));
    this.leftOut += wanted.length - some.length;
    const read = await Promise.all(some.map((id) => this.reader.group(id)));
    some.forEach((id, index) => {
      const group = read[index] ?? null;
      this.groups.set(id, group);
      this.node({ id, kind: "group", name: group?.name ?? this.reader.nameOf("group", id), policies: group ? (group.policies ?? []) : null });
    });
    return read.filter((group) => group !== null);
  }
}

export interface Placed extends Node {
  column: number;
  row: number;
}

/** Where each is drawn (pure): members to the left of their groups, each beside those that it belongs to. */
export function placed({ nodes, edges }: Graph): Placed[] {
  const members = new Map<string, string[]>();
  for (const { from, to } of edges) members.set(to, [...(members.get(to) ?? []), from]);
  const columns = new Map<string, number>();
  const columnOf = (id: string, above: ReadonlySet<string>): number => {
    const known = columns.get(id);
    if (known !== undefined) return known;
    const below = (members.get(id) ?? []).filter((each) => !above.has(each));
    const column = below.length ? 1 + Math.max(...below.map((each) => columnOf(each, new Set([...above, id])))) : 0;
    columns.set(id, column);
    return column;
  };
  for (const { id } of nodes) columnOf(id, new Set());
  const rows = new Map<string, number>();
  const last = Math.max(0, ...columns.values());
  for (let column = 0; column <= last; column++) {
    const middle = ({ id }: Node) => average((members.get(id) ?? []).map((each) => rows.get(each)).filter((row) => row !== undefined));
    const inColumn = nodes.filter(({ id }) => columns.get(id) === column).map((node) => ({ node, at: middle(node) }));
    inColumn.sort((a, b) => a.at - b.at || a.node.name.localeCompare(b.node.name));
    inColumn.forEach(({ node }, row) => rows.set(node.id, row));
  }
  return nodes.map((node) => ({ ...node, column: columns.get(node.id) ?? 0, row: rows.get(node.id) ?? 0 }));
}

function average(rows: readonly number[]): number {
  return rows.length ? rows.reduce((sum, row) => sum + row, 0) / rows.length : 0;
}
