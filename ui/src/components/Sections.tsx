import { Anchor } from "./Button";
import "./Sections.css";

/** Places that belong together, of which one is here. */
export function Sections({ label, places }: { label: string; places: readonly { id: string; text: string; to: string; isHere: boolean }[] }) {
  return (
    <nav aria-label={label} className="sections">
      <ul>
        {places.map(({ id, text, to, isHere }) => (
          <li key={id}>
            <Anchor to={to} aria-current={isHere ? "page" : undefined}>
              {text}
            </Anchor>
          </li>
        ))}
      </ul>
    </nav>
  );
}
