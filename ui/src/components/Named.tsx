import { Anchor } from "./Button";

/** Names that are known without a list, each with the way to it. */
export function Named({ title, names, to }: { title: string; names: readonly string[]; to: (name: string) => string }) {
  if (names.length === 0) return null;
  return (
    <section className="card stack">
      <h2>{title}</h2>
      <ul>
        {names.map((name) => (
          <li key={name}>
            <Anchor to={to(name)}>{name}</Anchor>
          </li>
        ))}
      </ul>
    </section>
  );
}
